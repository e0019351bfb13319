#include "analyzer/passes/structure/attentions.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "analyzer/network/readers.h"
#include "analyzer/passes/cost/storage.h"
#include "analyzer/passes/structure/decomposed_attention.h"

namespace macroscope {
namespace {

/// Layouts that keys or values go through one after another: nodes may take each other's outputs.
constexpr int kMostLayouts = 64;

class Search {
 public:
  Search(const Network& network, const Shapes& shapes)
      : network_(network), scope_(shapes.scopes.front()), graph_(network.main()) {}

  Attentions found() {
    mark_ends();
    for (NodeId node = 0; node < graph_.nodes.size(); ++node) {
      const Operator* row = scope_.operators[node];
      if (row != nullptr && row->attention != nullptr) add_attention(node, *row->attention);
    }
    add_concatenated_caches();
    if (found_.count == 0 && found_.caches.empty()) add_decomposed_attention();
    if (is_kept_known_) found_.bytes_per_token = kept_;
    return std::move(found_);
  }

 private:
  const Shape* shape_of(const Node& node, int input) const {
    if (input < 0 || static_cast<std::size_t>(input) >= node.inputs.size()) return nullptr;
    const TensorId tensor = node.inputs[static_cast<std::size_t>(input)];
    if (tensor == kAbsent || !scope_.facts[tensor].type.shape.known()) return nullptr;
    return &scope_.facts[tensor].type.shape;
  }

  /// Of an operand [batch, length, width] or [batch, heads, length, width].
  static std::optional<Dim> length_of(const Shape* shape) {
    if (shape == nullptr || (shape->rank() != 3 && shape->rank() != 4)) return std::nullopt;
    return (*shape)[shape->rank() - 2];
  }

  /// The input of the model that a tensor is, seen through views and casts; kAbsent if it is none.
  TensorId input_behind(TensorId tensor) const {
    while (tensor != kAbsent) {
      if (is_input_[tensor]) return tensor;
      const NodeId producer = graph_.tensors[tensor].producer;
      if (producer == kNone) return kAbsent;
      const Node& node = graph_.nodes[producer];
      const Operator* row = scope_.operators[producer];
      const bool passes = is_view(row) || has(row, Trait::converts);
      if (!passes || node.inputs.empty()) return kAbsent;
      tensor = node.inputs[0];
    }
    return kAbsent;
  }

  void add_attention(NodeId id, const AttentionOperands& form) {
    const Node& node = graph_.nodes[id];
    ++found_.count;
    const std::optional<Dim> query = length_of(shape_of(node, form.query));
    for (const int past : form.past) {
      const Shape* shape = shape_of(node, past);
      if (shape == nullptr || shape->rank() <= static_cast<std::size_t>(form.past_length) || !query) continue;
      const TensorId input = input_behind(node.inputs[static_cast<std::size_t>(past)]);
      const Dim& batch = (*shape)[static_cast<std::size_t>(form.past_batch)];
      if (input != kAbsent) add_cache({input, batch, (*shape)[static_cast<std::size_t>(form.past_length)], *query});
    }
    found_.is_causal = found_.is_causal && (form.causal.empty() || site_of(network_, scope_, id).integer(form.causal, 0) != 0);
    if (query) found_.query_lengths.push_back(*query);
    const std::optional<Dim> keys = length_of(shape_of(node, form.key));
    if (keys) found_.key_lengths.push_back(*keys);
    for (const int kept : {form.key, form.value}) {
      const Shape* shape = shape_of(node, kept);
      add_kept(kept < 0 || shape == nullptr ? kAbsent : node.inputs[static_cast<std::size_t>(kept)], length_of(shape));
    }
  }

  /// A decoder that an exporter has taken apart.
  void add_decomposed_attention() {
    for (const DecomposedAttention& attention : find_causal_attention(network_, scope_)) {
      ++found_.count;
      found_.query_lengths.push_back(attention.query_length);
      found_.key_lengths.push_back(attention.key_length);
      for (const TensorId kept : {attention.keys, attention.values}) add_kept(before_repeats(kept), attention.key_length);
    }
    found_.is_decomposed = found_.count > 0;
  }

