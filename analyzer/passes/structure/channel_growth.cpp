#include "analyzer/passes/structure/channel_growth.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <optional>
#include <unordered_map>
#include <utility>

#include "analyzer/passes/structure/channels.h"

namespace macroscope {
namespace {

/// A block of one layer would be any concatenation of two.
constexpr std::size_t kFewestLayers = 2;

/// A Concat along channels, with what each operand adds.
struct Joining {
  NodeId node = 0;
  std::uint32_t axis = 0;
  Dim channels;
  std::vector<Dim> added;
  std::uint32_t before = kNone;  // the concatenation that this one continues
  Dim growth;                    // what it adds to that
  bool in_block = false;
};

std::size_t hash_of(std::span<const TensorId> operands) {
  std::size_t hash = operands.size();
  for (const TensorId operand : operands) boost::hash_combine(hash, operand);
  return hash;
}

class Finding {
 public:
  Finding(const Network& network, ScopeId id, const Scope& scope, const ElementwiseProvenance& provenance,
          const Parameters& parameters, const Costs& costs, ChannelGrowth& growth)
      : graph_(network.graphs[scope.graph]),
        id_(id),
        scope_(scope),
        parameters_(parameters.of_node[scope.graph]),
        costs_(costs.nodes[id]),
        growth_(growth),
        provenance_(provenance) {
    const std::vector<std::uint32_t> axes = channel_axes(network, scope, provenance_);
    for (const NodeId node : graph_.order) collect(node, axes);
  }

  void run() {
    if (joinings_.empty()) return;
    link();
    find_blocks();
    const Branches branches(graph_, provenance_);
    for (const Joining& joining : joinings_)
      if (!joining.in_block && joining.added.size() > 1) describe(joining, branches);
  }

 private:
  [[nodiscard]] const Node& node_of(const Joining& joining) const { return graph_.nodes[joining.node]; }

  void collect(NodeId id, const std::vector<std::uint32_t>& axes) {
    const Node& node = graph_.nodes[id];
    if (!has(scope_.operators[id], Trait::concatenates) || node.outputs.empty() || node.outputs.front() == kAbsent ||
        !scope_.inferred[id])
      return;
    const TensorId output = node.outputs.front();
    const Type& type = scope_.facts[output].type;
    if (!type.shape.known() || provenance_.is_stored(output) || axes[output] == kNoAxis) return;
    std::int64_t axis = attributes_of(scope_, node).integer("axis", 1);
    if (axis < 0) axis += static_cast<std::int64_t>(type.shape.rank());
    if (axis != std::int64_t{axes[output]}) return;
    Joining joining;
    joining.node = id;
    joining.axis = axes[output];
    joining.channels = type.shape[joining.axis];
    for (const TensorId input : node.inputs) {
      if (input == kAbsent) return;
      const Shape& shape = scope_.facts[input].type.shape;
      if (!shape.known() || shape.rank() <= joining.axis) return;
      joining.added.push_back(shape[joining.axis]);
    }
    made_by_.emplace(output, static_cast<std::uint32_t>(joinings_.size()));
    joinings_.push_back(std::move(joining));
  }

  /// Finds for each concatenation the one that it continues.
  void link() {
    std::unordered_multimap<std::size_t, std::uint32_t> by_operands;
    for (std::uint32_t i = 0; i < joinings_.size(); ++i) by_operands.emplace(hash_of(node_of(joinings_[i]).inputs), i);
    for (Joining& joining : joinings_) {
      const std::span<const TensorId> operands = node_of(joining).inputs;
      if (operands.size() < 2) continue;
      if (operands.size() == 2) continue_output(joining, operands);
      if (joining.before == kNone)
        continue_operands(joining, operands.first(operands.size() - 1), joining.added.back(), by_operands);
      if (joining.before == kNone) continue_operands(joining, operands.subspan(1), joining.added.front(), by_operands);
    }
  }

  /// The form of a cascade: what the one before made, and something new.
  void continue_output(Joining& joining, std::span<const TensorId> operands) {
    for (const std::size_t carried : {0U, 1U}) {
      const auto found = made_by_.find(operands[carried]);
      if (found == made_by_.end() || joinings_[found->second].axis != joining.axis) continue;
      joining.before = found->second;
      joining.growth = joining.added[1 - carried];
      return;
    }
  }

