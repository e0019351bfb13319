#include "reports/sections/training_section.h"

#include <fmt/format.h>

#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

std::string state_of(const TrainingOptions& options) {
  switch (options.optimizer) {
    case Optimizer::sgd:
      return "SGD keeps none";
    case Optimizer::momentum:
      return "momentum: 1 number a parameter";
    case Optimizer::adam:
      break;
  }
  return "Adam: 2 numbers a parameter";
}

}  // namespace

Section training_section(const Figures& figures) {
  const Analysis& analysis = figures.analysis();
  const Training& training = analysis.training();
  const bool is_open = !training.total.is_known || !analysis.costs.complete;
  const auto macs = [&](std::string_view label, const Dim& dim, std::string remark) {
    return SummaryLine{label, Quantity{dim, is_open}, ColumnType::count, std::move(remark)};
  };
  const auto bytes = [&](std::string_view label, const Dim& dim, std::string remark, bool at_least = false) {
    return SummaryLine{label, Quantity{dim, at_least}, ColumnType::bytes, std::move(remark)};
  };
  Summary lines;
  lines.push_back(macs("Forward", analysis.costs.total.macs + analysis.costs.side.macs, "MACs; side outputs included"));
  lines.push_back(macs("Input gradients", training.total.input_macs, "none where no learned parameter lies upstream"));
  lines.push_back(macs("Weight gradients", training.total.weight_macs, "none for frozen and integer weights"));
  lines.push_back(macs("Training step", training.macs, "MACs of one step"));
  lines.push_back({"Learned", Quantity{training.learned_parameters}, ColumnType::count, "parameters that are not frozen"});
  lines.push_back(bytes("Weights", training.weight_bytes, "stored with the model"));
  if (!training.master_bytes.is(0)) lines.push_back(bytes("Master weights", training.master_bytes, "the copy in 32 bits"));
  lines.push_back(bytes("Gradients", training.gradient_bytes, "of learned parameters"));
  lines.push_back(bytes("Optimizer", training.optimizer_bytes, state_of(training.options)));
  const bool is_saved_open = !training.are_bytes_known;
  lines.push_back(bytes("Activations", training.saved_bytes, "kept for the gradients", is_saved_open));
  lines.push_back(bytes("Together", training.bytes(), "", is_saved_open));
  const ActivationCheckpointing& activation_checkpointing = training.activation_checkpointing;
  if (activation_checkpointing.segments > 1) {
    lines.push_back(bytes("Recomputing", activation_checkpointing.saved_bytes,
                          fmt::format("activations kept if {} segments run twice", grouped(activation_checkpointing.segments))));
    lines.push_back(macs("  costs", activation_checkpointing.macs, "MACs forward once more"));
  }
  return {"training", "Training", std::move(lines)};
}

}  // namespace macroscope
