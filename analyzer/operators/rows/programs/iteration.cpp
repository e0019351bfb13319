#include "analyzer/operators/rows/programs/iteration.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "analyzer/operators/contents/fact_join.h"

namespace macroscope {
namespace {

GraphId body_of(const OpContext& context) {
  const auto body = context.nested_graph("body");
  require(body.has_value(), "missing-attribute", "body is not given");
  return *body;
}

/// Extents that a body changes become symbols that stand for their size in any iteration; each knows what it was before the first.
class DifferingByTrip : public Differing {
 public:
  DifferingByTrip(const OpContext& context, std::size_t output) : site_(context), output_(output) {}

  Dim extent(const Dim& before, const Dim& after) override {
    if (const auto known = varying_.find(before.text()); known != varying_.end()) {
      known->second.after = after;
      return before;
    }
    const Dim size = site_.fresh(output_, "_in_loop", SymbolOrigin::loop);
    varying_.emplace(size.text(), Varying{before, after});
    return size;
  }

  /// The extent after all iterations, where each adds the same; the symbol itself where it does not.
  [[nodiscard]] Dim after_all(const Dim& size, const Dim& iterations) const {
    const auto known = varying_.find(size.text());
    if (known == varying_.end()) return size;
    const Dim growth = known->second.after - size;
    const std::vector<std::string> symbols = growth.symbols();
    const bool is_steady =
        std::none_of(symbols.begin(), symbols.end(), [&](const std::string& name) { return varying_.contains(name); });
    return is_steady ? known->second.first + iterations * growth : size;
  }

 private:
  struct Varying {
    Dim first;
    Dim after;
  };
  const OpContext& site_;
  std::size_t output_;
  std::map<std::string, Varying, std::less<>> varying_;
};

/// Joining converges: every extent and every content gives way once.
constexpr int kMaxRounds = 64;

struct Iterated {
  std::vector<Fact> body_results;
  std::vector<Fact> states;
  std::vector<DifferingByTrip> differing;
};

/// Enters the body until its states are what they were before it.  `inputs_for(states)` makes the body's inputs, `result_of(results, i)`
/// finds what state i became.
Iterated iterate(const OpContext& context, GraphId body, std::vector<Fact> states, const Dim& iterations,
                 std::size_t first_result, const std::function<std::vector<Fact>(const std::vector<Fact>&)>& inputs_for) {
  Iterated iterated{{}, std::move(states), {}};
  for (std::size_t index = 0; index < iterated.states.size(); ++index) iterated.differing.emplace_back(context, index);
  for (int round = 0; round < kMaxRounds; ++round) {
    iterated.body_results = context.enter(body, inputs_for(iterated.states), "body", iterations);
    require(iterated.body_results.size() >= first_result + iterated.states.size(), "body-mismatch",
            "the body gives {} values for {} states", iterated.body_results.size(), iterated.states.size());
    bool changed = false;
    for (std::size_t index = 0; index < iterated.states.size(); ++index) {
      Fact joined = join(iterated.states[index], iterated.body_results[first_result + index], iterated.differing[index]);
      changed = changed || joined != iterated.states[index];
      iterated.states[index] = std::move(joined);
    }
    if (!changed) break;
  }
  return iterated;
}

Fact after_all(const Fact& state, const DifferingByTrip& differing, const Dim& iterations) {
  Fact result = state;
  if (!state.type.shape.known()) return result;
  std::vector<Dim> dims;
  for (const Dim& dim : state.type.shape) dims.push_back(differing.after_all(dim, iterations));
  result.type.shape = Shape(dims);
  return result;
}

/// Results of a body collected over the iterations along a new axis.
Fact stacked(const Fact& element, const Dim& iterations, std::int64_t axis) {
  if (!element.type.shape.known()) return Fact::tensor(element.type.dtype);
  std::vector<Dim> dims(element.type.shape.begin(), element.type.shape.end());
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(OpContext::axis_of(axis, dims.size() + 1)), iterations);
  return Fact::tensor(element.type.dtype, Shape(dims));
}

ValuePointer known_true() { return std::make_shared<const Value>(Integers{Dim(1)}); }

/// The number of the iteration and the condition are scalars, or lists of one where the body declares them so.
Shape shape_of_control(const OpContext& context, GraphId body, std::size_t input) {
  const Graph& graph = context.network().graphs[body];
  if (input >= graph.inputs.size()) return Shape();
  const auto declared = std::find_if(graph.declared.begin(), graph.declared.end(),
                                     [&](const Declaration& declaration) { return declaration.tensor == graph.inputs[input]; });
  const bool is_list = declared != graph.declared.end() && declared->type.shape.known() && declared->type.shape.rank() == 1;
  return is_list ? Shape{1} : Shape();
}

/// What a state is before the first iteration does not stand for it after one.
bool changes_rank(const Fact& before, const Fact& after) {
  return before.type.shape.known() && after.type.shape.known() && before.type.shape.rank() != after.type.shape.rank();
}

/// Certain or assumed.
bool runs_at_all(const OpContext& context, const Dim& iterations) {
  const Certainty certainty = at_least(iterations, 1);
  if (certainty == Certainty::unknown) context.assume(Assumption::at_least(iterations, 1));
  return certainty != Certainty::never;
}

Dim unknown_iterations(const OpContext& context) {
  const std::string_view bound = context.input_name(0);
  return bound.empty() ? context.fresh(0, "_trips", SymbolOrigin::loop) : context.fresh_named(bound, SymbolOrigin::loop);
}

/// The bound, where it is given and known.
std::optional<Dim> bound_of(const OpContext& context) {
  const std::optional<Dim> bound = context.scalar(0);
  return bound ? std::optional<Dim>(max(*bound, 0)) : std::nullopt;
}

}  // namespace

