// The totals of a model as a tree of names and values: what does the JSON document list among its totals, and the table of all totals?
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "reports/tables/figures.h"

namespace macroscope {

struct Total {
  std::string key;  // `macs`; in the group `training` also `bytes`
  /// A quantity, empty where it is not known; a word; a statement; or a group of further totals.
  std::variant<std::optional<Quantity>, std::string_view, bool, std::vector<Total>> value;
};

/// MACs by what they are computed in, `float32`; those of operands that are rounded to a few bits by these, `int4 x int8`.
[[nodiscard]] std::vector<std::pair<std::string, Dim>> macs_by_type(const Analysis& analysis);

/// In the order of the document.  What layers without a cost rule add to is marked as a lower bound.
[[nodiscard]] std::vector<Total> totals_of(const Figures& figures);

}  // namespace macroscope