  /// Keys and values without another layout; kAbsent where groups of queries share them, so that the model holds copies.
  TensorId before_repeats(TensorId tensor) const {
    for (int steps = 0; tensor != kAbsent && steps < kMostLayouts; ++steps) {
      const NodeId producer = graph_.tensors[tensor].producer;
      const Operator* row = producer == kNone ? nullptr : scope_.operators[producer];
      if (has(row, Trait::spreads)) return kAbsent;
      if (row == nullptr || (!is_view(row) && !has(row, Trait::permutes))) break;
      tensor = graph_.nodes[producer].inputs.empty() ? kAbsent : graph_.nodes[producer].inputs[0];
    }
    return tensor;
  }

  void add_cache(const TokenCache& cache) {
    const auto same = [&](const TokenCache& known) { return known.input == cache.input; };
    if (std::none_of(found_.caches.begin(), found_.caches.end(), same)) found_.caches.push_back(cache);
  }

  /// Bytes of keys or values for each token of one sequence.
  void add_kept(TensorId tensor, const std::optional<Dim>& length) {
    if (tensor == kAbsent || !length || !scope_.facts[tensor].type.shape.known() || scope_.facts[tensor].type.shape.rank() == 0) {
      is_kept_known_ = false;
      return;
    }
    try {
      const Type& type = scope_.facts[tensor].type;
      const std::optional<Dim> of_token = exact_quotient(bytes_of(type), *length * type.shape[0]);
      is_kept_known_ = is_kept_known_ && of_token;
      if (of_token) kept_ += *of_token;
    } catch (const Unknown&) {
      is_kept_known_ = false;
    } catch (const AlgebraError&) {
      is_kept_known_ = false;
    }
  }

  /// As exporters write it: an input is joined with what this run adds, and the whole is an output again.
  void add_concatenated_caches() {
    const Readers readers(network_, graph_);
    for (const TensorId input : graph_.inputs) {
      const Shape& shape = scope_.facts[input].type.shape;
      if (!scope_.facts[input].type.is_tensor() || !shape.known() || shape.rank() < 3) continue;
      for (const Reader& reader : readers.of(input)) add_if_joined(input, shape, reader);
    }
  }

  void add_if_joined(TensorId input, const Shape& shape, const Reader& reader) {
    const Node& node = graph_.nodes[reader.node];
    if (!has(scope_.operators[reader.node], Trait::concatenates) || node.inputs.size() != 2 || reader.input != 0 ||
        node.outputs.empty() || node.outputs[0] == kAbsent || !is_output_[node.outputs[0]])
      return;
    const Shape& whole = scope_.facts[node.outputs[0]].type.shape;
    if (!whole.known() || whole.rank() != shape.rank()) return;
    for (std::size_t axis = 1; axis < shape.rank(); ++axis)
      if (!(whole[axis] == shape[axis])) return add_cache({input, shape[0], shape[axis], whole[axis] - shape[axis]});
  }

  /// Marks the inputs, and the outputs with what they are views of.
  void mark_ends() {
    is_input_.resize(graph_.tensors.size());
    is_output_.resize(graph_.tensors.size());
    for (const TensorId input : graph_.inputs) is_input_[input] = true;
    for (const TensorId output : graph_.outputs) {
      for (TensorId at = output; at != kAbsent && !is_output_[at];) {
        is_output_[at] = true;
        const NodeId producer = graph_.tensors[at].producer;
        if (producer == kNone || !is_view(scope_.operators[producer]) || graph_.nodes[producer].inputs.empty()) break;
        at = graph_.nodes[producer].inputs[0];
      }
    }
  }

  const Network& network_;
  const Scope& scope_;
  const Graph& graph_;
  std::vector<bool> is_input_;
  std::vector<bool> is_output_;
  Attentions found_;
  Dim kept_;
  bool is_kept_known_ = true;
};

}  // namespace

Attentions find_attentions(const Network& network, const Shapes& shapes) { return Search(network, shapes).found(); }

}  // namespace macroscope
