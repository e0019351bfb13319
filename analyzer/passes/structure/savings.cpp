#include "analyzer/passes/structure/savings.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "analyzer/algebra/nominal_estimate.h"
#include "analyzer/passes/structure/weighted_layers.h"

namespace macroscope {
namespace {

using Layers = std::vector<const WeightedLayer*>;

bool is_cheaper(const Saving& saving) {
  const auto is_less = [](const Dim& a, const Dim& b) { return a != b && at_least(b, a) == Certainty::always; };
  return is_less(saving.macs, saving.twin_macs) ||
         (saving.macs == saving.twin_macs && is_less(saving.parameters, saving.twin_parameters));
}

bool has_reach(const WeightedLayer& layer) { return layer.is_convolution() && !layer.is_pointwise(); }

/// Along which axes the kernel is wider than 1.
bool is_wide(const WeightedLayer& layer, std::size_t axis) { return !layer.kernel[axis].is(1); }

class Finding {
 public:
  Finding(ScopeId scope, const WeightedLayers& layers, const ElementwiseProvenance& provenance, std::vector<Saving>& found)
      : scope_(scope), layers_(layers), provenance_(provenance), found_(found), in_stack_(layers.all().size()) {}

  void run() {
    for (const WeightedLayer& layer : layers_.all()) {
      try {
        each(layer);
        pairs(layer);
        stack(layer);
      } catch (const AlgebraError&) {
        continue;  // a twin of more than 128 bits says nothing
      }
    }
  }

 private:
  /// Structures of one layer.
  void each(const WeightedLayer& layer) {
    if (!layer.is_convolution()) return;
    if (layer.groups > 1 && pointwise_after(layer) == nullptr) {
      add(Structure::grouped, {&layer}, layer.macs * layer.groups, layer.weights * layer.groups + layer.bias);
    }
    if (layer.is_dilated()) dilated(layer);
    if (layer.taps != layer.kernel_elements()) masked(layer);
    shared_over_positions(layer);
  }

  /// Every element of a sample's output would have weights of its own for every element of the input.
  void shared_over_positions(const WeightedLayer& layer) {
    const Dim weights = layer.sample_inputs * layer.sample_outputs;
    add(Structure::convolution, {&layer}, layer.samples * weights, weights + (layer.bias.is(0) ? Dim(0) : layer.sample_outputs));
  }

  /// What is stored and multiplied where the mask keeps a tap, against all taps.
  void masked(const WeightedLayer& layer) {
    const Dim kept = layer.weights_of_tap * layer.taps;
    Saving saving{Structure::masked, scope_, {layer.node}, layer.positions * kept, layer.macs, kept + layer.bias,
                  layer.parameters()};
    if (is_cheaper(saving)) found_.push_back(std::move(saving));
  }

  /// Depthwise, then pointwise: what a plain convolution does at once.
  const WeightedLayer* pointwise_after(const WeightedLayer& layer) const {
    if (!layer.is_depthwise() || !has_reach(layer)) return nullptr;
    const WeightedLayer* next = layers_.only_consumer_but_averages(layer);
    const bool is_pointwise = next != nullptr && next->is_convolution() && next->is_pointwise() && next->is_dense();
    return is_pointwise && next->has_unit_strides() ? next : nullptr;
  }

  /// A kernel without holes that sees as much: (k - 1) d + 1 along each axis.
  void dilated(const WeightedLayer& layer) {
    Dim dense = 1;
    for (std::size_t axis = 0; axis < layer.kernel.size(); ++axis) dense *= (layer.kernel[axis] - 1) * layer.dilations[axis] + 1;
    const Dim channels = layer.weights_of_tap;
    add(Structure::dilated, {&layer}, layer.positions * channels * dense, channels * dense + layer.bias);
  }

  void pairs(const WeightedLayer& layer) {
    if (const WeightedLayer* next = pointwise_after(layer)) against_dense(Structure::separable, {&layer, next}, layer.kernel);
    const WeightedLayer* next = layers_.only_consumer(layer);
    if (next == nullptr || !layer.is_dense()) return;
    const bool are_convolutions = layer.is_convolution() && next->is_convolution() && layer.kernel.size() == next->kernel.size();
    if (are_convolutions && layer.is_pointwise() && has_reach(*next) && !next->is_depthwise()) bottleneck(layer, *next);
    if (are_convolutions && next->is_dense() && has_reach(layer) && has_reach(*next)) factorised(layer, *next);
    if (next->is_dense() && !layer.has_activation && provenance_.is_affine(next->input)) low_rank(layer, *next);
  }

  /// A 1x1 convolution to fewer channels, the costly kernel there, and perhaps a 1x1 convolution back.
  void bottleneck(const WeightedLayer& narrow, const WeightedLayer& middle) {
    if (narrow.outputs == narrow.inputs || at_least(narrow.inputs, narrow.outputs) != Certainty::always) return;
    const WeightedLayer* wide = layers_.only_consumer(middle);
    const bool is_back = wide != nullptr && wide->is_convolution() && wide->is_pointwise() && wide->is_dense() &&
                         wide->outputs != middle.outputs && at_least(wide->outputs, middle.outputs) == Certainty::always;
    Layers layers{&narrow, &middle};
    if (is_back) layers.push_back(wide);
    against_dense(Structure::bottleneck, layers, middle.kernel);
  }