  /// The form of a list: all that the one before takes, and something new.
  void continue_operands(Joining& joining, std::span<const TensorId> carried, const Dim& added,
                         const std::unordered_multimap<std::size_t, std::uint32_t>& by_operands) {
    const auto [begin, end] = by_operands.equal_range(hash_of(carried));
    for (auto found = begin; found != end; ++found) {
      const Joining& before = joinings_[found->second];
      const std::span<const TensorId> operands = node_of(before).inputs;
      if (before.axis != joining.axis || !std::equal(operands.begin(), operands.end(), carried.begin(), carried.end())) continue;
      joining.before = found->second;
      joining.growth = added;
      return;
    }
  }

  /// Chains end where nothing continues them by as much; each is followed back from its end.
  void find_blocks() {
    std::vector<bool> is_continued(joinings_.size(), false);
    for (const Joining& joining : joinings_)
      if (joining.before != kNone && joinings_[joining.before].before != kNone &&
          joinings_[joining.before].growth == joining.growth)
        is_continued[joining.before] = true;
    for (std::uint32_t last = 0; last < joinings_.size(); ++last)
      if (joinings_[last].before != kNone && !is_continued[last] && !joinings_[last].in_block) find_block(last);
    std::sort(growth_.blocks.begin() + static_cast<std::ptrdiff_t>(first_block_), growth_.blocks.end(),
              [&](const DenseBlock& a, const DenseBlock& b) { return a.layers.front() < b.layers.front(); });
  }

  void find_block(std::uint32_t last) {
    const Dim growth = joinings_[last].growth;
    std::vector<std::uint32_t> chain;
    std::uint32_t at = last;
    while (joinings_[at].before != kNone && joinings_[at].growth == growth && !joinings_[at].in_block) {
      chain.push_back(at);
      at = joinings_[at].before;
    }
    Joining& before = joinings_[at];
    DenseBlock block{id_, {}, before.channels, growth};
    if (starts_with(before, growth) && !before.in_block) {
      chain.push_back(at);
      block.first = before.channels - growth;
    }
    if (chain.size() < kFewestLayers) return;
    if (before.added.size() == 1) before.in_block = true;  // a list of one, before the first layer
    for (auto member = chain.rbegin(); member != chain.rend(); ++member) {
      block.layers.push_back(joinings_[*member].node);
      joinings_[*member].in_block = true;
    }
    growth_.blocks.push_back(std::move(block));
  }

  /// The first layer joins the block's input and what it adds itself.
  static bool starts_with(const Joining& joining, const Dim& growth) {
    return joining.added.size() == 2 && (joining.added[0] == growth || joining.added[1] == growth);
  }

  void describe(const Joining& joining, const Branches& branches) {
    Concatenation concatenation{id_, joining.node, joining.axis, joining.channels, {}, kAbsent};
    const Node& node = node_of(joining);
    std::vector<Branch> followed = branches.of(joining.node);
    auto next = followed.begin();
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      BranchGrowth branch;
      branch.branch.operand = node.inputs[i];
      branch.channels = joining.added[i];
      if (!provenance_.is_stored(node.inputs[i])) branch.branch = std::move(*next++);
      for (const NodeId layer : branch.branch.nodes) {
        branch.macs += costs_[layer].macs;
        branch.parameters += parameters_[layer];
      }
      concatenation.branches.push_back(std::move(branch));
    }
    const TensorId entry = concatenation.branches.front().branch.entry;
    if (std::all_of(concatenation.branches.begin(), concatenation.branches.end(),
                    [&](const BranchGrowth& branch) { return branch.branch.entry == entry; }))
      concatenation.input = entry;
    growth_.concatenations.push_back(std::move(concatenation));
  }

  const Graph& graph_;
  ScopeId id_;
  const Scope& scope_;
  const std::vector<Dim>& parameters_;
  const std::vector<Cost>& costs_;
  ChannelGrowth& growth_;
  std::size_t first_block_ = growth_.blocks.size();
  const ElementwiseProvenance& provenance_;
  std::vector<Joining> joinings_;
  std::unordered_map<TensorId, std::uint32_t> made_by_;
};

}  // namespace

ChannelGrowth find_growth(const Network& network, const Shapes& shapes, const ElementwiseProvenances& provenances,
                          const Parameters& parameters, const Costs& costs) {
  ChannelGrowth growth;
  for (ScopeId id = 0; id < shapes.scopes.size(); ++id) {
    const ElementwiseProvenance* provenance = provenances.of(id);
    if (provenance != nullptr) Finding(network, id, shapes.scopes[id], *provenance, parameters, costs, growth).run();
  }
  return growth;
}

}  // namespace macroscope
