// Which figures does an analysis give for a layer, for a sum of layers, and for the model?  What all formats show comes from here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/algebra/nominal_estimate.h"
#include "analyzer/algebra/running_sum.h"
#include "analyzer/analysis.h"
#include "analyzer/record/metric_values.h"
#include "analyzer/sweep.h"
#include "reports/document/report.h"

namespace macroscope {

/// Adds up quantities; what is unknown makes the sum a lower bound.
class Sum {
 public:
  void add(const std::optional<Quantity>& quantity) noexcept;
  void add(const Sum& other) noexcept { add(other.quantity()); }
  /// Empty if the sum is past 128 bits.
  [[nodiscard]] std::optional<Quantity> quantity() const noexcept;

 private:
  RunningSum value_;
  bool at_least_ = false;
  bool is_too_large_ = false;
};

class Figures {
 public:
  /// \param analysis must outlive this and every report made of it
  /// \param path the model's file as the user named it
  Figures(const Analysis& analysis, std::string path);

  [[nodiscard]] const Analysis& analysis() const noexcept { return *analysis_; }
  [[nodiscard]] const Network& network() const noexcept { return analysis_->network; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// Totals for several sizes, where they were asked for; otherwise null.
  [[nodiscard]] const Sweep* sweep() const noexcept { return sweep_; }
  /// \param sweep must outlive this and every report made of it
  void set_sweep(const Sweep& sweep) noexcept { sweep_ = &sweep; }
  /// False where the file could not be read: there are diagnostics then, and nothing else.
  [[nodiscard]] bool has_model() const noexcept {
    return !analysis_->network.graphs.empty() && !analysis_->shapes.scopes.empty();
  }

  /// Of one layer each time it runs, nested graphs included; empty if it is unknown.  Stored weights of a nested graph belong to the
  /// layer that calls it first.
  [[nodiscard]] std::optional<Quantity> of_layer(Metric metric, ScopeId scope, NodeId node) const noexcept;
  /// Of the whole model.
  [[nodiscard]] std::optional<Quantity> total(Metric metric) const noexcept { return total_of(*analysis_, metric); }
  [[nodiscard]] Status status(ScopeId scope, NodeId node) const noexcept { return analysis_->costs.nodes[scope][node].status; }

 private:
  void give_nested_weights_to_callers();

  const Analysis* analysis_;
  std::string path_;
  const Sweep* sweep_ = nullptr;
  /// Learned parameters of nested graphs, by the node that counts them: graph and node in one key.
  std::unordered_map<std::uint64_t, Dim> nested_parameters_;
};

/// What a layer is called: its name, otherwise that of its first output.
[[nodiscard]] std::string_view shown_name(const Graph& graph, const Node& node) noexcept;
/// `Conv`, `com.microsoft:FusedConv`.
[[nodiscard]] std::string shown_operator(std::string_view domain, std::string_view op);

}  // namespace macroscope
