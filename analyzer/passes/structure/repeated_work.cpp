// Work that is done in each run though it comes out the same, and work that is done twice.
#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "analyzer/operators/catalogue.h"
#include "analyzer/operators/constant_node.h"
#include "analyzer/passes/cost/storage.h"
#include "analyzer/passes/structure/redundancy_search.h"

namespace macroscope::redundancies {
namespace {

/// Contents of more elements than this are not compared.
constexpr std::size_t kComparedElements = 64;

/// Every element is a plain number.
bool is_known(const ValuePointer& value) {
  if (value == nullptr) return false;
  if (const Integers* integers = value->integers())
    return std::all_of(integers->begin(), integers->end(), [](const auto& element) { return element && element->integer(); });
  if (const Reals* reals = value->reals())
    return std::all_of(reals->begin(), reals->end(), [](const auto& element) { return element && element->number(); });
  return false;
}

Dim bytes_or_nothing(const Type& type) {
  try {
    return bytes_of(type);
  } catch (const Unknown&) {
    return 0;
  }
}

/// Storing the result would take more than storing what it is made from: a dequantised weight, a mask that is spread.
bool is_kept_small(const ScopedGraph& scoped, const Node& node) {
  Dim made, read;
  for (const TensorId output : node.outputs)
    if (output != kAbsent) made += bytes_or_nothing(scoped.scope.facts[output].type);
  for (const TensorId input : node.inputs)
    if (input != kAbsent) read += bytes_or_nothing(scoped.scope.facts[input].type);
  return at_least(Dim::of_size(Value::kMaxElements), made) != Certainty::always && at_least(read, made) != Certainty::always;
}

/// Which functions of a model give the same result whenever they are called with the same operands?
class Functions {
 public:
  explicit Functions(const Network& network) : network_(network) {}

  [[nodiscard]] bool are_steady(const Node& call) {
    const Function* function = network_.find_function(call.domain, call.op, call.overload);
    if (function == nullptr) return false;
    const auto [known, is_new] = steady_.emplace(function->body, false);
    if (!is_new) return known->second;
    const std::vector<Node>& nodes = network_.graphs[function->body].nodes;
    const bool is_steady = std::all_of(nodes.begin(), nodes.end(), [&](const Node& node) {
      const std::int64_t version = version_in(function->operator_sets, node.domain);
      const Operator* row = find_operator(node.domain, node.op, version);
      return (row != nullptr || are_steady(node)) && !has_nested_graph(node) && !is_random(row, node);
    });
    return steady_[function->body] = is_steady;
  }

