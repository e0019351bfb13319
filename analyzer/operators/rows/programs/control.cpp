#include <algorithm>
#include <array>
#include <optional>

#include "analyzer/operators/contents/fact_join.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/rows/programs/iteration.h"

namespace macroscope {
namespace {

GraphId graph_of(const OpContext& context, std::string_view attribute) {
  const auto graph = context.nested_graph(attribute);
  require(graph.has_value(), "missing-attribute", "{} is not given", attribute);
  return *graph;
}

/// Both branches, or the one that a condition which is known takes.
std::vector<Fact> if_shape(const OpContext& context) {
  const GraphId then_branch = graph_of(context, "then_branch");
  const GraphId else_branch = graph_of(context, "else_branch");
  if (const std::optional<Dim> condition = context.scalar(0); condition && condition->is_number())
    return condition->is(0) ? context.enter(else_branch, {}, "else") : context.enter(then_branch, {}, "then");
  const std::vector<Fact> then_results = context.enter(then_branch, {}, "then", 1, Nesting::alternative);
  const std::vector<Fact> else_results = context.enter(else_branch, {}, "else", 1, Nesting::alternative);
  require(then_results.size() == else_results.size() && then_results.size() >= context.output_count(), "branch-mismatch",
          "the branches give {} and {} values for {} outputs", then_results.size(), else_results.size(), context.output_count());
  std::vector<Fact> results;
  for (std::size_t output = 0; output < context.output_count(); ++output) {
    const Type& a = then_results[output].type;
    const Type& b = else_results[output].type;
    require(a.dtype == b.dtype || a.dtype == DataType::unknown || b.dtype == DataType::unknown, "branch-mismatch",
            "output {} is {} in one branch and {} in the other", output, name_of(a.dtype), name_of(b.dtype));
    DifferingByData differing(context, output);
    results.push_back(join(then_results[output], else_results[output], differing));
  }
  return results;
}

/// The bodies count; running them costs nothing by itself.
Work nothing_of_its_own(const OpContext&) { return {}; }

std::vector<Fact> sequence_map(const OpContext& context) {
  const GraphId body = graph_of(context, "body");
  std::vector<Fact> inputs;
  for (std::size_t index = 0; index < context.input_count(); ++index) {
    const Type& type = context.input(index).type;
    inputs.push_back(type.kind == Kind::sequence && type.element ? Fact{*type.element, nullptr} : context.input(index));
  }
  std::optional<Dim> length = length_of(context.input(0));
  if (!length) length = context.fresh(0, "_length", SymbolOrigin::loop);
  std::vector<Fact> results;
  for (Fact& element : context.enter(body, std::move(inputs), "body", *length))
    results.push_back(sequence_fact(std::move(element.type), length));
  return results;
}

/// Trip count and condition, then the states; the body has a number of the iteration and a condition before them, and gives a condition.
std::optional<IterationOperands> loop_operands(const OpContext& context) {
  if (context.input_count() < 2) return std::nullopt;
  return IterationOperands{2, 2, 1, context.input_count() - 2, 0};
}

std::optional<IterationOperands> scan_operands(const OpContext& context) {
  const auto scanned = static_cast<std::size_t>(std::max<std::int64_t>(context.integer("num_scan_inputs", 0), 0));
  if (scanned > context.input_count()) return std::nullopt;
  return IterationOperands{0, 0, 0, context.input_count() - scanned, scanned};
}

constexpr Operator kControlRows[] = {
    {.name = "If",
     .meaning = Rules{if_shape, nothing_of_its_own},
     .roles = "constant",
     .cost = "per quantity the dearer branch; the branch that is taken where the condition is known"},
    {.name = "Loop",
     .meaning = Rules{loop_shape, nothing_of_its_own},
     .roles = "constant*2 data",
     .cost = "trip count times the body",
     .iteration = loop_operands},
    {.name = "Scan",
     .meaning = Rules{scan_shape, nothing_of_its_own},
     .since = 9,
     .cost = "length of the sequence times the body",
     .iteration = scan_operands},
    {"Scan", Rules{batched_scan_shape, nothing_of_its_own}, "constant data", 8,
     "batch times length of the sequence times the body"},
    {.name = "SequenceMap",
     .meaning = Rules{sequence_map, nothing_of_its_own},
     .since = 17,
     .cost = "length of the sequence times the body"},
};

}  // namespace

Family families::control() { return {"", "control", kControlRows}; }

}  // namespace macroscope
