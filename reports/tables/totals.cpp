#include "reports/tables/totals.h"

#include <utility>

#include "reports/sections/memory_figures.h"

namespace macroscope {
namespace {

class TotalsOfModel {
 public:
  explicit TotalsOfModel(const Figures& figures) : figures_(figures), analysis_(figures.analysis()) {}

  [[nodiscard]] std::vector<Total> all() const {
    std::vector<Total> totals;
    const auto add = [&](std::string_view key, const Dim& value) { totals.push_back({key, Quantity{value}}); };
    const auto add_measure = [&](Measure measure) { totals.push_back({name_of(measure), figures_.total(measure)}); };
    const Parameters& parameters = analysis_.parameters;
    add_measure(Measure::parameters);
    add("effective_parameters", parameters.totals.effective_weights);
    add("statistics", parameters.total(Role::statistic));
    add("quantisation", parameters.total(Role::quantisation));
    add("constants", parameters.total(Role::constant));
    if (parameters.without_biases) add("biases_left_out", parameters.totals.biases_left_out);
    add("weight_bytes", parameters.totals.weight_bytes);
    add_measure(Measure::macs);
    add_measure(Measure::effective_macs);
    totals.push_back({"macs_by_dtype", macs_by_dtype()});
    add_measure(Measure::int_ops);
    add_measure(Measure::flops);
    totals.push_back({"flops_by_kind", flops_by_kind()});
    totals.push_back({"activation_bytes", of_layers(analysis_.costs.activation_bytes)});
    totals.push_back({"peak", peak()});
    add_measure(Measure::bytes_read);
    add_measure(Measure::bytes_written);
    totals.push_back({"training", training()});
    return totals;
  }

 private:
  /// A sum over layers: at least so much where one of them could not be costed.
  [[nodiscard]] Quantity of_layers(const Dim& sum) const { return {sum, !analysis_.costs.complete}; }

  [[nodiscard]] std::vector<Total> macs_by_dtype() const {
    std::vector<Total> group;
    for (const auto& [dtype, macs] : analysis_.costs.total.macs_by_dtype)
      group.push_back({dtype == DataType::unknown ? "unknown" : name_of(dtype), of_layers(macs)});
    return group;
  }

  [[nodiscard]] std::vector<Total> flops_by_kind() const {
    std::vector<Total> group;
    for (const Measure kind : {Measure::add, Measure::mul, Measure::div, Measure::compare, Measure::special})
      group.push_back({name_of(kind), figures_.total(kind)});
    return group;
  }

  [[nodiscard]] std::vector<Total> peak() const {
    std::vector<Total> group{{"bytes", peak_bytes(figures_)}};
    const PeakStep* shown = shown_peak(figures_);
    if (shown == nullptr) return group;
    if (const Dim inside = analysis_.memory.inside_at(shown->step); !inside.is(0))
      group.push_back({"inside_bytes", Quantity{inside}});
    return group;
  }

  [[nodiscard]] std::vector<Total> training() const {
    const Training& training = analysis_.training();
    const bool are_macs_known = analysis_.costs.complete && training.total.is_known;
    const auto macs = [&](const Dim& value) { return Quantity{value, !are_macs_known}; };
    const auto bytes = [&](const Dim& value) { return Quantity{value, !training.are_bytes_known}; };
    return {{"input_gradient_macs", macs(training.total.input_macs)},
            {"weight_gradient_macs", macs(training.total.weight_macs)},
            {"macs", macs(training.macs)},
            {"complete", are_macs_known && training.are_bytes_known},
            {"learned_parameters", Quantity{training.learned_parameters}},
            {"weight_bytes", Quantity{training.weight_bytes}},
            {"master_bytes", Quantity{training.master_bytes}},
            {"gradient_bytes", Quantity{training.gradient_bytes}},
            {"optimizer", name_of(training.options.optimizer)},
            {"optimizer_bytes", Quantity{training.optimizer_bytes}},
            {"saved_bytes", bytes(training.saved_bytes)},
            {"bytes", bytes(training.bytes())},
            {"recomputation", activation_checkpointing(training)}};
  }

  [[nodiscard]] static std::vector<Total> activation_checkpointing(const Training& training) {
    const auto& checkpointing = training.activation_checkpointing;
    return {{"segments", Quantity{Dim::of_size(checkpointing.segments)}},
            {"saved_bytes", Quantity{checkpointing.saved_bytes, !training.are_bytes_known}},
            {"macs", Quantity{checkpointing.macs, !training.total.is_known}}};
  }

  const Figures& figures_;
  const Analysis& analysis_;
};

}  // namespace

std::vector<Total> totals_of(const Figures& figures) { return TotalsOfModel(figures).all(); }

}  // namespace macroscope
