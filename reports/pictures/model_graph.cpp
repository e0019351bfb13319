#include "reports/pictures/model_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "analyzer/network/readers.h"
#include "analyzer/operators/constant_node.h"
#include "reports/notation/number_text.h"
#include "reports/pictures/skip_connections.h"

namespace macroscope {
namespace {

/// Modules nest no deeper than this in a picture, however many slashes a name has.
constexpr std::size_t kMaxDepth = 64;
/// Inputs or outputs of a model that have a box each; one box stands for more.
constexpr std::size_t kMostTensors = 8;

/// A box of some picture while the tree is built; the first is the model itself.
struct Item {
  GraphBox box;
  std::uint32_t parent = kNone;
  std::uint32_t level = 0;
  std::vector<std::uint32_t> children{};
};

/// Constants are part of what reads them.
bool is_shown(const Node& node) { return !holds_constant(node); }

class PictureTree {
 public:
  PictureTree(const Figures& figures, Metric metric, std::size_t depth, bool is_flat)
      : figures_(figures), graph_(figures.network().main()), depth_(std::min(depth, kMaxDepth)), is_flat_(is_flat) {
    items_.emplace_back();
    item_of_node_.assign(graph_.nodes.size(), kNone);
    item_of_tensor_.assign(graph_.tensors.size(), kNone);
    add_tensors(graph_.inputs, BoxKind::input);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const NodeId node = graph_.order.empty() ? static_cast<NodeId>(i) : graph_.order[i];
      if (is_shown(graph_.nodes[node])) add_node(node, metric);
    }
  }

  /// A module of a single layer is that layer.
  void unwrap() {
    for (std::uint32_t item = 1; item < items_.size(); ++item) {
      GraphBox& box = items_[item].box;
      if (box.kind != BoxKind::module || box.layers != 1 || item_of_node_[box.first] < item) continue;
      box = {BoxKind::layer, box.first, {}, 1, box.first, box.first, box.weight};
      items_[item].children.clear();
      item_of_node_[box.index] = item;
    }
  }

  void group(std::size_t most_boxes) {
    const std::size_t modules = items_.size();
    for (std::uint32_t item = 0; item < modules; ++item)
      while (items_[item].children.size() > most_boxes) group_children(item, most_boxes);
  }

  std::vector<GraphPicture> pictures() {
    add_outputs();
    std::vector<GraphPicture> made;
    // Depth first: a picture comes before those of its modules.
    std::vector<std::uint32_t> open{0};
    picture_of_.assign(items_.size(), kNone);
    place_.assign(items_.size(), 0);
    while (!open.empty()) {
      const std::uint32_t item = open.back();
      open.pop_back();
      picture_of_[item] = static_cast<std::uint32_t>(made.size());
      GraphPicture& picture = made.emplace_back();
      const std::vector<std::uint32_t>& children = items_[item].children;
      for (std::uint32_t place = 0; place < children.size(); ++place) {
        place_[children[place]] = place;
        picture.boxes.push_back(items_[children[place]].box);
      }
      for (auto child = children.rbegin(); child != children.rend(); ++child)
        if (!items_[*child].children.empty()) open.push_back(*child);
    }
    nest(made);
    entering_.resize(made.size());
    carried_.resize(made.size());
    join(made);
    return made;
  }

 private:
  std::uint32_t add_item(GraphBox box, std::uint32_t parent) {
    const auto item = static_cast<std::uint32_t>(items_.size());
    items_.push_back({box, parent, items_[parent].level + 1});
    items_[parent].children.push_back(item);
    return item;
  }

  void add_tensors(const std::vector<TensorId>& tensors, BoxKind kind) {
    if (tensors.size() <= kMostTensors) {
      for (const TensorId tensor : tensors)
        if (item_of_tensor_[tensor] == kNone || kind == BoxKind::output)
          item_of_tensor_[tensor] = add_item({kind, tensor, {}, 0}, 0);
      return;
    }
    const std::uint32_t all = add_item({kind, kNone, {}, static_cast<std::uint32_t>(tensors.size())}, 0);
    for (const TensorId tensor : tensors) item_of_tensor_[tensor] = all;
  }

  void add_outputs() {
    inputs_ = item_of_tensor_;
    std::fill(item_of_tensor_.begin(), item_of_tensor_.end(), kNone);
    add_tensors(graph_.outputs, BoxKind::output);
  }

