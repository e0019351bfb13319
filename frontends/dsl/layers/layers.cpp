#include "frontends/dsl/layers/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

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
