// User-defined operators: what does an operator of the user's mean, in the same terms as the catalogue's?
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/operators/operator.h"

namespace macroscope {

/// Rows that a user adds for one analysis.  They come before the catalogue's.
class CustomOperators {
 public:
  /// A copy of `text` that lives as long as the rows do.
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  void add(std::string_view domain, const Operator& row) { rows_.emplace_back(domain, row); }

  [[nodiscard]] const Operator* find(std::string_view domain, std::string_view name) const noexcept {
    for (const auto& [row_domain, row] : rows_)
      if (row_domain == domain && row.name == name) return &row;
    return nullptr;
  }
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

 private:
  std::deque<std::string> texts_;
  std::deque<std::pair<std::string_view, Operator>> rows_;
};

/// The row for a node: the user's own, or the catalogue's; null if there is neither.  `custom` may be null.
[[nodiscard]] const Operator* find_row(const CustomOperators* custom, const Node& node, std::int64_t version) noexcept;

}  // namespace macroscope
