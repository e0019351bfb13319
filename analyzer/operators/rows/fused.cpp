// Operators of other runtimes' domains that are ONNX's own, fused, renamed or in another layout: a row each.
#include "analyzer/operators/families.h"

namespace macroscope {
namespace {

constexpr Operator kFusedRows[] = {
    // onnxruntime's layout transformation writes this one: maps have their channels last, weights stay as ONNX has them.
    {.name = "Conv",
     .meaning = Loops{.nests = "Y[n,p..,g*o] += X[n,p*stride+k*dilation-pad..,g*c] * W[g*o,c,k..]", .bias = 2},
     .roles = "data weight bias",
     .derives = "Conv",
     .domain = "com.ms.internal.nhwc"},
};

}  // namespace

Family families::fused() { return {"", "fused", kFusedRows}; }

}  // namespace macroscope
