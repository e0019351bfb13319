#include "reports/tables/layer_tree.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "reports/notation/number_text.h"
#include "reports/tables/repeated_layers.h"

namespace macroscope {
namespace {

/// Modules nest no deeper than this in a table, however many slashes a name has.
constexpr std::size_t kMaxDepth = 64;

/// What rows are weighed by, in order of preference.
constexpr Metric kWeights[] = {Metric::macs, Metric::flops, Metric::parameters, Metric::bytes_written};

bool has_any(const Figures& figures, Metric metric) {
  const std::optional<Quantity> total = figures.total(metric);
  return !total || !total->value.is(0);
}

}  // namespace

Metric usual_weight(const Figures& figures) {
  const auto* const first =
      std::find_if(std::begin(kWeights), std::end(kWeights), [&](Metric metric) { return has_any(figures, metric); });
  return first == std::end(kWeights) ? Metric::macs : *first;
}

LayerTree::LayerTree(const Figures& figures, LayerTreeOptions options) : figures_(&figures), options_(std::move(options)) {
  estimated_by_ = options_.sort ? *options_.sort : usual_weight(figures);
  options_.depth = std::min(options_.depth, kMaxDepth);
  std::vector<Metric>& metrics = options_.metrics;
  if (std::find(metrics.begin(), metrics.end(), estimated_by_) == metrics.end()) metrics.push_back(estimated_by_);
  collect();
  const auto is_too_long = [this] { return options_.top != 0 && items_.size() > options_.top; };
  if (options_.is_digest && options_.depth == 0 && is_too_long()) join_repeats();
  const bool folds = is_too_long();
  is_largest_first_ = options_.sort || (folds && options_.is_digest);
  if (is_largest_first_ || folds) estimate();
  if (folds) choose();
  emit();
  items_ = {};  // of large models megabytes, while the rows are shown
}

void LayerTree::collect() {
  const Graph& graph = figures_->network().main();
  items_.reserve(options_.depth == 0 ? graph.nodes.size() : 0);
  for (NodeId node = 0; node < graph.nodes.size(); ++node) {
    const std::string_view path = graph.nodes[node].path;
    std::uint32_t parent = kNone;
    std::uint32_t level = 0;
    std::size_t end = 0;
    while (level < options_.depth && end < path.size()) {
      end = std::min(path.find('/', end + 1), path.size());
      parent = module_item(path.substr(0, end), parent, level++);
    }
    if (level == 0 || level < options_.depth) items_.push_back({parent, node, level, false, true, 0});
    if (parent != kNone) add_to_modules(parent, node);
  }
}

/// Without modules: all items are layers.
void LayerTree::join_repeats() {
  std::vector<NodeId> layers;
  layers.reserve(items_.size());
  for (const Item& item : items_) layers.push_back(item.index);
  items_.clear();
  for (std::vector<NodeId>& nodes : repeated_layers(*figures_, layers)) {
    Item item{kNone, nodes.front(), 0, false, true, 0};
    if (nodes.size() > 1) {
      item.repeat = static_cast<std::uint32_t>(repeats_.size());
      Repeat repeat{std::move(nodes), std::vector<Sum>(options_.metrics.size())};
      for (const NodeId node : repeat.nodes) add(repeat.sums, node);
      repeats_.push_back(std::move(repeat));
    }
    items_.push_back(item);
  }
}

std::uint32_t LayerTree::module_item(std::string_view path, std::uint32_t parent, std::uint32_t level) {
  const auto [found, is_new] = module_by_path_.try_emplace(path, static_cast<std::uint32_t>(modules_.size()));
  if (is_new) {
    const auto item = static_cast<std::uint32_t>(items_.size());
    items_.push_back({parent, found->second, level, true, true, 0});
    modules_.push_back({path, item, 0, std::vector<Sum>(options_.metrics.size()), {}});
  }
  return modules_[found->second].item;
}

void LayerTree::add(std::vector<Sum>& sums, NodeId node) const {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i].add(figures_->of_layer(options_.metrics[i], 0, node));
}

void LayerTree::add_to_modules(std::uint32_t item, NodeId node) {
  for (; item != kNone; item = items_[item].parent) {
    Module& module = modules_[items_[item].index];
    ++module.layers;
    add(module.sums, node);
  }
}

/// People read numbers at the example sizes beside the rows: those order them.
double LayerTree::weight_of(const Dim& quantity) const {
  if (options_.is_digest && !quantity.integer())
    if (const std::optional<Dim> number = figures_->analysis().example_point().value_of(quantity)) return approximate(*number);
  return nominal_weight(quantity);
}