  void add_node(NodeId node, Metric metric) {
    const std::string_view path = graph_.nodes[node].path;
    const std::optional<Quantity> quantity = figures_.of_layer(metric, 0, node);
    const double weight = quantity ? nominal_weight(quantity->value) : 0;
    std::uint32_t parent = 0;
    if (is_flat_) {
      const std::string_view module = outermost(path, depth_);
      if (!module.empty()) parent = module_item(module, 0, node);
    } else {
      std::size_t end = 0;
      for (std::size_t level = 0; level < kMaxDepth && end < path.size(); ++level) {
        end = std::min(path.find('/', end + 1), path.size());
        parent = module_item(path.substr(0, end), parent, node);
        count(items_[parent].box, node, weight);
      }
    }
    if (is_flat_ && parent != 0) {
      count(items_[parent].box, node, weight);
      item_of_node_[node] = parent;
    } else {
      item_of_node_[node] = add_item({BoxKind::layer, node, {}, 1, node, node, weight}, parent);
    }
  }

  /// The first `depth` levels of a path; empty if it has fewer.
  static std::string_view outermost(std::string_view path, std::size_t depth) {
    std::size_t end = 0;
    for (std::size_t level = 0; level < depth; ++level) {
      if (end >= path.size()) return {};
      end = std::min(path.find('/', end + 1), path.size());
    }
    return path.substr(0, end);
  }

  std::uint32_t module_item(std::string_view path, std::uint32_t parent, NodeId first) {
    const auto [found, is_new] = modules_.try_emplace(path, static_cast<std::uint32_t>(items_.size()));
    return is_new ? add_item({BoxKind::module, kNone, path, 0, first, first}, parent) : found->second;
  }

  static void count(GraphBox& module, NodeId node, double weight) {
    ++module.layers;
    module.last = node;
    module.weight += weight;
  }

  void group_children(std::uint32_t item, std::size_t most_boxes) {
    const std::vector<std::uint32_t> children = std::move(items_[item].children);
    items_[item].children.clear();
    const std::size_t groups = std::max<std::size_t>(2, (children.size() + most_boxes - 1) / most_boxes);
    const std::size_t size = (children.size() + groups - 1) / groups;
    std::uint32_t group = kNone;
    for (const std::uint32_t child : children) {
      if (items_[child].box.kind == BoxKind::input) {  // stays outside of groups
        items_[item].children.push_back(child);
        continue;
      }
      const GraphBox box = items_[child].box;
      if (group == kNone || items_[group].children.size() == size)
        group = add_item({BoxKind::group, kNone, {}, 0, box.first, box.last}, item);
      items_[group].children.push_back(child);
      items_[group].box.layers += box.layers;
      items_[group].box.last = box.last;
      items_[group].box.weight += box.weight;
      items_[child].parent = group;
    }
    deepen(item);
  }

  /// Levels below an item, after its children changed.
  void deepen(std::uint32_t root) {
    std::vector<std::uint32_t> open{root};
    while (!open.empty()) {
      const std::uint32_t item = open.back();
      open.pop_back();
      for (const std::uint32_t child : items_[item].children) {
        items_[child].level = items_[item].level + 1;
        open.push_back(child);
      }
    }
  }

  void nest(std::vector<GraphPicture>& made) const {
    for (std::uint32_t item = 1; item < items_.size(); ++item) {
      const std::uint32_t inside = picture_of_[item];
      if (inside == kNone) continue;
      const std::uint32_t outside = picture_of_[items_[item].parent];
      made[inside].parent = outside;
      made[outside].boxes[place_[item]].inside = inside;
    }
  }

  void join(std::vector<GraphPicture>& made) {
    const Readers readers(figures_.network(), graph_);
    for (TensorId tensor = 0; tensor < graph_.tensors.size(); ++tensor) {
      const NodeId producer = graph_.tensors[tensor].producer;
      const std::uint32_t from = producer != kNone ? item_of_node_[producer] : inputs_[tensor];
      if (from == kNone) continue;
      for (const Reader& reader : readers.of(tensor))
        if (item_of_node_[reader.node] != kNone)
          join(made, from, item_of_node_[reader.node], {tensor, is_carried(tensor, reader.node)});
      if (item_of_tensor_[tensor] != kNone) join(made, from, item_of_tensor_[tensor], {tensor, false});
    }
    for (std::size_t picture = 0; picture < made.size(); ++picture) finish(made[picture], entering_[picture], carried_[picture]);
  }

  /// A tensor as a layer reads it, and whether it is carried on into the result.
  struct Reading {
    TensorId tensor = 0;
    bool is_carried = false;
  };