std::vector<Fact> loop_shape(const OpContext& context) {
  const GraphId body = body_of(context);
  const std::optional<Dim> start = context.has_input(1) ? context.scalar(1) : std::optional<Dim>(1);
  const bool starts = start && at_least(*start, 1) == Certainty::always;
  const std::optional<Dim> bound = bound_of(context);
  Dim iterations = bound ? *bound : unknown_iterations(context);
  if (start && start->is(0)) iterations = 0;
  std::vector<Fact> states;
  for (std::size_t index = 2; index < context.input_count(); ++index) states.push_back(context.input(index));
  const Shape trip = shape_of_control(context, body, 0), goes_on_shape = shape_of_control(context, body, 1);
  const auto inputs_for = [&](const std::vector<Fact>& now) {
    // A body runs only where the condition held.
    std::vector<Fact> inputs{Fact::tensor(DataType::int64, trip), Fact::tensor(DataType::boolean, goes_on_shape, known_true())};
    inputs.insert(inputs.end(), now.begin(), now.end());
    return inputs;
  };
  const std::vector<Fact> before = states;
  Iterated iterated = iterate(context, body, states, iterations, 1, inputs_for);
  const ValuePointer& goes_on = iterated.body_results.front().value;
  const Integers* const says = goes_on ? goes_on->integers() : nullptr;
  const bool never_stops = says != nullptr && !says->empty() && says->front() == Dim(1);
  if (!iterations.is(0) && (!never_stops || !starts) && bound) {
    // It may stop before the bound: how often it runs only the data can tell.
    iterations = unknown_iterations(context);
    iterated = iterate(context, body, std::move(states), iterations, 1, inputs_for);
  }
  std::vector<Fact> results;
  for (std::size_t index = 0; index < iterated.states.size(); ++index) {
    const bool was_optional =
        iterated.states[index].type.kind == Kind::optional && iterated.body_results[1 + index].type.kind != Kind::optional;
    const Fact& last = iterated.body_results[1 + index];
    if (was_optional || (changes_rank(before[index], last) && runs_at_all(context, iterations))) {
      results.push_back(last);
    } else {
      results.push_back(after_all(iterated.states[index], iterated.differing[index], iterations));
    }
  }
  for (std::size_t index = 1 + iterated.states.size(); index < iterated.body_results.size(); ++index)
    results.push_back(stacked(iterated.body_results[index], iterations, 0));
  require(results.size() >= context.output_count(), "body-mismatch", "the body gives {} values for {} outputs", results.size(),
          context.output_count());
  return results;
}

namespace {

/// One axis taken away.
Fact without_axis(const Fact& fact, std::int64_t axis) {
  if (!fact.type.shape.known()) return Fact::tensor(fact.type.dtype);
  std::vector<Dim> dims(fact.type.shape.begin(), fact.type.shape.end());
  dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(OpContext::axis_of(axis, dims.size())));
  return Fact::tensor(fact.type.dtype, Shape(dims));
}

