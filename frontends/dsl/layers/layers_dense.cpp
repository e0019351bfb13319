// Layers that multiply by a trained matrix, or look a row of one up.
#include "frontends/dsl/layers/layers_dense.h"

#include <fmt/format.h>

#include <limits>

namespace macroscope::dsl {

constexpr std::size_t kAnyRank = std::numeric_limits<std::size_t>::max();

Handle project(GraphBuilder& build, Handle x, const Dim& units, bool bias, std::string_view part) {
  const Shape& shape = build.shape_of(x);
  const Dim width = shape[shape.rank() - 1];
  const auto stand_at = [&](std::string_view node) {
    if (!part.empty()) build.stand_at_part(bias ? fmt::format("{}/{}", part, node) : std::string(part));
    if (part.empty() && bias) build.stand_at_part(node);
  };
  if (shape.rank() == 2 && part.empty()) {
    const Handle w = build.weight("weight", {units, width});
    if (!bias) return build.node("Gemm", {x, w}, {build.size("transB", 1)}).front();
    return build.node("Gemm", {x, w, build.weight("bias", {units})}, {build.size("transB", 1)}).front();
  }
  stand_at("product");
  const Handle product = build.node("MatMul", {x, build.weight("weight", {width, units})}).front();
  if (!bias) return product;
  stand_at("shift");
  return build.node("Add", {product, build.weight("bias", {units})}).front();
}

namespace {

using Kind = ParameterKind;

std::vector<Handle> dense(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  input_shape(build, x, 1, kAnyRank, "at least 1 axis");
  return {project(build, x, call.size_of_at_least("units", 1), call.flag("bias", true), {})};
}

/// A map of channels instead of vectors: the last axis is one of pixels.
std::optional<Caution> dense_on_a_map(const Shape& input) {
  constexpr std::size_t kMap = 4;
  if (!input.known() || input.rank() < kMap) return std::nullopt;
  const Dim& last = input[input.rank() - 1];
  const bool looks_like_pixels = last.is(1) || !last.number() || last == input[input.rank() - 2];
  if (!looks_like_pixels) return std::nullopt;
  return Caution{"dense-on-map", fmt::format("dense works on the last axis ({}) of {}", last.text(), input.text()),
                 "flatten first, if one vector an example is meant: -> flatten -> dense(...)"};
}

std::vector<Handle> embedding(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const DataType dtype = build.type_of(x).dtype;
  if (!is_integer(dtype))
    refuse("dtype-mismatch", fmt::format("it looks rows up by integers, and the input is {}", name_of(dtype)), "x",
           "input tokens: int64[N, L]");
  const Handle table = build.weight("weight", {call.size_of_at_least("rows", 1), call.size_of_at_least("width", 1)});
  return build.node("Gather", {table, x});
}

}  // namespace

std::vector<Layer> dense_layers() {
  return {
      {"dense", {{"x", Kind::tensor}, {"units"}, {"bias", Kind::flag, "true"}}, 1, dense, dense_on_a_map},
      {"embedding", {{"x", Kind::tensor}, {"rows"}, {"width"}}, 1, embedding},
  };
}

}  // namespace macroscope::dsl
