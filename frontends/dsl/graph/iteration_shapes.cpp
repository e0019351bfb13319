#include "frontends/dsl/graph/iteration_shapes.h"

#include <fmt/format.h>

#include "frontends/dsl/graph/graph_builder.h"

namespace macroscope::dsl {
namespace {

[[noreturn]] void refuse_state(std::size_t state, const Rounds& rounds) {
  std::string sizes;
  for (std::size_t round = 0; round < rounds.size(); ++round)
    sizes += fmt::format("{}{}", round == 0 ? "" : ", then ", rounds[round][state].text());
  throw BuildError("unsteady-repeat",
                   fmt::format("a symbolic count needs a body whose shapes follow a law: its tensor {} is {}", state + 1, sizes),
                   "give the count a number, or let the body keep its input's shape or change it by a polynomial in the round");
}

/// first + i d1 + i(i - 1)/2 d2 + i(i - 1)(i - 2)/6 d3 by Newton's forward differences; the fourth must be 0.
Dim extent_at(const Dim& index, std::vector<Dim> values, std::size_t state, const Rounds& rounds) {
  Dim result;
  Dim falling = 1;
  std::int64_t factorial = 1;
  for (std::int64_t degree = 0; !values.empty(); ++degree) {
    if (degree > 0) {
      falling *= index - (degree - 1);
      factorial *= degree;
    }
    const bool is_last = values.size() == 1;
    if (is_last && !values.front().is(0)) refuse_state(state, rounds);
    result += floor_div(values.front() * falling, factorial);
    for (std::size_t next = 1; next < values.size(); ++next) values[next - 1] = values[next] - values[next - 1];
    values.pop_back();
  }
  return result;
}

}  // namespace

std::vector<Shape> shapes_at(const Dim& index, const Rounds& rounds) {
  std::vector<Shape> shapes;
  for (std::size_t state = 0; state < rounds.front().size(); ++state) {
    const std::size_t rank = rounds.front()[state].rank();
    std::vector<Dim> extents;
    for (std::size_t axis = 0; axis < rank; ++axis) {
      std::vector<Dim> values;
      for (const std::vector<Shape>& round : rounds) {
        if (round[state].rank() != rank) refuse_state(state, rounds);
        values.push_back(round[state][axis]);
      }
      extents.push_back(extent_at(index, std::move(values), state, rounds));
    }
    shapes.emplace_back(extents);
  }
  return shapes;
}

void check_induction(std::string_view index, const std::vector<Shape>& at, const std::vector<Shape>& after,
                     const Rounds& rounds) {
  const Bindings next{{std::string(index), Dim::symbol(index) + 1}};
  for (std::size_t state = 0; state < at.size(); ++state)
    if (after[state] != at[state].substitute(next)) refuse_state(state, rounds);
}

}  // namespace macroscope::dsl
