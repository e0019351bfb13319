// The totals of a model as a tree of names and values: what does the JSON document list among its totals, and the table of all totals?
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "reports/tables/figures.h"

namespace macroscope {

struct Total {
  std::string_view key;  // `macs`; in the group `training` also `bytes`
  /// A quantity, empty where it is not known; a word; a statement; or a group of further totals.
  std::variant<std::optional<Quantity>, std::string_view, bool, std::vector<Total>> value;
};

/// In the order of the document.  What layers without a cost rule add to is marked as a lower bound.
[[nodiscard]] std::vector<Total> totals_of(const Figures& figures);

}  // namespace macroscope
