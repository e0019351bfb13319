#include <array>
#include <optional>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/catalogue.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/gradients/gradient_macs.h"
#include "analyzer/operators/gradients/nest_gradients.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"

namespace macroscope {
namespace {

/// A kind of cell: how many gates.
struct Cell {
  int gates;
  /// Default activations f, g, h and how often a unit applies each.
  std::array<std::string_view, 3> activations;
  std::array<int, 3> applied;
  std::size_t activation_count;
  bool has_cell_state = false;
};

// H' = f(..)
constexpr Cell kRnn{1, {"Tanh", "", ""}, {1, 0, 0}, 1};
// z, r = f(..), h = g(.. r * H), H' = (1 - z) * h + z * H
constexpr Cell kGru{3, {"Sigmoid", "Tanh", ""}, {2, 1, 0}, 2};
// i, o, F = f(..), c = g(..), C' = F * C + i * c, H' = o * h(C')
constexpr Cell kLstm{4, {"Sigmoid", "Tanh", "Tanh"}, {3, 1, 1}, 3, true};

constexpr std::size_t kWeights = 1, kRecurrence = 2, kBias = 3, kLengths = 4, kInitialHidden = 5, kInitialCell = 6,
                      kPeepholes = 7;

int directions_of(const OpContext& context) {
  const std::string_view direction = context.text("direction", "forward");
  // `foward` is how version 1 of GRU spells its default.
  require(direction == "forward" || direction == "reverse" || direction == "bidirectional" || direction == "foward",
          "bad-attribute", "attribute 'direction' is '{}'; it may be forward, reverse or bidirectional", direction);
  return direction == "bidirectional" ? 2 : 1;
}

struct Extents {
  std::optional<Dim> steps, batch, input, hidden;
};

Extents extents_of(const OpContext& context, const Cell& cell) {
  Extents extents;
  const bool batch_first = context.integer("layout", 0) != 0;
  if (context.shape(0).known()) {
    const Shape& shape = context.shape(0);
    extents.steps = shape[batch_first ? 1 : 0];
    extents.batch = shape[batch_first ? 0 : 1];
    extents.input = shape[2];
  }
  if (const auto given = context.size("hidden_size")) {
    extents.hidden = *given;
  } else if (context.shape(kRecurrence).known()) {
    extents.hidden = context.shape(kRecurrence)[2];
  } else if (context.shape(kWeights).known()) {
    extents.hidden = exact_share(context, context.shape(kWeights)[1], cell.gates, "rows of the weight over gates");
  }
  return extents;
}

void check_operand(const OpContext& context, std::size_t index, const std::vector<std::optional<Dim>>& wanted) {
  const Shape& shape = context.shape(index);
  if (!shape.known()) return;
  require_rank(context, index, wanted.size());
  for (std::size_t axis = 0; axis < wanted.size(); ++axis)
    // Runtimes differ in what they make of such a weight; the extents of the results do not depend on it.
    if (wanted[axis] && equal(shape[axis], *wanted[axis]) == Certainty::never)
      context.warn("shape-mismatch",
                   fmt::format("axis {} of operand {}: {} and {} differ", axis, index, shape[axis].text(), wanted[axis]->text()));
}

void check_operands(const OpContext& context, const Cell& cell, const Extents& extents) {
  const Dim directions = directions_of(context);
  const auto times = [&](int factor) { return extents.hidden ? std::optional<Dim>(*extents.hidden * factor) : std::nullopt; };
  const bool batch_first = context.integer("layout", 0) != 0;
  const std::optional<Dim> outer = batch_first ? extents.batch : directions;
  const std::optional<Dim> inner = batch_first ? std::optional<Dim>(directions) : extents.batch;
  check_operand(context, kWeights, {directions, times(cell.gates), extents.input});
  check_operand(context, kRecurrence, {directions, times(cell.gates), extents.hidden});
  check_operand(context, kBias, {directions, times(2 * cell.gates)});
  check_operand(context, kLengths, {extents.batch});
  check_operand(context, kInitialHidden, {outer, inner, extents.hidden});
  if (!cell.has_cell_state) return;
  check_operand(context, kInitialCell, {outer, inner, extents.hidden});
  check_operand(context, kPeepholes, {directions, times(3)});
}

/// Work of an activation by name: its own row's. \throws RuleError
Effort effort_of(std::string_view activation) {
  constexpr std::int64_t kNewest = 1000;
  const Operator* row = find_operator({}, activation, kNewest);
  const PerElement* meaning = row == nullptr ? nullptr : std::get_if<PerElement>(&row->meaning);
  require(meaning != nullptr && meaning->operands == 1, "bad-attribute", "'{}' is no activation", activation);
  return meaning->effort;
}

/// Activations of all units of one direction in one step.
Effort activations_of(const OpContext& context, const Cell& cell, std::size_t direction) {
  const auto given = context.text_list("activations");
  const std::size_t first = direction * cell.activation_count;
  const bool coupled = cell.has_cell_state && context.integer("input_forget", 0) != 0;
  Effort sum;
  for (std::size_t which = 0; which < cell.activation_count; ++which) {
    const Effort one = effort_of(given && first + which < given->size() ? (*given)[first + which] : cell.activations[which]);
    const int times = cell.applied[which] - (coupled && which == 0 ? 1 : 0);
    sum.add += times * one.add;
    sum.mul += times * one.mul;
    sum.div += times * one.div;
    sum.compare += times * one.compare;
    sum.special += times * one.special;
  }
  return sum;
}

template <const Cell& cell>
std::vector<Fact> recurrent_shape(const OpContext& context) {
  require_inputs(context, 3);
  require_same_dtype(context, {0, kWeights, kRecurrence, kBias, kInitialHidden, kInitialCell, kPeepholes});
  for (const std::size_t index : {std::size_t{0}, kWeights, kRecurrence}) require_rank(context, index, 3);
  const int directions = directions_of(context);
  for (int direction = 0; direction < directions; ++direction) activations_of(context, cell, static_cast<std::size_t>(direction));
  const Extents extents = extents_of(context, cell);
  check_operands(context, cell, extents);
  Shape sequence = Shape::unknown();
  Shape last = Shape::unknown();
  if (extents.batch && extents.hidden) {
    const bool batch_first = context.integer("layout", 0) != 0;
    sequence = batch_first ? Shape{*extents.batch, *extents.steps, directions, *extents.hidden}
                           : Shape{*extents.steps, directions, *extents.batch, *extents.hidden};
    last = batch_first ? Shape{*extents.batch, directions, *extents.hidden} : Shape{directions, *extents.batch, *extents.hidden};
  }
  std::vector<Fact> results;
  results.push_back(Fact::tensor(context.dtype(0), sequence));
  results.push_back(Fact::tensor(context.dtype(0), last));
  if (cell.has_cell_state) results.push_back(results.back());
  return results;
}

/// Steps t, directions d, samples n, gates g of h hidden units, i inputs and the j units of the step before; u gates are clipped, p have
/// peepholes: not the one that is coupled to another.
template <const Cell& cell>
void recurrent_loops(const OpContext& context, LoopExtents& loops) {
  const Extents extents = extents_of(context, cell);
  if (!extents.batch || !extents.hidden) throw Unknown();
  const bool coupled = cell.has_cell_state && context.integer("input_forget", 0) != 0;
  loops.set("t", *extents.steps);
  loops.set("d", directions_of(context));
  loops.set("n", *extents.batch);
  loops.set("i", *extents.input);
  for (const std::string_view unit : {"h", "j"}) loops.set(unit, *extents.hidden);
  loops.set("g", cell.gates);
  loops.set("u", coupled ? cell.gates - 1 : cell.gates);
  loops.set("p", coupled ? 2 : 3);
}

/// What f, g and h are the attributes say.
template <const Cell& cell>
Work activation_work(const OpContext& context) {
  const Extents extents = extents_of(context, cell);
  if (!extents.batch || !extents.hidden) throw Unknown();
  Work work;
  for (std::size_t direction = 0; direction < static_cast<std::size_t>(directions_of(context)); ++direction)
    work.add(activations_of(context, cell, direction), *extents.steps * *extents.batch * *extents.hidden);
  return work;
}

/// A step reads those before it, or behind it; the last states read them all.
AxisMap recurrent_axes(const OpContext& context) {
  const Shape& input = context.known_shape(0);
  if (input.rank() != 3) throw Unknown();
  const bool batch_first = context.integer("layout", 0) != 0;
  const std::size_t steps = batch_first ? 1 : 0, batch = batch_first ? 0 : 1;
  const std::string_view direction = context.text("direction", "forward");
  AxisMap map;
  for (std::size_t output = 0; output < context.output_count(); ++output) {
    const bool is_sequence = output == 0;
    const std::size_t batch_of_output = batch_first ? 0 : is_sequence ? 2 : 1;
    std::vector<AccessMap> axes(3);
    axes[steps] = !is_sequence || direction == "bidirectional" ? AccessMap::whole(input[steps])
                  : direction == "reverse"                     ? AccessMap::from(steps)
                                                               : AccessMap::up_to(steps);
    axes[batch] = AccessMap::along(batch_of_output);
    axes[2] = AccessMap::whole(input[2]);
    map.reads(output, 0, std::move(axes));
    for (const std::size_t state : {kInitialHidden, kInitialCell}) {
      if (!context.has_input(state) || !context.shape(state).known() || context.shape(state).rank() != 3) continue;
      std::vector<AccessMap> of_state = axis_maps::whole_between(context.shape(state), 0, 3);
      of_state[batch_first ? 0 : 1] = AccessMap::along(batch_of_output);
      map.reads(output, state, std::move(of_state));
    }
  }
  return map;
}

bool is_clipped(const OpContext& context) { return context.has_attribute("clip"); }

template <const Cell& cell>
constexpr Lines recurrence(std::string_view text) {
  return {.text = text,
          .conditions = {{{"clipped", is_clipped}}},
          .loops = recurrent_loops<cell>,
          .shape = recurrent_shape<cell>,
          .axes = recurrent_axes,
          .further = activation_work<cell>};
}

constexpr Lines kRnnLines = recurrence<kRnn>(
    "X, W, R, B -> Y, Y_h | a[t,d,n,g,h] += X[t,n,i] * W[d,g*h,i]; a[t,d,n,g,h] += R[d,g*h,j] * Y[t-1,d,n,j];"
    "when B: a[t,d,n,g,h] = a[t,d,n,g,h] + B[d,g*h] + B[d,g*h]; when clipped: a[t,d,n,u,h] = Max(-clip, Min(clip, a[t,d,n,u,h]));"
    "Y[t,d,n,h] = f(a[t,d,n,0,h]); Y_h[d,n,h] = Y[t,d,n,h]");

constexpr Lines kGruLines = recurrence<kGru>(
    "X, W, R, B -> Y, Y_h | a[t,d,n,g,h] += X[t,n,i] * W[d,g*h,i]; a[t,d,n,g,h] += R[d,g*h,j] * Y[t-1,d,n,j];"
    "when B: a[t,d,n,g,h] = a[t,d,n,g,h] + B[d,g*h] + B[d,g*h]; when clipped: a[t,d,n,u,h] = Max(-clip, Min(clip, a[t,d,n,u,h]));"
    "z[t,d,n,h] = f(a[t,d,n,0,h]); r[t,d,n,h] = f(a[t,d,n,1,h]); s[t,d,n,h] = r[t,d,n,h] * Y[t-1,d,n,h];"
    "c[t,d,n,h] = g(a[t,d,n,2,h], s[t,d,n,h]); Y[t,d,n,h] = (1 - z[t,d,n,h]) * c[t,d,n,h] + z[t,d,n,h] * Y[t-1,d,n,h];"
    "Y_h[d,n,h] = Y[t,d,n,h]");

constexpr Lines kLstmLines = recurrence<kLstm>(
    "X, W, R, B, _, _, _, P -> Y, Y_h, Y_c | a[t,d,n,g,h] += X[t,n,i] * W[d,g*h,i]; a[t,d,n,g,h] += R[d,g*h,j] * Y[t-1,d,n,j];"
    "when B: a[t,d,n,g,h] = a[t,d,n,g,h] + B[d,g*h] + B[d,g*h]; when P: a[t,d,n,p,h] = a[t,d,n,p,h] + P[d,p*h] * C[t-1,d,n,h];"
    "when clipped: a[t,d,n,u,h] = Max(-clip, Min(clip, a[t,d,n,u,h]));"
    "i[t,d,n,h] = f(a[t,d,n,0,h]); o[t,d,n,h] = f(a[t,d,n,1,h]); when not input_forget: F[t,d,n,h] = f(a[t,d,n,2,h]);"
    "when input_forget: F[t,d,n,h] = 1 - i[t,d,n,h]; c[t,d,n,h] = g(a[t,d,n,3,h]);"
    "C[t,d,n,h] = F[t,d,n,h] * C[t-1,d,n,h] + i[t,d,n,h] * c[t,d,n,h]; Y[t,d,n,h] = o[t,d,n,h] * h(C[t,d,n,h]);"
    "Y_h[d,n,h] = Y[t,d,n,h]; Y_c[d,n,h] = C[t,d,n,h]");

constexpr Operator kRecurrentRows[] = {
    {.name = "GRU",
     .meaning = line_body<kGruLines>,
     .roles = "data weight*2 bias constant*2",
     .traits = Trait::recurrent,
     .gradient = gradients_of_recurrence,
     .gradient_macs = gradient_macs_of_recurrence},
    {.name = "LSTM",
     .meaning = line_body<kLstmLines>,
     .roles = "data weight*2 bias constant*3 weight",
     .traits = Trait::recurrent,
     .gradient = gradients_of_recurrence,
     .gradient_macs = gradient_macs_of_recurrence},
    {.name = "RNN",
     .meaning = line_body<kRnnLines>,
     .roles = "data weight*2 bias constant*2",
     .traits = Trait::recurrent,
     .gradient = gradients_of_recurrence,
     .gradient_macs = gradient_macs_of_recurrence},
};

}  // namespace

Family families::recurrent() { return {"", "recurrent", kRecurrentRows}; }

}  // namespace macroscope
