#include <algorithm>
#include <array>

#include "analyzer/operators/contents/fact_join.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/rows/programs/iteration.h"

namespace macroscope {
namespace {

GraphId graph_of(const Site& site, std::string_view attribute) {
  const auto graph = site.nested_graph(attribute);
  require(graph.has_value(), "missing-attribute", "{} is not given", attribute);
  return *graph;
}

/// Both branches, or the one that a condition which is known takes.
std::vector<Fact> if_shape(const Site& site) {
  const GraphId then_branch = graph_of(site, "then_branch");
  const GraphId else_branch = graph_of(site, "else_branch");
  if (const std::optional<Dim> condition = site.scalar(0); condition && condition->is_number())
    return condition->is(0) ? site.enter(else_branch, {}, "else") : site.enter(then_branch, {}, "then");
  const std::vector<Fact> then_results = site.enter(then_branch, {}, "then", 1, Nesting::alternative);
  const std::vector<Fact> else_results = site.enter(else_branch, {}, "else", 1, Nesting::alternative);
  require(then_results.size() == else_results.size() && then_results.size() >= site.output_count(), "branch-mismatch",
          "the branches give {} and {} values for {} outputs", then_results.size(), else_results.size(), site.output_count());
  std::vector<Fact> results;
  for (std::size_t output = 0; output < site.output_count(); ++output) {
    const Type& a = then_results[output].type;
    const Type& b = else_results[output].type;
    require(a.dtype == b.dtype || a.dtype == DataType::unknown || b.dtype == DataType::unknown, "branch-mismatch",
            "output {} is {} in one branch and {} in the other", output, name_of(a.dtype), name_of(b.dtype));
    DifferingByData differing(site, output);
    results.push_back(join(then_results[output], else_results[output], differing));
  }
  return results;
}

/// The bodies count; running them costs nothing by itself.
Work nothing_of_its_own(const Site&) { return {}; }

std::vector<Fact> sequence_map(const Site& site) {
  const GraphId body = graph_of(site, "body");
  std::vector<Fact> inputs;
  for (std::size_t index = 0; index < site.input_count(); ++index) {
    const Type& type = site.input(index).type;
    inputs.push_back(type.kind == Kind::sequence && type.element ? Fact{*type.element, nullptr} : site.input(index));
  }
  std::optional<Dim> length = length_of(site.input(0));
  if (!length) length = site.fresh(0, "_length", SymbolOrigin::loop);
  std::vector<Fact> results;
  for (Fact& element : site.enter(body, std::move(inputs), "body", *length))
    results.push_back(sequence_fact(std::move(element.type), length));
  return results;
}

constexpr Operator kRows[] = {
    {"If", Rules{if_shape, nothing_of_its_own}, "c", 1,
     "per quantity the dearer branch; the branch that is taken where the condition is known"},
    {"Loop", Rules{loop_shape, nothing_of_its_own}, "ccx", 1, "trip count times the body"},
    {"Scan", Rules{scan_shape, nothing_of_its_own}, "x", 9, "length of the sequence times the body"},
    {"Scan", Rules{batched_scan_shape, nothing_of_its_own}, "cx", 8, "batch times length of the sequence times the body"},
    {"SequenceMap", Rules{sequence_map, nothing_of_its_own}, "x", 17, "length of the sequence times the body"},
};

}  // namespace

Family families::control() noexcept { return {"", "control", kRows}; }

}  // namespace macroscope