  /// An arrow in the picture that holds both ends, and one to or from the border of each picture that holds one of them.
  void join(std::vector<GraphPicture>& made, std::uint32_t from, std::uint32_t to, const Reading& reading) {
    if (from == to) return;
    while (items_[from].level > items_[to].level) from = leave(made, from);
    while (items_[to].level > items_[from].level) to = enter(made, to, reading);
    while (items_[from].parent != items_[to].parent) {
      from = leave(made, from);
      to = enter(made, to, reading);
    }
    if (from == to) return;
    const std::uint32_t picture = picture_of_[items_[from].parent];
    made[picture].edges.push_back({place_[from], place_[to]});
    if (reading.is_carried) carried_[picture].push_back({place_[from], place_[to]});
  }

  static constexpr std::uint32_t kBorder = kNone;

  std::uint32_t leave(std::vector<GraphPicture>& made, std::uint32_t from) const {
    const std::uint32_t parent = items_[from].parent;
    made[picture_of_[parent]].edges.push_back({place_[from], kBorder});
    return parent;
  }
  std::uint32_t enter(std::vector<GraphPicture>& made, std::uint32_t to, const Reading& reading) {
    const std::uint32_t parent = items_[to].parent;
    made[picture_of_[parent]].edges.push_back({kBorder, place_[to]});
    entering_[picture_of_[parent]].push_back({reading.tensor, place_[to], reading.is_carried});
    return parent;
  }

  /// The result has the tensor's shape, but for one axis: it is added to what layers make of it, or joined to that, and is no mask or
  /// size that many layers read.
  [[nodiscard]] bool is_carried(TensorId tensor, NodeId reader) const {
    const std::vector<Fact>& facts = figures_.analysis().shapes.scopes.front().facts;
    const Shape& read = facts[tensor].type.shape;
    for (const TensorId output : graph_.nodes[reader].outputs) {
      if (output == kAbsent) continue;
      const Shape& made = facts[output].type.shape;
      if (!read.known() || !made.known() || read.rank() != made.rank()) return false;
      std::size_t different = 0;
      for (std::size_t axis = 0; axis < read.rank(); ++axis) {
        if (read[axis] == made[axis]) continue;
        if (read[axis].is(1)) return false;  // repeated along it
        ++different;
      }
      return different <= 1;
    }
    return false;
  }

  /// A box that a tensor from outside enters.
  struct Entry {
    TensorId tensor = 0;
    std::uint32_t place = 0;
    bool is_carried = false;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };

  /// Every tensor that enters is a source of its own.
  static void find_skips(GraphPicture& picture, std::vector<Entry>& entering, std::vector<LayoutEdge>& carried,
                         std::uint32_t first_box) {
    std::sort(entering.begin(), entering.end(), std::greater<>());  // one that is carried before the same that is not
    const auto is_same = [](const Entry& a, const Entry& b) { return a.tensor == b.tensor && a.place == b.place; };
    entering.erase(std::unique(entering.begin(), entering.end(), is_same), entering.end());
    std::sort(carried.begin(), carried.end());
    std::vector<LayoutEdge> edges;
    std::uint32_t sources = 0;
    for (std::size_t i = 0; i < entering.size(); ++i) {
      if (i > 0 && entering[i].tensor != entering[i - 1].tensor) ++sources;
      edges.push_back({sources, entering[i].place});
    }
    if (!entering.empty()) ++sources;
    for (LayoutEdge& edge : edges) edge.to += first_box + sources;
    for (const LayoutEdge& edge : picture.edges)
      if (edge.from != 0 || first_box == 0) edges.push_back({edge.from + sources, edge.to + sources});
    const std::vector<bool> skips = skip_connections(picture.boxes.size() + sources, edges);
    picture.skips.assign(picture.edges.size(), false);
    for (std::size_t i = 0; i < edges.size(); ++i) {
      if (!skips[i]) continue;
      const LayoutEdge shown{i < entering.size() ? 0 : edges[i].from - sources, edges[i].to - sources};
      const bool is_carried = i < entering.size() ? entering[i].is_carried
                                                  : std::binary_search(carried.begin(), carried.end(),
                                                                       LayoutEdge{shown.from - first_box, shown.to - first_box});
      if (!is_carried) continue;
      const auto found = std::lower_bound(picture.edges.begin(), picture.edges.end(), shown);
      picture.skips[static_cast<std::size_t>(found - picture.edges.begin())] = true;
    }
  }