 private:
  const Network& network_;
  /// By the body; false while it is looked at.
  std::map<GraphId, bool> steady_;
};

std::size_t hash_of(const Attribute::Content& content) {
  std::size_t hash = content.index();
  const auto combine = [&](const auto& numbers) { boost::hash_range(hash, numbers.begin(), numbers.end()); };
  if (const auto* number = std::get_if<std::int64_t>(&content)) boost::hash_combine(hash, *number);
  if (const auto* number = std::get_if<double>(&content)) boost::hash_combine(hash, *number);
  if (const auto* text = std::get_if<std::string_view>(&content)) boost::hash_combine(hash, *text);
  if (const auto* numbers = std::get_if<std::span<const std::int64_t>>(&content)) combine(*numbers);
  if (const auto* numbers = std::get_if<std::span<const float>>(&content)) combine(*numbers);
  return hash;
}

template <typename T>
bool equal_spans(std::span<const T> a, std::span<const T> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

class Numbering {
 public:
  explicit Numbering(const ScopedGraph& scoped)
      : scoped_(scoped),
        functions_(scoped.network),
        same_as_(scoped.graph.tensors.size()),
        repeats_(scoped.graph.nodes.size(), false),
        earlier_(scoped.graph.nodes.size(), kNone) {
    for (TensorId tensor = 0; tensor < same_as_.size(); ++tensor) same_as_[tensor] = tensor;
    latest_.reserve(scoped.graph.nodes.size());
  }

  /// Marks every node that computes what one before it has computed.
  std::vector<bool> run() {
    for (const NodeId id : scoped_.graph.order)
      if (is_comparable(id)) compare(id);
    return std::move(repeats_);
  }

 private:
  /// Two of such nodes with the same operands give the same result.
  bool is_comparable(NodeId id) {
    const Node& node = scoped_.graph.nodes[id];
    if (node.outputs.empty() || has_nested_graph(node) || is_random(scoped_.scope.operators[id], node)) return false;
    if (scoped_.scope.operators[id] == nullptr && !functions_.are_steady(node)) return false;
    return !node.inputs.empty() || holds_constant(node);
  }

  void compare(NodeId id) {
    const Node& node = scoped_.graph.nodes[id];
    NodeId& latest = latest_.emplace(hash_of(node), kNone).first->second;
    std::size_t compared = 0;
    for (NodeId other = latest; other != kNone && compared < kMostCompared; other = earlier_[other], ++compared) {
      const Node& first = scoped_.graph.nodes[other];
      if (!is_same(node, first)) continue;
      for (std::size_t i = 0; i < node.outputs.size(); ++i)
        if (node.outputs[i] != kAbsent) same_as_[node.outputs[i]] = same_as_[first.outputs[i]];
      repeats_[id] = !holds_constant(node);
      return;
    }
    earlier_[id] = std::exchange(latest, id);
  }

  std::size_t hash_of(const Node& node) {
    std::size_t hash = node.inputs.size();
    boost::hash_combine(hash, node.op);
    boost::hash_combine(hash, node.domain);
    for (const TensorId input : node.inputs) boost::hash_combine(hash, input == kAbsent ? kAbsent : same_as_[input]);
    boost::hash_combine(hash, hash_of(node.attributes));
    return hash;
  }

  /// Most lists of attributes are shared by many nodes.
  std::size_t hash_of(std::span<const Attribute> attributes) {
    if (attributes.empty()) return 0;
    const auto [known, is_new] = attribute_hashes_.try_emplace(std::pair(attributes.data(), attributes.size()));
    if (!is_new) return known->second;
    std::size_t hash = 0;
    for (const Attribute& attribute : attributes) {
      boost::hash_combine(hash, attribute.name);
      boost::hash_combine(hash, redundancies::hash_of(attribute.content));
    }
    return known->second = hash;
  }

  bool is_same(const Node& a, const Node& b) const {
    if (a.op != b.op || a.domain != b.domain || a.overload != b.overload || a.inputs.size() != b.inputs.size() ||
        a.outputs.size() != b.outputs.size() || a.attributes.size() != b.attributes.size())
      return false;
    for (std::size_t i = 0; i < a.inputs.size(); ++i) {
      if ((a.inputs[i] == kAbsent) != (b.inputs[i] == kAbsent)) return false;
      if (a.inputs[i] != kAbsent && same_as_[a.inputs[i]] != same_as_[b.inputs[i]]) return false;
    }
    for (std::size_t i = 0; i < a.outputs.size(); ++i)
      if (a.outputs[i] != kAbsent && b.outputs[i] == kAbsent) return false;
    for (std::size_t i = 0; i < a.attributes.size(); ++i)
      if (a.attributes[i].name != b.attributes[i].name || !is_same(a.attributes[i].content, b.attributes[i].content))
        return false;
    return true;
  }

  bool is_same(const Attribute::Content& a, const Attribute::Content& b) const {
    if (a.index() != b.index()) return false;
    if (const auto* number = std::get_if<std::int64_t>(&a)) return *number == std::get<std::int64_t>(b);
    if (const auto* number = std::get_if<double>(&a)) return *number == std::get<double>(b);
    if (const auto* text = std::get_if<std::string_view>(&a)) return *text == std::get<std::string_view>(b);
    if (const auto* numbers = std::get_if<std::span<const std::int64_t>>(&a))
      return equal_spans(*numbers, std::get<std::span<const std::int64_t>>(b));
    if (const auto* numbers = std::get_if<std::span<const float>>(&a))
      return equal_spans(*numbers, std::get<std::span<const float>>(b));
    if (const auto* tensor = std::get_if<const StoredTensor*>(&a)) return is_same(**tensor, *std::get<const StoredTensor*>(b));
    return false;
  }

  bool is_same(const StoredTensor& a, const StoredTensor& b) const {
    if (a.dtype != b.dtype || a.sparse != b.sparse || !equal_spans(a.dims, b.dims)) return false;
    std::int64_t elements = 1;
    for (const std::int64_t dim : a.dims) {
      if (dim > static_cast<std::int64_t>(kComparedElements)) return false;
      elements *= dim;
      if (elements > static_cast<std::int64_t>(kComparedElements)) return false;
    }
    const ValuePointer content = scoped_.network.content(a);
    const ValuePointer other = content == nullptr ? nullptr : scoped_.network.content(b);
    return other != nullptr && *content == *other;
  }

  /// Nodes of one hash that a node is compared with: more are made up to take time.
  static constexpr std::size_t kMostCompared = 64;

  const ScopedGraph& scoped_;
  Functions functions_;
  /// By TensorId: the first tensor that holds the same.
  std::vector<TensorId> same_as_;
  std::vector<bool> repeats_;
  /// By hash the last node that has it, and by NodeId the one of the same hash before it; kNone: there is none.
  boost::unordered_flat_map<std::size_t, NodeId> latest_;
  std::vector<NodeId> earlier_;
  boost::unordered_flat_map<std::pair<const Attribute*, std::size_t>, std::size_t> attribute_hashes_;
};

}  // namespace

std::vector<bool> constant_nodes(const ScopedGraph& scoped) {
  std::vector<bool> is_constant(scoped.graph.nodes.size(), false);
  std::vector<bool> could_be_stored(scoped.graph.tensors.size(), false);
  for (TensorId tensor = 0; tensor < could_be_stored.size(); ++tensor) {
    const NodeId producer = scoped.graph.tensors[tensor].producer;
    could_be_stored[tensor] =
        scoped.provenance.is_stored(tensor) && (producer == kNone || holds_constant(scoped.graph.nodes[producer]));
  }
  for (const NodeId id : scoped.graph.order) {
    const Node& node = scoped.graph.nodes[id];
    if (node.outputs.empty() || holds_constant(node) || has_nested_graph(node)) continue;
    const bool has_numbers = std::all_of(node.outputs.begin(), node.outputs.end(), [&](TensorId output) {
      return output != kAbsent && is_known(scoped.scope.facts[output].value);
    });
    const bool has_stored = !node.inputs.empty() && std::all_of(node.inputs.begin(), node.inputs.end(), [&](TensorId input) {
      return input == kAbsent || could_be_stored[input];
    }) && std::all_of(node.outputs.begin(), node.outputs.end(), [&](TensorId output) {
      return output == kAbsent || scoped.provenance.is_stored(output);
    });
    if (!has_numbers && (!has_stored || is_kept_small(scoped, node))) continue;
    is_constant[id] = true;
    for (const TensorId output : node.outputs)
      if (output != kAbsent) could_be_stored[output] = true;
  }
  return is_constant;
}

void find_constant(const ScopedGraph& scoped, Found& found) {
  std::vector<bool> constant = constant_nodes(scoped);
  for (NodeId id = 0; id < constant.size(); ++id)
    if (const Operator* row = scoped.scope.operators[id]; row != nullptr && row->identity == IdentityWhen::always)
      constant[id] = false;  // found as such
  for (std::vector<NodeId>& group : connected(scoped, constant))
    found.push_back(without(scoped, Redundancy::constant, std::move(group)));
}

void find_repeated(const ScopedGraph& scoped, Found& found) {
  std::vector<bool> repeated = Numbering(scoped).run();
  const std::vector<bool> constant = constant_nodes(scoped);
  for (NodeId id = 0; id < repeated.size(); ++id) repeated[id] = repeated[id] && !constant[id];
  for (std::vector<NodeId>& group : connected(scoped, repeated))
    found.push_back(without(scoped, Redundancy::repeated, std::move(group)));
}

}  // namespace macroscope::redundancies
