// Layers that pool maps, and that bring them back to size.
#include <fmt/format.h>

#include "frontends/dsl/layers/layer_call.h"
#include "frontends/dsl/layers/windowed.h"

namespace macroscope::dsl {
namespace {

using Kind = ParameterKind;

std::vector<Handle> pool(GraphBuilder& build, const LayerCall& call, std::string_view op) {
  const Handle x = call.tensor("x");
  const Windowed window(build, call, map_shape(build, x), true);
  std::vector<Attribute> attributes = window.attributes();
  if (call.flag("ceil", false)) attributes.push_back(build.size("ceil_mode", 1));
  return build.node(op, {x}, attributes, call.results());
}

std::vector<Handle> maxpool(GraphBuilder& build, const LayerCall& call) { return pool(build, call, "MaxPool"); }
std::vector<Handle> avgpool(GraphBuilder& build, const LayerCall& call) { return pool(build, call, "AveragePool"); }

std::vector<Handle> global_avgpool(GraphBuilder& build, const LayerCall& call) {
  map_shape(build, call.tensor("x"));
  return build.node("GlobalAveragePool", {call.tensor("x")});
}
std::vector<Handle> global_maxpool(GraphBuilder& build, const LayerCall& call) {
  map_shape(build, call.tensor("x"));
  return build.node("GlobalMaxPool", {call.tensor("x")});
}

/// Cell i reads from floor(i * extent / cells) to ceil((i + 1) * extent / cells): a pooling has it where all cells are of one size and as
/// far apart.
Dim even_window(const Dim& extent, const Dim& cells, Dim& stride) {
  if (const auto quotient = exact_quotient(extent, cells)) return stride = *quotient;
  const auto numbers = std::pair(extent.number(), cells.number());
  if (!numbers.first || !numbers.second)
    refuse("not-expressible",
           fmt::format("{} positions do not divide into {} cells for every value of the symbols", extent.text(), cells.text()),
           "size", "give the input's size a number, or use global_avgpool");
  const std::int64_t positions = *numbers.first, count = *numbers.second;
  const auto begin = [&](std::int64_t cell) { return cell * positions / count; };
  const auto end = [&](std::int64_t cell) { return ((cell + 1) * positions + count - 1) / count; };
  const std::int64_t step = count > 1 ? begin(1) : positions, width = end(0);
  for (std::int64_t cell = 0; cell < count; ++cell)
    if (step < 1 || begin(cell) != cell * step || end(cell) != begin(cell) + width)
      refuse(
          "not-expressible",
          fmt::format("{} cells over {} positions need windows of different sizes, which no ONNX operator has", count, positions),
          "size", fmt::format("a size that divides {}", positions));
  stride = step;
  return width;
}

std::vector<Handle> adaptive_avgpool(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Shape input = map_shape(build, x);
  const std::vector<Dim> cells = call.sizes("size", input.rank() - 2, 1, 1);
  if (product(cells).is(1)) return build.node("GlobalAveragePool", {x});
  std::vector<Dim> kernel, strides(cells.size());
  for (std::size_t axis = 0; axis < cells.size(); ++axis)
    kernel.push_back(even_window(input[axis + 2], cells[axis], strides[axis]));
  return build.node("AveragePool", {x}, {build.sizes("kernel_shape", kernel), build.sizes("strides", strides)});
}

std::vector<Handle> unpool(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x"), indices = call.tensor("indices");
  const Shape input = map_shape(build, x);
  const Shape& places = build.shape_of(indices);
  if (build.type_of(indices).dtype != DataType::int64)
    refuse("dtype-mismatch",
           fmt::format("indices are int64, and '{}' is {}", call.label("indices"), name_of(build.type_of(indices).dtype)),
           "indices", "y, where = x -> maxpool(2)");
  if (places != input)
    refuse("shape-mismatch", fmt::format("the input is {}, its indices {}", input.text(), places.text()), "indices");
  const std::vector<Dim> scale = call.sizes("scale", input.rank() - 2, 1, 1);
  return build.node("MaxUnpool", {x, indices}, {build.sizes("kernel_shape", scale), build.sizes("strides", scale)});
}

std::vector<Handle> upsample(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Shape input = map_shape(build, x);
  std::vector<Real> scales(2, Real(1.0));
  if (call.has("scale") && !call.list("scale")) {
    for (std::size_t axis = 2; axis < input.rank(); ++axis) scales.push_back(Real::ratio(call.size_of_at_least("scale", 1)));
  } else {
    for (const Dim& scale : call.sizes("scale", input.rank() - 2, 1, 1)) scales.push_back(Real::ratio(scale));
  }
  const std::string_view mode = call.word("mode", {"nearest", "linear", "bilinear", "cubic"}, "nearest");
  std::vector<Attribute> attributes{build.text("mode", mode == "bilinear" ? "linear" : mode)};
  if (mode == "nearest") {
    attributes.push_back(build.text("coordinate_transformation_mode", "asymmetric"));
    attributes.push_back(build.text("nearest_mode", "floor"));
  }
  return build.node("Resize", {x, kLeftOut, build.reals("scales", scales)}, attributes);
}

std::vector<Handle> pixel_shuffle(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Shape& input = input_shape(build, x, 4, 4, "[batch, channels, height, width]");
  const Dim edge = call.size_of_at_least("r", 1);
  share_of(input[1], edge * edge, "channels", "r");
  return build.node("DepthToSpace", {x}, {build.size("blocksize", edge), build.text("mode", "CRD")});
}

}  // namespace

std::vector<Layer> pooling_layers() {
  const LayerParameter x{"x", Kind::tensor}, kernel{"kernel", Kind::sizes}, stride{"stride", Kind::sizes, "kernel"},
      pad{"pad", Kind::sizes, "0"}, ceil{"ceil", Kind::flag, "false"}, dilation{"dilation", Kind::sizes, "1"};
  return {
      {"maxpool", {x, kernel, stride, pad, ceil, dilation}, 2, maxpool},
      {"avgpool", {x, kernel, stride, pad, ceil, dilation}, 1, avgpool},
      {"adaptive_avgpool", {x, {"size", Kind::sizes}}, 1, adaptive_avgpool},
      {"global_avgpool", {x}, 1, global_avgpool},
      {"global_maxpool", {x}, 1, global_maxpool},
      {"unpool", {x, {"indices", Kind::tensor}, {"scale", Kind::sizes}}, 1, unpool},
      {"upsample", {x, {"scale", Kind::sizes}, {"mode", Kind::word, "nearest"}}, 1, upsample},
      {"pixel_shuffle", {x, {"r"}}, 1, pixel_shuffle},
  };
}

}  // namespace macroscope::dsl