  /// Boxes for what enters and leaves come first and last.
  static void finish(GraphPicture& picture, std::vector<Entry>& entering, std::vector<LayoutEdge>& carried) {
    std::vector<LayoutEdge>& edges = picture.edges;
    const bool has_in = std::any_of(edges.begin(), edges.end(), [](const LayoutEdge& edge) { return edge.from == kBorder; });
    const bool has_out = std::any_of(edges.begin(), edges.end(), [](const LayoutEdge& edge) { return edge.to == kBorder; });
    if (has_in) picture.boxes.insert(picture.boxes.begin(), GraphBox{BoxKind::input, kNone, {}, 0});
    const auto last = static_cast<std::uint32_t>(picture.boxes.size());
    if (has_out) picture.boxes.push_back(GraphBox{BoxKind::output, kNone, {}, 0});
    for (LayoutEdge& edge : edges) {
      edge.from = edge.from == kBorder ? 0 : edge.from + (has_in ? 1 : 0);
      edge.to = edge.to == kBorder ? last : edge.to + (has_in ? 1 : 0);
    }
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    find_skips(picture, entering, carried, has_in ? 1 : 0);
  }

  const Figures& figures_;
  const Graph& graph_;
  std::size_t depth_;
  bool is_flat_;
  std::vector<Item> items_;
  std::vector<std::uint32_t> item_of_node_;
  /// Of the model's inputs while the tree is built, then of its outputs.
  std::vector<std::uint32_t> item_of_tensor_;
  std::vector<std::uint32_t> inputs_;
  std::unordered_map<std::string_view, std::uint32_t> modules_;
  /// By item.
  std::vector<std::uint32_t> picture_of_;
  std::vector<std::uint32_t> place_;
  /// By picture.
  std::vector<std::vector<Entry>> entering_;
  std::vector<std::vector<LayoutEdge>> carried_;
};

std::string shape_text(const Figures& figures, TensorId tensor) {
  const Type& type = figures.analysis().shapes.scopes.front().facts[tensor].type;
  if ((type.kind != Kind::tensor && type.kind != Kind::sparse) || !type.shape.known()) return "?";
  std::string text;
  for (const Dim& dim : type.shape) text += fmt::format("{}{}", text.empty() ? "" : " x ", dim.text());
  return text.empty() ? "scalar" : text;
}

std::string shape_text(const Figures& figures, const Node& node) {
  for (const TensorId output : node.outputs)
    if (output != kAbsent) return shape_text(figures, output);
  return {};
}

std::string border_text(const GraphBox& box, std::string_view one) {
  return box.layers == 0 ? std::string(one) : counted(box.layers, one);
}

}  // namespace

GraphPicture flat_picture(const Figures& figures, Metric metric, std::size_t depth) {
  return PictureTree(figures, metric, depth, true).pictures().front();
}

std::vector<GraphPicture> nested_pictures(const Figures& figures, Metric metric, std::size_t most_boxes) {
  PictureTree tree(figures, metric, kMaxDepth, false);
  tree.unwrap();
  tree.group(most_boxes);
  return tree.pictures();
}

int heat_of(double weight, double largest) noexcept {
  if (!(weight > 0)) return 0;
  int level = kHeatLevels - 1;
  for (double limit = largest / 2; level > 1 && weight < limit; limit /= 2) --level;
  return level;
}

double largest_weight(const GraphPicture& picture) noexcept {
  double largest = 0;
  for (const GraphBox& box : picture.boxes) largest = std::max(largest, box.weight);
  return largest;
}

BoxText text_of(const GraphBox& box, const Figures& figures) {
  const Graph& graph = figures.network().main();
  switch (box.kind) {
    case BoxKind::module:
      return {std::string(box.path.substr(box.path.rfind('/') + 1)) + "/", counted(box.layers, "layer"),
              shape_text(figures, graph.nodes[box.last])};
    case BoxKind::group:
      return {fmt::format("#{} to #{}", graph.nodes[box.first].file_index, graph.nodes[box.last].file_index),
              counted(box.layers, "layer"), shape_text(figures, graph.nodes[box.last])};
    case BoxKind::input:
      if (box.index != kNone) return {std::string(graph.tensors[box.index].name), "input", shape_text(figures, box.index)};
      return {border_text(box, "input"), {}};
    case BoxKind::output:
      if (box.index != kNone) return {std::string(graph.tensors[box.index].name), "output"};
      return {border_text(box, "output"), {}};
    case BoxKind::layer:
      break;
  }
  const Node& node = graph.nodes[box.index];
  return {shown_operator(node.domain, node.op), shape_text(figures, node)};
}

}  // namespace macroscope
