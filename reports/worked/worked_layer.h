// Derivations of one layer: its sizes, parameters, MACs, memory and gradients worked out by hand, each with its formula, its numbers and
// its result; what tables and explanations show of it comes from here.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/document/worked.h"
#include "reports/tables/figures.h"

namespace macroscope {

struct WorkedLine {
  /// `output`, `kernel`, `parameters`, `macs`, `effective_macs`, `flops`, `memory`, `receptive_field`, `rounds`, `formula`, `gradient`,
  /// `training_macs`.
  std::string_view id;
  /// What it is called: `output height`, `MACs`, `dL/dw`.
  std::string label;
  Worked worked;
  /// What comes out; absent for formulas.
  std::optional<Dim> value{};
};

struct WorkedOptions {
  /// The layer as a formula, and its gradients.
  bool has_gradients = false;
  /// What an operator with a body of lines computes, line by line.
  bool has_body = false;
};

class WorkedLayers {
 public:
  /// \param figures must outlive this
  explicit WorkedLayers(const Figures& figures, const WorkedOptions& options = {});

  /// The lines of a node; none where there is nothing to work out.
  [[nodiscard]] std::vector<WorkedLine> lines_of(ScopeId scope, NodeId node) const;

 private:
  const Figures* figures_;
  WorkedOptions options_;
  /// Learned parameters by the graph and the node that count them.
  std::map<std::pair<GraphId, NodeId>, std::vector<const Parameter*>> parameters_;
};

}  // namespace macroscope
