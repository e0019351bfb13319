#include "analyzer/operators/families.h"
#include "analyzer/operators/gradients/gradient_macs.h"
#include "analyzer/operators/notation/nest.h"

namespace macroscope {
namespace {

constexpr std::string_view kConvolution = "Y[n,g*o,p..] += X[n,g*c,p*stride+k*dilation-pad..] * W[g*o,c,k..]";
constexpr std::string_view kTransposed = "Y[n,g*o,p*stride+k*dilation-pad..] += X[n,g*c,p..] * W[g*c,o,k..]";

/// One bilinear sample for each input channel, tap and output position; where it is modulated one product more.
Work sampling(const OpContext& context) {
  Work work;
  const Shape& input = context.known_shape(0);
  const Shape& weight = context.known_shape(1);
  const Shape& output = context.output(0).type.shape;
  if (!output.known()) throw Unknown();
  const Dim samples = input[0] * input[1] * product(output.dims().subspan(2)) * product(weight.dims().subspan(2));
  work.add({.add = 3, .mul = context.has_input(4) ? 5 : 4}, samples);
  return work;
}

constexpr Operator kConvolutionRows[] = {
    {.name = "Conv",
     .meaning = Loops{.nests = kConvolution, .bias = 2},
     .roles = "data weight bias",
     .traits = Trait::convolution},
    {.name = "ConvInteger",
     .meaning = Loops{.nests = kConvolution, .result = Result::int32},
     .roles = "data weight quantisation",
     .since = 10,
     .derives = "Conv"},
    {.name = "ConvTranspose",
     .meaning = Loops{.nests = kTransposed, .bias = 2},
     .roles = "data weight bias",
     .traits = Trait::convolution},
    {.name = "DeformConv",
     .meaning = Loops{.nests = kConvolution, .bias = 3, .offsets = 2, .further = sampling},
     .roles = "data weight data bias data",
     .since = 19,
     .cost =
         "MACs as Conv; a bilinear sample (4 mul + 3 add, 1 mul more where modulated) per input channel, tap and output position",
     .traits = Trait::convolution,
     .gradient_macs = gradient_macs_of_deformed_convolution},
    {.name = "QLinearConv",
     .meaning = Loops{.nests = kConvolution, .operands = {0, 3, 0}, .bias = 8, .result = Result::as_given, .result_input = 7},
     .roles = "data quantisation*2 weight quantisation*4 bias",
     .since = 10,
     .derives = {"Conv", {0, 3, 8}}},
};

}  // namespace

Family families::convolution() { return {"", "convolution", kConvolutionRows}; }

}  // namespace macroscope
