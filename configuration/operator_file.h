// Operator file: which cost rules does a user bring for operators that the catalogue does not know?
//
//   [[operator]]
//   domain   = "acme"
//   name     = "WindowMix"
//   loops    = "Y[n,o,p..] += X[n,c,p*stride+k*dilation-pad..] * W[o,c,k..]"   # a loop nest, see docs/operators.md
//   bias     = 2                                                               # input added to every output element
//   roles    = "data weight bias"                                              # what stored tensors are, a word an input
//
// In place of `loops` an operator has one of:
//   elements = { mul = 2, add = 1 }        # operands broadcast, then so much work per output element
//   body     = "T = MatMul(X, W); Y = Relu(T)"
//   moves    = "same"                      # computes nothing; the output is of the first input's shape
//
// One that is an operator of ONNX's, fused or under another name, says which; what it leaves out is taken from there:
//   derives    = "Conv"
//   operands   = [0, 3, 8]                 # which inputs those of the other one are, where they are elsewhere
//   activation = "Gelu"                    # what it applies to its result, or
//   activation_attribute = "activation"    # the attribute that names it
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/operators/custom.h"

namespace macroscope {

struct OperatorFile {
  std::shared_ptr<const CustomOperators> operators;
  /// Each mistake with its line and column; nothing of the file is used if there is an error among them.
  Diagnostics diagnostics;
};

/// Reads the TOML text of an operator file.  Unknown keys are errors.
OperatorFile read_operator_file(std::string_view text);

}  // namespace macroscope
