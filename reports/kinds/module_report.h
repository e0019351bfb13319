// Module: which layers does one name stand for, and what do they cost together?
//
// A name may be that of a module (`encoder/layer.3`), its end (`layer.3`) where no other module ends so, or a layer of the network language
// that is several nodes (`dense` multiplies and adds).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/document/report.h"
#include "reports/tables/figures.h"

namespace macroscope {

struct Module {
  std::string name;
  /// Of the main graph, in order.
  std::vector<NodeId> nodes;
};

/// The module of that name; without nodes where there is none.
[[nodiscard]] Module find_module(const Figures& figures, std::string_view wanted);
/// Modules whose names hold a word, at most five.
[[nodiscard]] std::vector<std::string> modules_near(const Figures& figures, std::string_view wanted);

/// Sums, what enters and leaves, and the layers; as JSON of the schema macroscope-module/1.  \param figures must outlive the report
/// \param is_exact formulas are whole, and there are no numbers at example sizes
[[nodiscard]] Report report_of(const Figures& figures, Module module, bool is_exact);
/// Every node of the main graph, for a reader who does not know their names; as JSON of the schema macroscope-nodes/1.
[[nodiscard]] Report list_of_nodes(const Figures& figures);

}  // namespace macroscope
