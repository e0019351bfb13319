#include "frontends/dsl/graph/repeated_graph.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "frontends/dsl/graph/iteration_shapes.h"

namespace macroscope::dsl {
namespace {

/// Repeats within repeats: each calls its body a few times.
constexpr std::size_t kMaxNestedRepeats = 6;

struct Round {
  GraphId graph = 0;
  std::vector<Shape> after;
};

/// Writes the body for one iteration as a graph of its own.
Round write(GraphWriter& writer, const std::vector<Handle>& states, const std::vector<Shape>& at,
            const GraphBuilder::RepeatBody& body) {
  const GraphWriter::Nested nested(writer);
  Round round{writer.current(), {}};
  std::vector<Handle> inputs;
  for (std::size_t state = 0; state < states.size(); ++state)
    inputs.push_back(writer.input(round.graph, fmt::format("{}.round", writer.name_of(states[state])),
                                  Type::tensor(writer.fact_of(states[state]).type.dtype, at[state])));
  for (const Handle& result : body(inputs)) {
    const std::size_t state = round.after.size();
    const DataType before = writer.fact_of(inputs[state]).type.dtype, after = writer.fact_of(result).type.dtype;
    if (before != after)
      throw BuildError(
          "unsteady-repeat",
          fmt::format("a symbolic count needs a body that keeps its dtypes: '{}' is {} before a round and {} behind it",
                      writer.name_of(states[state]), name_of(before), name_of(after)));
    round.after.push_back(writer.shape_of(result));
    writer.network().graphs[round.graph].outputs.push_back(writer.local(result));
  }
  complete(writer.network(), round.graph);
  return round;
}

}  // namespace

std::vector<Handle> repeat(GraphWriter& writer, const Dim& count, const std::vector<Handle>& states,
                           const GraphBuilder::RepeatBody& body) {
  if (writer.depth() > kMaxNestedRepeats)
    throw BuildError("too-deep", fmt::format("symbolic repeats nest deeper than {}", kMaxNestedRepeats));
  const Standing standing = writer.layers().standing();
  std::vector<Shape> before;
  before.reserve(states.size());
  for (const Handle& state : states) before.push_back(writer.shape_of(state));
  const GraphWriter::Mark mark = writer.mark();
  Round round = write(writer, states, before, body);
  std::string index;
  if (round.after != before) {
    Rounds rounds{before, round.after};
    while (rounds.size() <= kRoundsTried) {
      writer.go_back(mark);
      rounds.push_back(write(writer, states, rounds.back(), body).after);
    }
    writer.go_back(mark);
    const Dim symbol = writer.index_symbol();
    index = symbol.symbols().front();
    const std::vector<Shape> at = shapes_at(symbol, rounds);
    round = write(writer, states, at, body);
    check_induction(index, at, round.after, rounds);
  }
  writer.network().graphs[round.graph].repetition = Repetition{index, count};
  writer.use_domain("macroscope");
  writer.layers().stand_at(standing);
  return writer.node("Repeat", states, {{"body", round.graph}, writer.size("count", count)}, states.size(), "macroscope");
}

}  // namespace macroscope::dsl
