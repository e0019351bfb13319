#include "analyzer/operators/families.h"
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

constexpr Operator kRows[] = {
    {"Conv", Loops{.nest = {kConvolution}, .bias = 2}, "xwb"},
    {"ConvInteger", Loops{.nest = {kConvolution}, .result = Result::int32}, "xwq", 10},
    {"ConvTranspose", Loops{.nest = {kTransposed}, .bias = 2}, "xwb"},
    {"DeformConv", Loops{.nest = {kConvolution}, .bias = 3, .further = sampling}, "xwxbx", 19,
     "MACs as Conv; a bilinear sample (4 mul + 3 add, 1 mul more where modulated) per input channel, tap and output position"},
    {"QLinearConv",
     Loops{.nest = {kConvolution}, .operands = {0, 3, 0}, .bias = 8, .result = Result::as_given, .result_input = 7}, "xqqwqqqqb",
     10},
};

}  // namespace

Family families::convolution() noexcept { return {"", "convolution", kRows}; }

}  // namespace macroscope
