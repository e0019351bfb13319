// Layers that move a trained window: convolutions, plain, transposed, deformable.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "frontends/dsl/layers/layer_call.h"
#include "frontends/dsl/layers/windowed.h"

namespace macroscope::dsl {
namespace {

using Kind = ParameterKind;

struct Convolution {
  Dim filters, channels, groups;
  std::vector<Dim> kernel;
  std::vector<Attribute> attributes;
};

void divide_channels(const Convolution& convolution) {
  share_of(convolution.channels, convolution.groups, "channels of the input", "groups");
  share_of(convolution.filters, convolution.groups, "filters", "groups");
}

TapMask mask_of(const LayerCall& call, std::span<const Dim> kernel) {
  const std::string_view mask = call.word("mask", {"none", "A", "B", "causal"}, "none");
  if (mask == "none") return TapMask::none;
  if (mask == "causal" && kernel.size() != 1)
    refuse("bad-argument", fmt::format("a causal mask is for 1 axis, and here are {}", kernel.size()), "mask", "mask = A or B");
  for (const Dim& extent : kernel)
    if (extent.number() && *extent.number() % 2 == 0 && mask != "causal")
      refuse("bad-argument", fmt::format("a mask needs an odd kernel, and this is {}", extents_text(kernel)), "kernel");
  return mask == "A" ? TapMask::before_centre : TapMask::through_centre;
}

std::vector<Handle> with_bias(GraphBuilder& build, bool bias, std::vector<Handle> operands, const Dim& filters) {
  if (bias) operands.push_back(build.weight("bias", {filters}));
  return operands;
}

std::vector<Handle> make_convolution(GraphBuilder& build, const LayerCall& call, Convolution convolution, TapMask mask) {
  const Handle x = call.tensor("x");
  divide_channels(convolution);
  if (!convolution.groups.is(1)) convolution.attributes.push_back(build.size("group", convolution.groups));
  std::vector<Dim> weight{convolution.filters, floor_div(convolution.channels, convolution.groups)};
  weight.insert(weight.end(), convolution.kernel.begin(), convolution.kernel.end());
  const Handle w = build.weight("weight", weight, mask);
  return build.node("Conv", with_bias(build, call.flag("bias", true), {x, w}, convolution.filters), convolution.attributes);
}

Convolution window_of(GraphBuilder& build, const LayerCall& call, const Shape& input) {
  Windowed window(build, call, input);
  Convolution convolution;
  convolution.channels = input[1];
  convolution.groups = 1;
  convolution.kernel = window.kernel();
  convolution.attributes = window.attributes();
  return convolution;
}

std::vector<Handle> conv(GraphBuilder& build, const LayerCall& call) {
  const Shape input = map_shape(build, call.tensor("x"));
  Convolution convolution = window_of(build, call, input);
  convolution.filters = call.size_of_at_least("filters", 1);
  convolution.groups = call.size_of_at_least("groups", 1);
  const TapMask mask = mask_of(call, convolution.kernel);
  return make_convolution(build, call, std::move(convolution), mask);
}

std::vector<Handle> depthwise(GraphBuilder& build, const LayerCall& call) {
  const Shape input = map_shape(build, call.tensor("x"));
  Convolution convolution = window_of(build, call, input);
  convolution.groups = input[1];
  convolution.filters = input[1] * call.size_of_at_least("multiplier", 1);
  return make_convolution(build, call, std::move(convolution), TapMask::none);
}

std::vector<Handle> conv_transpose(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Shape input = map_shape(build, x);
  Convolution convolution = window_of(build, call, input);
  convolution.filters = call.size_of_at_least("filters", 1);
  convolution.groups = call.size_of_at_least("groups", 1);
  divide_channels(convolution);
  if (!convolution.groups.is(1)) convolution.attributes.push_back(build.size("group", convolution.groups));
  if (call.has("output_pad"))
    convolution.attributes.push_back(build.sizes("output_padding", call.sizes("output_pad", input.rank() - 2, 0, 0)));
  std::vector<Dim> weight{input[1], floor_div(convolution.filters, convolution.groups)};
  weight.insert(weight.end(), convolution.kernel.begin(), convolution.kernel.end());
  const Handle w = build.weight("weight", weight);
  return build.node("ConvTranspose", with_bias(build, call.flag("bias", true), {x, w}, convolution.filters),
                    convolution.attributes);
}

/// The offsets come from a convolution of their own: two for each tap, and where it is modulated a weight between 0 and 1.
std::vector<Handle> deform_conv(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Shape input = input_shape(build, x, 4, 4, "[batch, channels, height, width]");
  Windowed window(build, call, input);
  window.pad_by_numbers(input);
  Convolution convolution;
  convolution.channels = input[1];
  convolution.groups = call.size_of_at_least("groups", 1);
  convolution.filters = call.size_of_at_least("filters", 1);
  divide_channels(convolution);
  const Dim offset_groups = call.size_of_at_least("offset_groups", 1);
  share_of(input[1], offset_groups, "channels of the input", "offset_groups");
  const bool is_modulated = call.flag("modulated", false);
  const Dim taps = product(window.kernel()) * offset_groups;
  const Dim places = taps * (is_modulated ? 3 : 2);

  build.stand_at_part("offset");
  std::vector<Dim> offset_weight{places, input[1]};
  offset_weight.insert(offset_weight.end(), window.kernel().begin(), window.kernel().end());
  const Handle w = build.weight("weight", offset_weight);
  const Handle b = build.weight("bias", {places});
  Handle offset = build.node("Conv", {x, w, b}, window.attributes()).front();
  Handle modulation = kLeftOut;
  if (is_modulated) {
    build.stand_at_part("split");
    const std::vector<Handle> parts =
        build.node("Split", {offset, build.list("sizes", {taps * 2, taps})}, {build.size("axis", 1)}, 2);
    offset = parts[0];
    build.stand_at_part("modulation");
    modulation = build.node("Sigmoid", {parts[1]}).front();
  }

  build.stand_at_part("conv");
  std::vector<Dim> weight{convolution.filters, floor_div(input[1], convolution.groups)};
  weight.insert(weight.end(), window.kernel().begin(), window.kernel().end());
  const Handle filters = build.weight("weight", weight);
  const Handle bias = call.flag("bias", true) ? build.weight("bias", {convolution.filters}) : kLeftOut;
  std::vector<Attribute> attributes = window.attributes();
  if (!convolution.groups.is(1)) attributes.push_back(build.size("group", convolution.groups));
  if (!offset_groups.is(1)) attributes.push_back(build.size("offset_group", offset_groups));
  std::vector<Handle> operands{x, filters, offset};
  if (!bias.is_absent() || is_modulated) operands.push_back(bias);
  if (is_modulated) operands.push_back(modulation);
  return build.node("DeformConv", operands, attributes);
}

}  // namespace

std::vector<Layer> convolution_layers() {
  const LayerParameter x{"x", Kind::tensor}, filters{"filters"}, kernel{"kernel", Kind::sizes},
      stride{"stride", Kind::sizes, "1"}, pad{"pad", Kind::sizes, "0"}, dilation{"dilation", Kind::sizes, "1"},
      groups{"groups", Kind::size, "1"}, bias{"bias", Kind::flag, "true"};
  return {
      {"conv", {x, filters, kernel, stride, pad, dilation, groups, bias, {"mask", Kind::word, "none"}}, 1, conv},
      {"depthwise", {x, kernel, stride, pad, dilation, {"multiplier", Kind::size, "1"}, bias}, 1, depthwise},
      {"conv_transpose",
       {x, filters, kernel, stride, pad, {"output_pad", Kind::sizes, "0"}, dilation, groups, bias},
       1,
       conv_transpose},
      {"deform_conv",
       {x,
        filters,
        kernel,
        stride,
        pad,
        dilation,
        groups,
        bias,
        {"modulated", Kind::flag, "false"},
        {"offset_groups", Kind::size, "1"}},
       1,
       deform_conv},
  };
}

}  // namespace macroscope::dsl
