#include "analyzer/passes/structure/decomposed_attention.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "analyzer/network/readers.h"
#include "analyzer/operators/patterns.h"
#include "analyzer/passes/structure/elementwise_provenance.h"

namespace macroscope {
namespace {

/// A number that a softmax turns into nothing.
constexpr double kHidden = -1000;
/// Nodes between a softmax and its products, or in a mask: exporters write a handful, and nodes may take each other's outputs.
constexpr int kMostBetween = 64;
/// Nodes behind a softmax among which the product that takes its rows is looked for.
constexpr std::size_t kMostBehind = 16;

class Search {
 public:
  Search(const Network& network, const Scope& scope)
      : network_(network), scope_(scope), graph_(network.main()), readers_(network, graph_) {}

  std::size_t count() const {
    std::size_t found = 0;
    for (const Node& node : graph_.nodes)
      found +=
          has(row_of(node), Trait::attention) || (patterns::is(node, patterns::kSoftmax) && is_left_of_product(output(node)));
    return found;
  }

  std::vector<DecomposedAttention> run() {
    std::vector<DecomposedAttention> found;
    for (const Node& node : graph_.nodes)
      if (patterns::is(node, patterns::kSoftmax))
        if (std::optional<DecomposedAttention> attention = around(node)) found.push_back(std::move(*attention));
    return found;
  }

 private:
  const Node* producer_of(TensorId tensor) const {
    const NodeId producer = tensor == kAbsent ? kNone : graph_.tensors[tensor].producer;
    return producer == kNone ? nullptr : &graph_.nodes[producer];
  }

  static TensorId input(const Node& node, std::size_t index) { return index < node.inputs.size() ? node.inputs[index] : kAbsent; }
  static TensorId output(const Node& node) { return node.outputs.empty() ? kAbsent : node.outputs.front(); }

  std::optional<DecomposedAttention> around(const Node& softmax) const {
    const TensorId masked = input(softmax, 0);
    if (masked == kAbsent) return std::nullopt;
    const Shape& shape = scope_.facts[masked].type.shape;
    if (!shape.known() || shape.rank() != 4) return std::nullopt;
    const std::int64_t axis = attributes_of(scope_, softmax).integer("axis", -1);
    const Node* scores = masked_scores(masked);
    const Node* result = product_of(output(softmax));
    if ((axis != -1 && axis != 3) || scores == nullptr || result == nullptr) return std::nullopt;
    return DecomposedAttention{scores->inputs[1], result->inputs[1], shape[2], shape[3]};
  }

  /// The product that what goes into the softmax was, if later keys are hidden on the way.
  const Node* masked_scores(TensorId tensor) const {
    bool is_causal = false;
    for (int steps = 0; steps < kMostBetween; ++steps) {
      const Node* node = producer_of(tensor);
      if (node == nullptr) return nullptr;
      if (is_product(*node)) return is_causal ? node : nullptr;
      const auto next = before(*node, is_causal);
      if (!next) return nullptr;
      tensor = *next;
    }
    return nullptr;
  }

  const Operator* row_of(const Node& node) const { return scope_.operators[static_cast<NodeId>(&node - graph_.nodes.data())]; }

  static bool is_product(const Node& node) {
    return patterns::is(node, patterns::kMatMul) && node.inputs.size() == 2 && node.inputs[0] != kAbsent &&
           node.inputs[1] != kAbsent;
  }

  /// Casts, and what gives back its operand.
  bool passes(const Node& node) const {
    const Operator* row = row_of(node);
    const bool gives_back =
        row != nullptr && (row->identity == IdentityWhen::always || row->identity == IdentityWhen::not_training);
    return gives_back || has(row, Trait::converts);
  }

  /// The same, and what only gives a mask other extents or copies it.
  bool passes_mask(const Node& node) const {
    return passes(node) || has(row_of(node), Trait::regroups) || has(row_of(node), Trait::spreads);
  }

  /// The scores that a node works on: it masks them, scales them or casts them.
  std::optional<TensorId> before(const Node& node, bool& is_causal) const {
    const bool scales = patterns::is(node, patterns::kMul) || patterns::is(node, patterns::kDiv);
    if (passes(node)) return input(node, 0);
    if (scales && is_one_number(input(node, 1))) return input(node, 0);
    if (node.inputs.size() < 2) return std::nullopt;
    if (patterns::is(node, patterns::kAdd)) {
      for (const std::size_t mask : {1U, 0U})
        if (is_triangle(node.inputs[mask], true, true)) return passed(is_causal, node.inputs[1 - mask]);
      return std::nullopt;
    }
    if (!patterns::is(node, patterns::kWhere) || node.inputs.size() != 3) return std::nullopt;
    if (hides(node.inputs[2]) && is_triangle(node.inputs[0], false, false)) return passed(is_causal, node.inputs[1]);
    if (hides(node.inputs[1]) && is_triangle(node.inputs[0], true, false)) return passed(is_causal, node.inputs[2]);
    return std::nullopt;
  }

