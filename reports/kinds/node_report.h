// Everything about one node: where its figures come from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/document/report.h"
#include "reports/tables/figures.h"

namespace macroscope {

struct NodePlace {
  ScopeId scope = 0;
  NodeId node = 0;
};

/// By its name, its number in the file, or the name of an output; the main graph goes before graphs inside of it.
[[nodiscard]] std::optional<NodePlace> find_node(const Figures& figures, std::string_view wanted);
/// What was probably meant: the nearest names, or those that hold the word; at most five.
[[nodiscard]] std::vector<std::string> near_misses(const Figures& figures, std::string_view wanted);

/// For people, and as JSON of the schema macroscope-node/1.  \param figures must outlive the report
/// \param is_exact formulas are whole, and there are no numbers at example sizes
[[nodiscard]] Report report_of(const Figures& figures, const NodePlace& place, bool is_exact);

}  // namespace macroscope
