// Structure sections: how is the model built, and what does that save?  Structure, savings, redundancies, cuts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/document/report.h"
#include "reports/tables/analysed_model.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// What a layer of the graph that runs in a scope is called.
[[nodiscard]] std::string_view name_in(const Figures& figures, ScopeId scope, NodeId node);

/// `12 paths of 5 to 30 layers, 2 to 10 weighted`.
[[nodiscard]] std::string paths_text(const Paths& paths);

/// Appends those that have something to say.
void add_structure_sections(std::vector<Section>& sections, const Figures& figures, const ReportOptions& options);
/// Where the model can be split in two, if that was asked for.
void add_cuts_section(std::vector<Section>& sections, const Figures& figures, const ReportOptions& options);

}  // namespace macroscope
