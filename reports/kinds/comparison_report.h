// Comparison report: what does a comparison of two models say?
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/comparison/comparison.h"
#include "reports/document/report.h"

namespace macroscope {

/// Two models and which layer of one was which layer of the other.
class Comparison {
 public:
  /// \param metric what changes are ordered by; empty: the first figure that differs
  Comparison(ModelRecord before, ModelRecord after, std::optional<Metric> metric = {});

  [[nodiscard]] const ModelRecord& before() const noexcept { return before_; }
  [[nodiscard]] const ModelRecord& after() const noexcept { return after_; }
  [[nodiscard]] const std::vector<LayerComparison>& layers() const noexcept { return layers_; }
  [[nodiscard]] Metric metric() const noexcept { return metric_; }
  /// Places of the layers that are not the same, the largest effect first; renamed ones last.
  [[nodiscard]] const std::vector<std::size_t>& changed() const noexcept { return changed_; }
  [[nodiscard]] std::optional<Quantity> difference_of(std::size_t place, Metric metric) const {
    return difference(layers_[place], metric, before_, after_);
  }
  /// Numbers for sizes that both models leave open, and a quantity as a number there; itself where it has no such number.
  [[nodiscard]] const Bindings& example() const noexcept { return example_.sizes(); }
  [[nodiscard]] std::optional<Quantity> at_example(const std::optional<Quantity>& quantity) const;

 private:
  ModelRecord before_, after_;
  std::vector<LayerComparison> layers_;
  Metric metric_ = Metric::macs;
  std::vector<std::size_t> changed_;
  SizePoint example_;
};

/// Totals, what causes their differences, and the layers that changed.  \param comparison must outlive the report
/// \param top rows of layers at most, where people read; 0: all
[[nodiscard]] Report report_of(const Comparison& comparison, std::size_t top);

}  // namespace macroscope
