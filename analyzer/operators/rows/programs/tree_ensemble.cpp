#include "analyzer/operators/rows/programs/tree_ensemble.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace macroscope {
namespace {

using Numbers = std::span<const std::int64_t>;

/// Two children of a node that compares; none where a child is a leaf that no list names.
struct Branch {
  std::optional<std::size_t> yes, no;
  bool is_leaf = false;
};

struct Forest {
  std::vector<Branch> nodes;
  std::vector<std::size_t> roots;
};

struct PathLengths {
  std::int64_t shortest = 0;
  std::int64_t longest = 0;
};

Numbers list_of(const OpContext& context, std::string_view name, std::size_t length) {
  const auto list = context.integer_list(name).value_or(Numbers{});
  require(list.size() == length, "bad-tree", "{} has {} entries for {} nodes", name, list.size(), length);
  return list;
}

/// Nodes by the number of their tree and their own, as TreeEnsembleClassifier and TreeEnsembleRegressor list them.
Forest forest_by_tree(const OpContext& context) {
  const Numbers trees = context.integer_list("nodes_treeids").value_or(Numbers{});
  const Numbers ids = list_of(context, "nodes_nodeids", trees.size());
  const Numbers yes = list_of(context, "nodes_truenodeids", trees.size());
  const Numbers no = list_of(context, "nodes_falsenodeids", trees.size());
  const auto modes = context.text_list("nodes_modes").value_or(std::span<const std::string_view>{});
  require(modes.size() == trees.size(), "bad-tree", "nodes_modes has {} entries for {} nodes", modes.size(), trees.size());
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> places;
  for (std::size_t node = 0; node < trees.size(); ++node)
    require(places.emplace(std::pair(trees[node], ids[node]), node).second, "bad-tree", "node {} of tree {} is listed twice",
            ids[node], trees[node]);
  Forest forest;
  std::vector<bool> is_child(trees.size(), false);
  for (std::size_t node = 0; node < trees.size(); ++node) {
    Branch& branch = forest.nodes.emplace_back();
    branch.is_leaf = modes[node] == "LEAF";
    if (branch.is_leaf) continue;
    for (const auto& [child, id] : {std::pair(&branch.yes, yes[node]), std::pair(&branch.no, no[node])}) {
      const auto found = places.find({trees[node], id});
      require(found != places.end(), "bad-tree", "node {} of tree {} has a child {} that is not listed", ids[node], trees[node],
              id);
      *child = found->second;
      is_child[found->second] = true;
    }
  }
  for (std::size_t node = 0; node < trees.size(); ++node)
    if (!is_child[node]) forest.roots.push_back(node);
  return forest;
}

/// Inner nodes by their roots, as TreeEnsemble lists them; leaves are only counted.
Forest forest_by_root(const OpContext& context) {
  const Numbers yes = context.integer_list("nodes_truenodeids").value_or(Numbers{});
  const Numbers no = list_of(context, "nodes_falsenodeids", yes.size());
  const Numbers yes_is_leaf = list_of(context, "nodes_trueleafs", yes.size());
  const Numbers no_is_leaf = list_of(context, "nodes_falseleafs", yes.size());
  Forest forest;
  for (std::size_t node = 0; node < yes.size(); ++node) {
    Branch& branch = forest.nodes.emplace_back();
    for (const auto& [child, id, is_leaf] :
         {std::tuple(&branch.yes, yes[node], yes_is_leaf[node]), std::tuple(&branch.no, no[node], no_is_leaf[node])}) {
      if (is_leaf != 0) continue;
      require(id >= 0 && static_cast<std::size_t>(id) < yes.size(), "bad-tree", "node {} has a child {} that is not listed", node,
              id);
      *child = static_cast<std::size_t>(id);
    }
  }
  for (const std::int64_t root : context.integer_list("tree_roots").value_or(Numbers{})) {
    // A tree may be one leaf: its root is then a node both of whose children are that leaf.
    require(root >= 0 && static_cast<std::size_t>(root) < yes.size(), "bad-tree", "root {} is not listed", root);
    forest.roots.push_back(static_cast<std::size_t>(root));
  }
  return forest;
}

/// Comparisons below each node.  Children are done before their parents without recursion: a file says how deep a tree is.
std::vector<PathLengths> path_lengths(const Forest& forest) {
  enum class State : std::uint8_t { untouched, open, done };
  std::vector<PathLengths> lengths(forest.nodes.size());
  std::vector<State> states(forest.nodes.size(), State::untouched);
  std::vector<std::size_t> pending;
  for (std::size_t start = 0; start < forest.nodes.size(); ++start) {
    pending.push_back(start);
    while (!pending.empty()) {
      const std::size_t node = pending.back();
      const Branch& branch = forest.nodes[node];
      if (states[node] == State::untouched) {
        states[node] = State::open;
        for (const auto& child : {branch.yes, branch.no}) {
          if (!child || states[*child] == State::done) continue;
          require(states[*child] == State::untouched, "bad-tree", "node {} is below itself", *child);
          pending.push_back(*child);
        }
        continue;
      }
      pending.pop_back();
      if (states[node] == State::done) continue;
      states[node] = State::done;
      if (branch.is_leaf) continue;
      const PathLengths yes = branch.yes ? lengths[*branch.yes] : PathLengths{},
                        no = branch.no ? lengths[*branch.no] : PathLengths{};
      lengths[node] = {1 + std::min(yes.shortest, no.shortest), 1 + std::max(yes.longest, no.longest)};
    }
  }
  return lengths;
}

}  // namespace

TreeEnsemble tree_ensemble_of(const OpContext& context) {
  const bool is_by_root = context.node().op == "TreeEnsemble";
  const Forest forest = is_by_root ? forest_by_root(context) : forest_by_tree(context);
  const std::vector<PathLengths> lengths = path_lengths(forest);
  TreeEnsemble ensemble;
  ensemble.trees = static_cast<std::int64_t>(forest.roots.size());
  for (const Branch& node : forest.nodes) ++(node.is_leaf ? ensemble.leaves : ensemble.branches);
  if (is_by_root) ensemble.leaves = static_cast<std::int64_t>(context.integer_list("leaf_targetids").value_or(Numbers{}).size());
  for (const std::size_t root : forest.roots) {
    ensemble.fewest_comparisons += lengths[root].shortest;
    ensemble.most_comparisons += lengths[root].longest;
    ensemble.depth = std::max(ensemble.depth, lengths[root].longest);
  }
  return ensemble;
}

}  // namespace macroscope