std::int64_t entry_of(std::optional<std::span<const std::int64_t>> list, std::size_t index) {
  return list && index < list->size() ? (*list)[index] : 0;
}

struct ScanOperands {
  std::size_t first = 0;  // input that the first state is
  std::size_t states = 0;
  std::size_t scanned = 0;
};

ScanOperands operands_of(const OpContext& context, std::size_t first) {
  const std::int64_t scanned = context.integer("num_scan_inputs", 0);
  require(scanned > 0 && static_cast<std::size_t>(scanned) <= context.input_count() - std::min(first, context.input_count()),
          "bad-attribute", "num_scan_inputs is {} of {} operands", scanned, context.input_count());
  const auto count = static_cast<std::size_t>(scanned);
  const ScanOperands operands{first, context.input_count() - first - count, count};
  require(operands.states <= context.output_count(), "body-mismatch", "{} states for {} outputs", operands.states,
          context.output_count());
  return operands;
}

/// The length of the sequence: the scanned axis, the same for all that are scanned.
Dim length_of_scan(const OpContext& context, const ScanOperands& operands,
                   const std::function<std::int64_t(std::size_t)>& axis_of_input) {
  std::optional<Dim> length;
  for (std::size_t index = 0; index < operands.scanned; ++index) {
    const Shape& shape = context.shape(operands.first + operands.states + index);
    if (!shape.known()) continue;
    const Dim& extent = shape[OpContext::axis_of(axis_of_input(index), shape.rank())];
    if (length) context.must_equal(*length, extent, "lengths of scanned sequences");
    if (!length || extent.is_number()) length = extent;
  }
  return length ? *length : context.fresh(0, "_length", SymbolOrigin::loop);
}

}  // namespace

std::vector<Fact> scan_shape(const OpContext& context) {
  const GraphId body = body_of(context);
  const ScanOperands operands = operands_of(context, 0);
  const auto input_axes = context.integer_list("scan_input_axes");
  const auto output_axes = context.integer_list("scan_output_axes");
  const Dim length = length_of_scan(context, operands, [&](std::size_t index) { return entry_of(input_axes, index); });
  std::vector<Fact> states;
  for (std::size_t index = 0; index < operands.states; ++index) states.push_back(context.input(index));
  Iterated iterated = iterate(context, body, std::move(states), length, 0, [&](const std::vector<Fact>& now) {
    std::vector<Fact> inputs = now;
    for (std::size_t index = 0; index < operands.scanned; ++index)
      inputs.push_back(without_axis(context.input(operands.states + index), entry_of(input_axes, index)));
    return inputs;
  });
  std::vector<Fact> results;
  for (std::size_t index = 0; index < operands.states; ++index)
    results.push_back(after_all(iterated.states[index], iterated.differing[index], length));
  for (std::size_t index = operands.states; index < iterated.body_results.size(); ++index)
    results.push_back(stacked(iterated.body_results[index], length, entry_of(output_axes, index - operands.states)));
  return results;
}

std::vector<Fact> batched_scan_shape(const OpContext& context) {
  const GraphId body = body_of(context);
  const ScanOperands operands = operands_of(context, 1);
  std::optional<Dim> batch;
  for (std::size_t index = 1; index < context.input_count() && !batch; ++index)
    if (context.shape(index).known() && context.shape(index).rank() > 0) batch = context.shape(index)[0];
  if (!batch) batch = context.fresh(0, "_batch");
  const Dim length = length_of_scan(context, operands, [](std::size_t) { return 1; });
  std::vector<Fact> states;
  for (std::size_t index = 0; index < operands.states; ++index) states.push_back(without_axis(context.input(1 + index), 0));
  Iterated iterated = iterate(context, body, std::move(states), *batch * length, 0, [&](const std::vector<Fact>& now) {
    std::vector<Fact> inputs = now;
    for (std::size_t index = 0; index < operands.scanned; ++index)
      inputs.push_back(without_axis(without_axis(context.input(1 + operands.states + index), 1), 0));
    return inputs;
  });
  std::vector<Fact> results;
  for (std::size_t index = 0; index < operands.states; ++index)
    results.push_back(stacked(after_all(iterated.states[index], iterated.differing[index], length), *batch, 0));
  for (std::size_t index = operands.states; index < iterated.body_results.size(); ++index)
    results.push_back(stacked(stacked(iterated.body_results[index], length, 0), *batch, 0));
  return results;
}

}  // namespace macroscope