  static TensorId passed(bool& is_causal, TensorId scores) {
    is_causal = true;
    return scores;
  }

  bool is_one_number(TensorId tensor) const {
    if (tensor == kAbsent || !scope_.facts[tensor].type.shape.known()) return false;
    const Shape& shape = scope_.facts[tensor].type.shape;
    return std::all_of(shape.begin(), shape.end(), [](const Dim& extent) { return extent.is(1); });
  }

  bool hides(TensorId tensor) const {
    if (tensor == kAbsent) return false;
    const std::optional<double> number = number_of(scope_.facts[tensor].value);
    return number && *number <= kHidden;
  }

  static std::optional<double> number_of(const ValuePointer& value) {
    if (value == nullptr || value->size() != 1) return std::nullopt;
    if (const Reals* reals = value->reals()) return reals->front() ? reals->front()->number() : std::nullopt;
    const Integers* integers = value->integers();
    const auto number = integers != nullptr && integers->front() ? integers->front()->number() : std::nullopt;
    return number ? std::optional(static_cast<double>(*number)) : std::nullopt;
  }

  /// A square, everywhere the same number, of which the part above the diagonal is left (`is_upper`), or the part with it and below.
  bool is_triangle(TensorId tensor, bool is_upper, bool is_negative) const {
    const Node* node = producer_of(tensor);
    for (int steps = 0; node != nullptr && steps < kMostBetween; ++steps, node = producer_of(input(*node, 0))) {
      if (patterns::is(*node, patterns::kTrilu)) return leaves(*node, is_upper) && is_filled(input(*node, 0), is_negative);
      if (!passes_mask(*node)) return false;
    }
    return false;
  }

  bool leaves(const Node& trilu, bool is_upper) const {
    const TensorId shift = input(trilu, 1);
    const std::optional<double> diagonal = shift == kAbsent ? std::optional(0.0) : number_of(scope_.facts[shift].value);
    return (attributes_of(scope_, trilu).integer("upper", 1) != 0) == is_upper && diagonal && *diagonal == (is_upper ? 1 : 0);
  }

  bool is_filled(TensorId tensor, bool is_negative) const {
    const Node* node = producer_of(tensor);
    for (int steps = 0; node != nullptr && steps < kMostBetween && passes_mask(*node); ++steps)
      node = producer_of(input(*node, 0));
    if (node == nullptr || !patterns::is(*node, patterns::kConstantOfShape)) return false;
    for (const Attribute& attribute : node->attributes) {
      const auto* stored = std::get_if<const StoredTensor*>(&attribute.content);
      if (attribute.name != "value" || stored == nullptr) continue;
      const std::optional<double> number = number_of(network_.content(**stored));
      return number && (is_negative ? *number <= kHidden : *number != 0);
    }
    return false;  // zeros
  }

  /// Some product has a tensor on its left, seen through dropout, casts and what guards against rows without a number.
  bool is_left_of_product(TensorId tensor) const {
    std::vector<TensorId> seen{tensor};
    for (std::size_t next = 0; next < seen.size() && next < kMostBehind; ++next) {
      if (seen[next] == kAbsent) continue;
      for (const Reader& reader : readers_.of(seen[next])) {
        const Node& node = graph_.nodes[reader.node];
        if (is_product(node) && reader.input == 0) return true;
        const bool goes_on = passes(node) || is_elementwise(row_of(node)) || patterns::is(node, patterns::kWhere);
        if (goes_on && seen.size() < kMostBehind) seen.push_back(output(node));
      }
    }
    return false;
  }

  /// The product whose left side a tensor is, and which alone takes it.
  const Node* product_of(TensorId tensor) const {
    for (int steps = 0; tensor != kAbsent && readers_.of(tensor).size() == 1 && steps < kMostBetween; ++steps) {
      const Reader& reader = readers_.of(tensor).front();
      const Node& node = graph_.nodes[reader.node];
      if (reader.input != 0) return nullptr;
      if (is_product(node)) return &node;
      if (!passes(node)) return nullptr;
      tensor = output(node);
    }
    return nullptr;
  }

  const Network& network_;
  const Scope& scope_;
  const Graph& graph_;
  Readers readers_;
};

}  // namespace

std::vector<DecomposedAttention> find_causal_attention(const Network& network, const Scope& scope) {
  return Search(network, scope).run();
}

std::size_t count_attentions(const Network& network, const Scope& scope) { return Search(network, scope).count(); }

}  // namespace macroscope
