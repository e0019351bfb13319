// What does a body cost that stands for so many copies of itself, one behind the other?
#include <optional>
#include <utility>

#include "analyzer/algebra/summation.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

Shape at(const Shape& shape, const std::string& index, const Dim& round) {
  return index.empty() ? shape : shape.substitute({{index, round}});
}

void check_sums(const Graph& body, const Repetition& repetition) {
  for (const StoredTensor& stored : body.stored)
    sum_over_repeats(shape_of(stored).elements(), repetition.index, repetition.count);
}

/// The body's inputs say what they are at the start of any round.  That holds for the first by what the node is given, and for each further
/// one if an iteration that begins so ends as the next begins: by induction, for all.
std::vector<Fact> repeat_shape(const OpContext& context) {
  const auto id = context.nested_graph("body");
  require(id.has_value(), "missing-attribute", "body is not given");
  const Graph& body = context.network().graphs[*id];
  require(body.repetition.has_value(), "missing-attribute", "the body does not say how often it stands");
  const Repetition& repetition = *body.repetition;
  require_operands(context, body.inputs.size());
  require(body.declared.size() >= body.inputs.size() && body.outputs.size() == body.inputs.size(), "body-mismatch",
          "the body takes {} tensors and gives {}", body.inputs.size(), body.outputs.size());
  check_sums(body, repetition);
  std::vector<Fact> states;
  for (std::size_t state = 0; state < body.inputs.size(); ++state) {
    const Type& declared = body.declared[state].type;
    require(at(declared.shape, repetition.index, 0) == context.known_shape(state), "body-mismatch",
            "the body begins with {}, and is given {}", at(declared.shape, repetition.index, 0), context.known_shape(state));
    states.push_back(Fact::tensor(context.dtype(state), declared.shape));
  }
  const std::vector<Fact> results = context.enter(*id, states, "body", repetition.count);
  std::vector<Fact> after_all;
  for (std::size_t state = 0; state < states.size(); ++state) {
    const Type& before = states[state].type;
    const Type& after = results[state].type;
    if (!after.shape.known()) throw Unknown();
    const Shape next =
        repetition.index.empty() ? before.shape : at(before.shape, repetition.index, Dim::symbol(repetition.index) + 1);
    require(after.shape == next && after.dtype == before.dtype, "body-mismatch", "a round that begins with {} ends with {}",
            before.shape, after.shape);
    after_all.push_back(Fact::tensor(before.dtype, at(before.shape, repetition.index, repetition.count)));
  }
  return after_all;
}

/// Its copies count.
Work nothing_of_its_own(const OpContext&) { return {}; }

std::optional<IterationOperands> repeat_operands(const OpContext& context) {
  return IterationOperands{.states = context.input_count()};
}

constexpr Operator kRepetitionRows[] = {
    {.name = "Repeat",
     .meaning = Rules{repeat_shape, nothing_of_its_own},
     .cost = "the sum over all copies of the body",
     .iteration = repeat_operands},
};

}  // namespace

Family families::repetition() { return {"macroscope", "repetition", kRepetitionRows}; }

}  // namespace macroscope
