// LSTMs of com.microsoft: with weights of 8 bits, and with attention to a memory in each step.
#include <array>

#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/microsoft/fused.h"

namespace macroscope {
namespace {

constexpr int kGates = 4;
constexpr std::size_t kWeights = 1, kRecurrence = 2, kBias = 3, kPeepholes = 7;

std::int64_t directions_of(const OpContext& context) {
  return choice(context, "direction", "forward", {"forward", "reverse", "bidirectional"}) == "bidirectional" ? 2 : 1;
}

struct Extents {
  Dim steps, batch, input, hidden;
};

Extents extents_of(const OpContext& context, std::size_t hidden_axis) {
  const Shape& input = context.known_shape(0);
  require_rank(context, 0, 3);
  require_rank(context, kRecurrence, 3);
  const auto hidden = context.integer("hidden_size");
  return {input[0], input[1], input[2], hidden ? Dim(*hidden) : context.known_shape(kRecurrence)[hidden_axis]};
}

std::vector<Fact> states_shape(const OpContext& context, std::size_t hidden_axis) {
  require_inputs(context, 3);
  const std::int64_t directions = directions_of(context);
  const DataType dtype = context.dtype(0);
  Shape sequence = Shape::unknown(), last = Shape::unknown();
  if (context.shape(0).known() && (context.has_attribute("hidden_size") || context.shape(kRecurrence).known())) {
    const Extents extents = extents_of(context, hidden_axis);
    sequence = {extents.steps, directions, extents.batch, extents.hidden};
    last = {directions, extents.batch, extents.hidden};
  }
  return {Fact::tensor(dtype, sequence), Fact::tensor(dtype, last), Fact::tensor(dtype, last)};
}

/// i, o, F = f(..), c = g(..), C' = F * C + i * c, H' = o * h(C'), for each hidden unit, step, sample and direction.
void add_cell(Work& work, const OpContext& context, const Extents& extents) {
  constexpr std::array<std::string_view, 3> kDefaults{"Sigmoid", "Tanh", "Tanh"};
  constexpr std::array<int, 3> kApplied{3, 1, 1};
  const Dim units = extents.steps * extents.batch * extents.hidden;
  const auto given = context.text_list("activations");
  const std::int64_t directions = directions_of(context);
  const bool is_coupled = context.integer("input_forget", 0) != 0;
  for (std::size_t direction = 0; direction < static_cast<std::size_t>(directions); ++direction)
    for (std::size_t which = 0; which < kDefaults.size(); ++which) {
      const std::size_t index = direction * kDefaults.size() + which;
      const Effort one = effort_of_activation(given && index < given->size() ? (*given)[index] : kDefaults[which]);
      work.add(one, units * (kApplied[which] - (is_coupled && which == 0 ? 1 : 0)));
    }
  Effort effort{.add = is_coupled ? 2 : 1, .mul = 3};
  if (context.has_input(kBias)) effort.add += 2 * kGates;
  if (context.has_input(kPeepholes)) effort = effort + Effort{.add = is_coupled ? 2 : 3, .mul = is_coupled ? 2 : 3};
  if (context.has_attribute("clip")) effort.compare += 2 * (is_coupled ? kGates - 1 : kGates);
  work.add(effort, units * directions);
}

std::vector<Fact> quantized_shape(const OpContext& context) { return states_shape(context, 1); }

/// Input and state are quantised in each step as by DynamicQuantizeLinear, products scaled back.
Work quantized_work(const OpContext& context) {
  const Extents extents = extents_of(context, 1);
  const Dim directions = directions_of(context), places = extents.steps * extents.batch * directions;
  Work work;
  work.add_macs(places * extents.hidden * kGates * (extents.input + extents.hidden), context.dtype(kWeights));
  work.add(kQuantize + Effort{.compare = 2}, places * (extents.input + extents.hidden));
  work.add({.add = 2, .div = 2, .compare = 4}, extents.steps * directions * 2);
  work.add({.mul = 2 * kGates}, places * extents.hidden);
  add_cell(work, context, extents);
  return work;
}

// With attention: keys are the memory's, projected once; each step a query meets them all.

constexpr std::size_t kQueryLayer = 8, kMemoryLayer = 9, kMemory = 11, kAttentionLayer = 13;

std::vector<Fact> attending_shape(const OpContext& context) { return states_shape(context, 2); }

Work attending_work(const OpContext& context) {
  const Extents extents = extents_of(context, 2);
  const Dim directions = directions_of(context), places = extents.steps * extents.batch * directions;
  const Shape &memory = context.known_shape(kMemory), &query = context.known_shape(kQueryLayer),
              &weights = context.known_shape(kWeights);
  for (const std::size_t index : {kMemory, kQueryLayer, kMemoryLayer, kWeights}) require_rank(context, index, 3);
  const Dim &slots = memory[1], &depth = memory[2], &attention = query[2];
  Work work;
  // The cell's input is that of the step beside the last attention: as wide as its weights.
  work.add_macs(places * extents.hidden * kGates * (weights[2] + extents.hidden), context.dtype(0));
  add_cell(work, context, extents);
  work.add_macs(extents.batch * directions * slots * depth * attention, context.dtype(0));
  work.add_macs(places * (extents.hidden * attention + slots * attention + slots * depth), context.dtype(0));
  work.add({.add = 1, .special = 1}, places * slots * attention);
  work.add(kSoftmax, places * slots);
  if (context.has_input(kAttentionLayer)) {
    const Shape& layer = context.known_shape(kAttentionLayer);
    require_rank(context, kAttentionLayer, 3);
    work.add_macs(places * layer[1] * layer[2], context.dtype(0));
  }
  return work;
}

constexpr Operator kRecurrentRows[] = {
    {.name = "AttnLSTM",
     .meaning = Rules{attending_shape, attending_work},
     .roles = "data weight*2 bias constant*3 weight*4 data constant weight",
     .cost =
         "as LSTM; the memory's keys once; per step and sample hidden * attention + slots * (attention + depth) MACs, per slot a "
         "softmax, per slot and "
         "attention unit 1 add, 1 special; the attention layer"},
    {.name = "DynamicQuantizeLSTM",
     .meaning = Rules{quantized_shape, quantized_work},
     .roles = "data weight*2 bias constant*3 weight quantisation",
     .cost = "as LSTM, MACs of integers; per step DynamicQuantizeLinear of input and state, per hidden unit 8 mul for the scales",
     .derives = "LSTM"},
};

}  // namespace

Family families::microsoft_recurrent() { return {"com.microsoft", "recurrent", kRecurrentRows}; }

}  // namespace macroscope
