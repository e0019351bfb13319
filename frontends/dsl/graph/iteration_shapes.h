// Shapes over iterations: how do the shapes of a repeated body grow from one iteration to the next?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/algebra/shape.h"

namespace macroscope::dsl {

/// What the rebound tensors are at the start of iterations 0, 1, 2 ...; each of them a list of shapes.
using Rounds = std::vector<std::vector<Shape>>;

/// Rounds that are tried behind the first before a law is guessed: enough for polynomials of degree 3, with one more to refute them.
inline constexpr std::size_t kRoundsTried = 4;

/// What they are at the start of iteration `index`: the polynomial through all iterations, axis by axis. \throws BuildError where there is none
std::vector<Shape> shapes_at(const Dim& index, const Rounds& rounds);

/// \throws BuildError unless an iteration that begins with `at` ends with `at` of the next index; then the law holds by induction
void check_induction(std::string_view index, const std::vector<Shape>& at, const std::vector<Shape>& after, const Rounds& rounds);

}  // namespace macroscope::dsl
