// Traits: what is true of an operator besides what it computes, for passes that look for kinds of operators and not for one?
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace macroscope {

enum class Trait : std::uint8_t {
  // What it computes.
  elementwise,  // each element of the result is made of the elements in the same place of its operands; of PerElement that is implied
  affine,       // in its one operand that is not stored: scales and shifts
  normalization,   // by a mean, a variance or a norm
  convolution,     // a kernel moves over a map, also transposed, deformed or in another layout
  matrix_product,  // of data with a weight, or of two activations
  attention,
  recurrent,  // walks a sequence with a state; weights of the input and of the state as operands 1 and 2
  random,
  random_in_training,  // only where a third operand may say that it trains
  level,               // a step function: no gradient passes
  sums,                // adds its operands, element by element
  products,            // multiplies them
  // What it moves.
  view,            // the result is the first operand's memory
  regroups,        // the same elements in the same order, with other extents
  permutes,        // axes change places
  converts,        // to another dtype
  dequantizes,     // integers to floating numbers
  spreads,         // one element may be in many places
  concatenates,    // operands side by side along an axis
  pads,            // what it adds is a constant
  cuts,            // each result is a part of the operand along its axes
  picks,           // reads only what it takes out of its first operand
  keeps_axes,      // each axis of the result is the operand's, of another extent perhaps; of element-wise ones that is implied
  holds_constant,  // its result is an attribute
  fills_shape,     // one number in every place of a given shape
  reads_shape,     // reads no element: Shape, Size
  // Of what is said of it, what no second source confirms in the tests: the table of operators owns up to it.
  unconfirmed_shape,
  unconfirmed_cost
};

class Traits {
 public:
  constexpr Traits() = default;
  constexpr Traits(Trait trait) : Traits({trait}) {}  // NOLINT(google-explicit-constructor): rows say .traits = Trait::view
  constexpr Traits(std::initializer_list<Trait> traits) {
    for (const Trait trait : traits) bits_ |= bit(trait);
  }
  [[nodiscard]] constexpr bool has(Trait trait) const noexcept { return (bits_ & bit(trait)) != 0; }
  [[nodiscard]] friend constexpr Traits operator|(Traits a, Traits b) noexcept {
    a.bits_ |= b.bits_;
    return a;
  }

 private:
  static constexpr std::uint32_t bit(Trait trait) noexcept { return std::uint32_t{1} << static_cast<unsigned>(trait); }

  std::uint32_t bits_ = 0;
};

/// Which axis of an operator's first operand, and of its first result, holds channels.
enum class ChannelAxis : std::uint8_t {
  as_operand,  // where the operand has them, if the rank stays
  second,      // axis 1
  last,
  permuted,  // where a permutation puts them
  lost       // axes may mean something else
};

/// What an operator keeps of the forward pass for its gradients.
enum class Saves : std::uint8_t {
  by_meaning,  // moves: nothing; contractions: the other factors; anything else: its floating operands
  nothing,     // linear, or no gradient passes
  result,      // the derivative is a function of the value
  factors,     // of a product for each factor the others
  operands     // all floating ones
};

/// When the result is the first operand, unchanged, so that the node could go.
enum class IdentityWhen : std::uint8_t {
  never,
  always,
  not_training,      // no third operand, one result
  same_type,         // dtype
  only_operand,      // it has one operand
  same_order,        // attribute `perm` exchanges nothing
  same_type_shape,   // dtype and shape
  nothing_added,     // same shape, and operand 1 is all zeros
  nothing_taken_out  // same shape, and steps in operand 4 are all 1
};

}  // namespace macroscope