  /// n x 1 and 1 x n: kernels that are wide along different axes.
  void factorised(const WeightedLayer& first, const WeightedLayer& second) {
    std::vector<Dim> kernel;
    for (std::size_t axis = 0; axis < first.kernel.size(); ++axis) {
      if (is_wide(first, axis) && is_wide(second, axis)) return;
      kernel.push_back(first.kernel[axis] * second.kernel[axis]);
    }
    if (!first.is_dilated() && !second.is_dilated()) against_dense(Structure::factorised, {&first, &second}, kernel);
  }

  /// Two products with nothing but sums and factors between them are one product of lower rank.
  void low_rank(const WeightedLayer& first, const WeightedLayer& second) {
    const bool is_one_product = first.is_pointwise() || second.is_pointwise();
    if (!is_one_product || (first.is_convolution() != second.is_convolution())) return;
    if (first.is_convolution() && first.kernel.size() != second.kernel.size()) return;
    if (first.is_pointwise() && has_reach(second) && first.outputs != first.inputs &&
        at_least(first.inputs, first.outputs) == Certainty::always)
      return;  // a bottleneck
    against_dense(Structure::low_rank, {&first, &second}, first.is_pointwise() ? second.kernel : first.kernel);
  }

  /// Small kernels one after another: what starts at `first`, unless it is in a stack already.  Of the longest row those at its end that
  /// cost less than one large kernel.
  void stack(const WeightedLayer& first) {
    Layers row;
    for (const WeightedLayer* layer = &first; layer != nullptr && is_small_kernel(*layer) && !in_stack_[index_of(*layer)];
         layer = layers_.only_consumer(*layer)) {
      if (!row.empty() && layer->kernel.size() != row.back()->kernel.size()) break;
      row.push_back(layer);
      in_stack_[index_of(*layer)] = true;
      if (!layer->has_unit_strides()) break;
    }
    std::vector<Dim> reach(first.kernel.size(), 1);
    Dim macs;
    std::size_t begin = row.size(), best = row.size();
    while (begin > 0) {
      const WeightedLayer& layer = *row[--begin];
      macs += layer.macs;
      for (std::size_t axis = 0; axis < reach.size(); ++axis) reach[axis] += layer.kernel[axis] - 1;
      const Dim dense_baseline = row.back()->positions * layer.inputs * row.back()->outputs * product(reach);
      if (row.size() - begin > 1 && macs != dense_baseline && at_least(dense_baseline, macs) == Certainty::always) best = begin;
    }
    if (best == row.size()) return;
    const Layers members(row.begin() + static_cast<std::ptrdiff_t>(best), row.end());
    std::vector<Dim> kernel(first.kernel.size(), 1);
    for (const WeightedLayer* layer : members)
      for (std::size_t axis = 0; axis < kernel.size(); ++axis) kernel[axis] += layer->kernel[axis] - 1;
    against_dense(Structure::stacked, members, kernel);
  }

  static bool is_small_kernel(const WeightedLayer& layer) {
    return layer.is_convolution() && layer.is_dense() && !layer.is_dilated() &&
           std::all_of(layer.kernel.begin(), layer.kernel.end(),
                       [&](const Dim& extent) { return extent == layer.kernel.front() && !extent.is(1); });
  }

  /// One dense convolution from what the first layer reads to what the last one makes.
  void against_dense(Structure kind, const Layers& layers, const std::vector<Dim>& kernel) {
    const WeightedLayer& first = *layers.front();
    const WeightedLayer& last = *layers.back();
    const Dim weights = first.inputs * last.outputs * product(kernel);
    add(kind, layers, last.positions * weights, weights + last.bias);
  }

  void add(Structure kind, const Layers& layers, Dim twin_macs, Dim twin_parameters) {
    Saving saving{kind, scope_, {}, {}, std::move(twin_macs), {}, std::move(twin_parameters)};
    for (const WeightedLayer* layer : layers) {
      saving.layers.push_back(layer->node);
      saving.macs += layer->macs;
      saving.parameters += layer->parameters();
    }
    if (is_cheaper(saving)) found_.push_back(std::move(saving));
  }

  std::size_t index_of(const WeightedLayer& layer) const { return static_cast<std::size_t>(&layer - layers_.all().data()); }

  ScopeId scope_;
  const WeightedLayers& layers_;
  const ElementwiseProvenance& provenance_;
  std::vector<Saving>& found_;
  std::vector<bool> in_stack_;
};

}  // namespace

std::string_view name_of(Structure structure) noexcept {
  static constexpr std::array<std::string_view, kStructures> kNames{"bottleneck", "separable", "grouped", "factorised", "stacked",
                                                                    "dilated",    "low_rank",  "masked",  "convolution"};
  return kNames[static_cast<std::size_t>(structure)];
}

std::optional<double> Saving::share() const {
  const std::optional<double> kept = constant_share(macs, twin_macs);
  return kept ? std::optional(1 - *kept) : std::nullopt;
}

std::vector<Saving> find_savings(const Network& network, const Shapes& shapes, const ElementwiseProvenances& provenances,
                                 const Costs& costs) {
  std::vector<Saving> found;
  for (ScopeId id = 0; id < shapes.scopes.size(); ++id) {
    const ElementwiseProvenance* provenance = provenances.of(id);
    if (provenance == nullptr) continue;
    const WeightedLayers layers(network, shapes.scopes[id], costs.nodes[id], *provenance);
    Finding(id, layers, *provenance, found).run();
  }
  return found;
}

}  // namespace macroscope