void LayerTree::estimate() {
  const auto at = std::find(options_.metrics.begin(), options_.metrics.end(), estimated_by_) - options_.metrics.begin();
  for (Item& item : items_) {
    const std::vector<Sum>* sums = item.is_module         ? &modules_[item.index].sums
                                   : item.repeat != kNone ? &repeats_[item.repeat].sums
                                                          : nullptr;
    const std::optional<Quantity> quantity =
        sums != nullptr ? (*sums)[static_cast<std::size_t>(at)].quantity() : figures_->of_layer(estimated_by_, 0, item.index);
    item.weight = quantity ? weight_of(quantity->value) : 0;
  }
}

void LayerTree::choose() {
  std::vector<std::uint32_t> largest(items_.size());
  std::iota(largest.begin(), largest.end(), 0);
  const auto last = largest.begin() + static_cast<std::ptrdiff_t>(options_.top);
  std::nth_element(largest.begin(), last, largest.end(), [&](std::uint32_t a, std::uint32_t b) {
    return items_[a].weight != items_[b].weight ? items_[a].weight > items_[b].weight : a < b;
  });
  for (Item& item : items_) item.is_kept = false;
  // Rows without any of what the table is about say nothing to people.
  const bool has_any =
      options_.is_digest && std::any_of(items_.begin(), items_.end(), [](const Item& item) { return item.weight != 0; });
  for (auto kept = largest.begin(); kept != last; ++kept) {
    if (has_any && items_[*kept].weight == 0) continue;
    for (std::uint32_t item = *kept; item != kNone && !items_[item].is_kept; item = items_[item].parent)
      items_[item].is_kept = true;
  }
}

void LayerTree::emit() {
  std::vector<std::uint32_t> roots;
  for (std::uint32_t item = 0; item < items_.size(); ++item) {
    const std::uint32_t parent = items_[item].parent;
    (parent == kNone ? roots : modules_[items_[parent].index].children).push_back(item);
  }
  emit_children(roots, 0);
}

void LayerTree::emit_children(const std::vector<std::uint32_t>& children, std::uint32_t level) {
  std::vector<std::uint32_t> kept;
  std::vector<std::uint32_t> folded;
  for (const std::uint32_t child : children) (items_[child].is_kept ? kept : folded).push_back(child);
  if (folded.size() == 1) {  // a row of its own takes no more room
    kept = children;
    folded.clear();
  }
  if (is_largest_first_)
    std::stable_sort(kept.begin(), kept.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return items_[a].weight > items_[b].weight; });
  for (const std::uint32_t child : kept) {
    const Item& item = items_[child];
    if (!item.is_module) {
      const std::size_t layers = item.repeat == kNone ? 1 : repeats_[item.repeat].nodes.size();
      rows_.push_back({RowKind::entry, level, item.index, static_cast<std::uint32_t>(layers), {}, item.repeat});
      continue;
    }
    const Module& module = modules_[item.index];
    rows_.push_back({RowKind::module, level, item.index, module.layers, module.path});
    emit_children(module.children, level + 1);
  }
  if (!folded.empty()) emit_others(folded, level);
}

void LayerTree::emit_others(const std::vector<std::uint32_t>& folded, std::uint32_t level) {
  std::vector<Sum> sums(options_.metrics.size());
  std::uint32_t layers = 0;
  for (const std::uint32_t child : folded) {
    const Item& item = items_[child];
    if (item.is_module) {
      layers += modules_[item.index].layers;
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i].add(modules_[item.index].sums[i]);
    } else if (item.repeat != kNone) {
      layers += static_cast<std::uint32_t>(repeats_[item.repeat].nodes.size());
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i].add(repeats_[item.repeat].sums[i]);
    } else {
      ++layers;
      add(sums, item.index);
    }
  }
  rows_.push_back({RowKind::others, level, static_cast<std::uint32_t>(others_.size()), layers, {}});
  others_.push_back(std::move(sums));
}

std::optional<Quantity> LayerTree::of(const Row& row, Metric metric) const noexcept {
  if (row.kind == RowKind::entry && row.repeat == kNone) return figures_->of_layer(metric, 0, row.index);
  const auto at = std::find(options_.metrics.begin(), options_.metrics.end(), metric) - options_.metrics.begin();
  const std::vector<Sum>& sums = row.kind == RowKind::entry    ? repeats_[row.repeat].sums
                                 : row.kind == RowKind::module ? modules_[row.index].sums
                                                               : others_[row.index];
  return sums[static_cast<std::size_t>(at)].quantity();
}

}  // namespace macroscope
