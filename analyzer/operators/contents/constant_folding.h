// Constant folding: what is one element of a result, given the elements it is made of?
//
// Contents of shapes are followed through arithmetic.  A fold is empty where nothing can be said of the element.
#pragma once

#include <optional>
#include <span>

#include "analyzer/algebra/dim.h"
#include "analyzer/algebra/real.h"
#include "analyzer/operators/op_context.h"

namespace macroscope::folds {

using Sizes = std::span<const Dim>;
using Reals = std::span<const Real>;

// Of integers; all of them take any number of operands where the operator does.
std::optional<Dim> add(Sizes operands, const OpContext& context);
std::optional<Dim> subtract(Sizes operands, const OpContext& context);
std::optional<Dim> multiply(Sizes operands, const OpContext& context);
/// Rounds toward zero.  Where the sign of the dividend depends on a symbol, that it is not negative is recorded as an assumption.
std::optional<Dim> divide(Sizes operands, const OpContext& context);
/// With the sign of the divisor, or with `fmod` of the dividend.
std::optional<Dim> modulo(Sizes operands, const OpContext& context);
std::optional<Dim> raise(Sizes operands, const OpContext& context);
std::optional<Dim> negate(Sizes operands, const OpContext& context);
std::optional<Dim> magnitude(Sizes operands, const OpContext& context);
std::optional<Dim> sign(Sizes operands, const OpContext& context);
std::optional<Dim> largest(Sizes operands, const OpContext& context);
std::optional<Dim> smallest(Sizes operands, const OpContext& context);
std::optional<Dim> rectify(Sizes operands, const OpContext& context);
/// The operand itself: rounding a whole number.
std::optional<Dim> same(Sizes operands, const OpContext& context);
/// By as many bits as the second operand says, in `direction`.
std::optional<Dim> shift(Sizes operands, const OpContext& context);

// 1 or 0; a formula that is one of them where it depends on a symbol.
std::optional<Dim> is_equal(Sizes operands, const OpContext& context);
std::optional<Dim> is_less(Sizes operands, const OpContext& context);
std::optional<Dim> is_less_or_equal(Sizes operands, const OpContext& context);
std::optional<Dim> is_greater(Sizes operands, const OpContext& context);
std::optional<Dim> is_greater_or_equal(Sizes operands, const OpContext& context);
std::optional<Dim> both(Sizes operands, const OpContext& context);
std::optional<Dim> either(Sizes operands, const OpContext& context);
std::optional<Dim> one_only(Sizes operands, const OpContext& context);
std::optional<Dim> opposite(Sizes operands, const OpContext& context);

// Of reals.
std::optional<Real> add_reals(Reals operands, const OpContext& context);
std::optional<Real> subtract_reals(Reals operands, const OpContext& context);
std::optional<Real> multiply_reals(Reals operands, const OpContext& context);
std::optional<Real> divide_reals(Reals operands, const OpContext& context);
std::optional<Real> modulo_of_reals(Reals operands, const OpContext& context);
std::optional<Real> raise_reals(Reals operands, const OpContext& context);
std::optional<Real> negate_real(Reals operands, const OpContext& context);
std::optional<Real> magnitude_of_real(Reals operands, const OpContext& context);
std::optional<Real> reciprocal(Reals operands, const OpContext& context);
std::optional<Real> round_down(Reals operands, const OpContext& context);
std::optional<Real> round_up(Reals operands, const OpContext& context);
/// To the nearest, halves to the even neighbour.
std::optional<Real> round_to_nearest(Reals operands, const OpContext& context);
std::optional<Real> largest_real(Reals operands, const OpContext& context);
std::optional<Real> smallest_real(Reals operands, const OpContext& context);
std::optional<Real> rectify_real(Reals operands, const OpContext& context);
std::optional<Real> square_root(Reals operands, const OpContext& context);
std::optional<Real> exponential(Reals operands, const OpContext& context);
std::optional<Real> logarithm(Reals operands, const OpContext& context);

}  // namespace macroscope::folds
