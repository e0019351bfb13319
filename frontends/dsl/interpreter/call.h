// Evaluated call: what does a call say once its arguments are worked out, and what is handed to a layer or block?
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "frontends/dsl/interpreter/evaluator.h"
#include "frontends/dsl/interpreter/frames.h"
#include "frontends/dsl/layers/layers.h"

namespace macroscope::dsl {

/// What the result of a call will be called: `y` of `y = x -> conv(8, 3)`, and whether that is a new name.
struct Wanted {
  std::string name;
  bool is_new = false;
};

/// An argument with where it is.
struct Given {
  const Expression* expression = nullptr;  // null for the input of a chain's step
  Datum datum;
  std::string label;
};
using GivenNames = std::vector<std::pair<const NamedValue*, Datum>>;

struct Call {
  const Expression* expression = nullptr;
  std::vector<Given> positional;
  GivenNames named;
  std::size_t results = 1;
  Wanted wanted;
};

/// `shared enc = block(args)`: what is called, with which arguments behind the input, and the weights that all its uses have in common.
struct Instance {
  const Expression* call = nullptr;
  std::vector<Given> positional;
  GivenNames named;
  SharedWeights weights;
};

/// How the user wrote an argument, for messages and names; empty where that is long.
[[nodiscard]] std::string label_of(const Expression& expression);

/// The arguments as layers and operators take them. \throws Mistake where one is nothing that they take
std::vector<Argument> positional_of(const Call& call);
std::vector<NamedArgument> named_of(const Call& call);
/// The arguments by the parameters of a block; those with a default may be left out. \throws Mistake where they do not fit
Variables variables_of(const Call& call, const Definition& block, const Frames& frames, const Problems& problems);

/// Where the argument of a layer's parameter stands; the whole call where it is not given.  No layer: an operator or a block is called.
[[nodiscard]] Span span_of_argument(const Call& call, const Layer* layer, const std::string& parameter);

}  // namespace macroscope::dsl
