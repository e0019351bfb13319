// Layers that normalize.
#include <fmt/format.h>

#include <limits>

#include "frontends/dsl/layers/layer_call.h"

namespace macroscope::dsl {
namespace {

using Kind = ParameterKind;
constexpr std::size_t kAnyRank = std::numeric_limits<std::size_t>::max();

Shape channels_shape(const GraphBuilder& build, Handle x, std::size_t least) {
  return input_shape(build, x, least, kAnyRank, least == 2 ? "[batch, channels, ...]" : "[batch, channels, a spatial axis, ...]");
}

std::vector<Handle> bn(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Dim channels = channels_shape(build, x, 2)[1];
  const Handle scale = build.weight("scale", {channels}), shift = build.weight("bias", {channels});
  const Handle mean = build.stored("mean", {channels}, DataType::float32);
  const Handle variance = build.stored("variance", {channels}, DataType::float32);
  return build.node("BatchNormalization", {x, scale, shift, mean, variance});
}

std::vector<Handle> over_last_axes(GraphBuilder& build, const LayerCall& call, std::string_view op, bool has_shift) {
  const Handle x = call.tensor("x");
  const Shape shape = input_shape(build, x, 1, kAnyRank, "at least 1 axis");
  const std::int64_t axes = call.number("axes", 1);
  if (axes < 1 || static_cast<std::size_t>(axes) > shape.rank())
    refuse("bad-argument", fmt::format("axes is {}, and the input {} has {}", axes, shape.text(), shape.rank()), "axes");
  const auto last = shape.dims().last(static_cast<std::size_t>(axes));
  const std::vector<Dim> extents(last.begin(), last.end());
  std::vector<Handle> operands{x, build.weight("scale", extents)};
  if (has_shift) operands.push_back(build.weight("bias", extents));
  return build.node(op, operands, {build.size("axis", -axes)});
}

std::vector<Handle> layer_norm(GraphBuilder& build, const LayerCall& call) {
  return over_last_axes(build, call, "LayerNormalization", true);
}
std::vector<Handle> rms_norm(GraphBuilder& build, const LayerCall& call) {
  return over_last_axes(build, call, "RMSNormalization", false);
}

std::vector<Handle> group_norm(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Dim channels = channels_shape(build, x, 3)[1];
  const Dim groups = call.size_of_at_least("groups", 1);
  share_of(channels, groups, "channels", "groups");
  const Handle scale = build.weight("scale", {channels}), shift = build.weight("bias", {channels});
  return build.node("GroupNormalization", {x, scale, shift}, {build.size("num_groups", groups)});
}

std::vector<Handle> instance_norm(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Dim channels = channels_shape(build, x, 3)[1];
  const Handle scale = build.weight("scale", {channels}), shift = build.weight("bias", {channels});
  return build.node("InstanceNormalization", {x, scale, shift});
}

}  // namespace

std::vector<Layer> normalization_layers() {
  const LayerParameter x{"x", Kind::tensor};
  return {
      {"bn", {x}, 1, bn},
      {"layer_norm", {x, {"axes", Kind::size, "1"}}, 1, layer_norm},
      {"group_norm", {x, {"groups"}}, 1, group_norm},
      {"instance_norm", {x}, 1, instance_norm},
      {"rms_norm", {x, {"axes", Kind::size, "1"}}, 1, rms_norm},
  };
}

}  // namespace macroscope::dsl
