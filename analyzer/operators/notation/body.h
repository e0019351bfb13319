// Bodies: how is an operator read that is defined by other operators?
//
//   Y = FastGelu(X, bias?)          ->   {"FastGelu", Body{"S = Add(X, B); Y = Gelu(S, approximate='tanh')"}}
//
// A body is a list of assignments, separated by `;`.  Each calls one operator of ONNX's own domain (`domain.Name(...)` for another) at its
// newest version.  The first names that are read before they are assigned are the inputs, in the order of the list that may come before
// a bar: `X, B | ...`; without it, in order of appearance.  The last assignment's names are the outputs.  Attributes are `name=value`: an
// integer, a decimal, a 'string', a [list] of integers, or @name, the caller's own attribute.  `_` leaves an operand out.
#pragma once

#include "analyzer/network/network.h"
#include "analyzer/operators/operator.h"

namespace macroscope {

/// The body of a catalogue row as a function; its graph is added to the network.
Function compile_body(const Operator& row, Network& network);

/// Where and why a text is no body; empty where it is one.
[[nodiscard]] std::string mistake_in_body(std::string_view text);

}  // namespace macroscope
