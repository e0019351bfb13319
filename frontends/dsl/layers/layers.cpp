#include "frontends/dsl/layers/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <utility>

#include "frontends/dsl/layers/layer_call.h"

namespace macroscope::dsl {
namespace {

std::vector<Layer> gathered() {
  std::vector<Layer> layers;
  for (const auto& table : {convolution_layers, dense_layers, normalization_layers, activation_layers, pooling_layers,
                            arranging_layers, sequence_layers})
    for (Layer& layer : table()) layers.push_back(std::move(layer));
  return layers;
}

const std::vector<Layer>& layers() {
  static const std::vector<Layer> all = gathered();
  return all;
}

/// Names of other libraries in small letters, without `_` and dimensions, and the layer that each is here.
constexpr std::pair<std::string_view, std::string_view> kElsewhere[] = {
    {"linear", "dense"},
    {"fc", "dense"},
    {"fullyconnected", "dense"},
    {"innerproduct", "dense"},
    {"convolution", "conv"},
    {"deconv", "conv_transpose"},
    {"convolutiontranspose", "conv_transpose"},
    {"depthwiseconv", "depthwise"},
    {"batchnorm", "bn"},
    {"batchnormalization", "bn"},
    {"layernormalization", "layer_norm"},
    {"groupnormalization", "group_norm"},
    {"maxpooling", "maxpool"},
    {"averagepooling", "avgpool"},
    {"averagepool", "avgpool"},
    {"globalaveragepool", "global_avgpool"},
    {"globalaveragepooling", "global_avgpool"},
    {"gap", "global_avgpool"},
    {"globalmaxpooling", "global_maxpool"},
    {"embed", "embedding"},
    {"swish", "silu"},
    {"lrelu", "leaky_relu"},
    {"cat", "concat"},
    {"concatenate", "concat"},
    {"multiply", "mul"},
    {"multiheadattention", "attention"},
    {"mha", "attention"},
    {"selfattention", "attention"},
    {"interpolate", "upsample"},
    {"depthtospace", "pixel_shuffle"},
    {"permute", "transpose"},
    {"view", "reshape"},
};

}  // namespace

std::span<const Layer> all_layers() { return layers(); }

const Layer* find_layer(std::string_view name) {
  static const std::map<std::string_view, const Layer*> by_name = [] {
    std::map<std::string_view, const Layer*> index;
    for (const Layer& layer : layers()) index.emplace(layer.name, &layer);
    return index;
  }();
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : found->second;
}

const Layer* layer_called_elsewhere(std::string_view name) {
  for (const std::string_view dimensions : {"1d", "2d", "3d", "1D", "2D", "3D"})
    if (name.ends_with(dimensions)) name.remove_suffix(dimensions.size());
  std::string plain;
  for (const char c : name)
    if (c != '_') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto* found =
      std::find_if(std::begin(kElsewhere), std::end(kElsewhere), [&](const auto& row) { return row.first == plain; });
  if (found != std::end(kElsewhere)) return find_layer(found->second);
  for (const Layer& layer : layers()) {
    std::string own(layer.name);
    own.erase(std::remove(own.begin(), own.end(), '_'), own.end());
    if (own == plain) return &layer;
  }
  return nullptr;
}

std::string signature_of(const Layer& layer) {
  std::string text(layer.name);
  for (const LayerParameter& parameter : layer.parameters) {
    text += &parameter == layer.parameters.data() ? "(" : ", ";
    text += parameter.name;
    if (parameter.kind == ParameterKind::tensors) text += ", ...";
    if (!parameter.otherwise.empty()) text += fmt::format(" = {}", parameter.otherwise);
  }
  return text + ")";
}

std::vector<Handle> apply(GraphBuilder& build, const Layer& layer, std::span<const Argument> positional,
                          std::span<const NamedArgument> named, std::size_t results) {
  try {
    const LayerCall call(layer, positional, named, results);
    std::vector<Handle> made = layer.make(build, call);
    if (made.size() < results)
      refuse("too-many-results", fmt::format("{} results are taken, and it gives {}", results, made.size()));
    return made;
  } catch (const BuildError& error) {
    throw BuildError(error.code(), fmt::format("{}: {}", layer.name, error.what()), error.help(), error.argument());
  } catch (const AlgebraError& error) {
    throw BuildError("overflow", fmt::format("{}: {}", layer.name, error.what()));
  }
}

}  // namespace macroscope::dsl
