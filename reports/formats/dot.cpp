// The graph of the model in the DOT language: modules as clusters, layers as boxes, or modules rolled up.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "reports/document/document.h"
#include "reports/formats/formats.h"
#include "reports/notation/escape.h"
#include "reports/pictures/graph_svg.h"
#include "reports/pictures/model_graph.h"
#include "reports/tables/analysed_model.h"
#include "reports/tables/layer_tree.h"

namespace macroscope {
namespace {

/// Clusters nest no deeper than this.
constexpr std::size_t kMostClusters = 64;

/// The module that a box lies in.
std::string_view cluster_of(const GraphBox& box, const Graph& graph) {
  if (box.kind == BoxKind::module) {
    const std::size_t slash = box.path.rfind('/');
    return box.path.substr(0, slash == std::string_view::npos ? 0 : slash);
  }
  return box.kind == BoxKind::layer ? graph.nodes[box.index].path : std::string_view();
}

std::vector<std::string_view> modules_of(std::string_view path) {
  std::vector<std::string_view> modules;
  for (std::size_t end = 0; end < path.size() && modules.size() < kMostClusters;) {
    end = std::min(path.find('/', end + 1), path.size());
    modules.push_back(path.substr(0, end));
  }
  return modules;
}

class DotWriter {
 public:
  DotWriter(const GraphPicture& picture, const Figures& figures, Sink& sink)
      : picture_(picture), figures_(figures), sink_(sink) {}

  void write() {
    const std::string_view name = figures_.network().information.name;
    sink_.write(fmt::format("digraph {} {{\n", dot_string(name.empty() ? "model" : name)));
    sink_.write("  node [shape=box, style=filled, fontname=\"Helvetica\", fontsize=10];\n");
    write_boxes();
    for (const LayoutEdge& edge : picture_.edges) sink_.write(fmt::format("  n{} -> n{};\n", edge.from, edge.to));
    sink_.write("}\n");
  }

 private:
  /// Boxes sorted by the modules they lie in, so that each cluster is opened once.
  void write_boxes() {
    std::map<std::string_view, std::vector<std::size_t>> by_module;
    for (std::size_t i = 0; i < picture_.boxes.size(); ++i)
      by_module[cluster_of(picture_.boxes[i], figures_.network().main())].push_back(i);
    // A module's own boxes, then those of the modules in it: paths sorted by their parts.
    std::vector<std::pair<std::vector<std::string_view>, const std::vector<std::size_t>*>> sorted;
    sorted.reserve(by_module.size());
    for (const auto& [path, boxes] : by_module) sorted.emplace_back(modules_of(path), &boxes);
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::string_view> open;
    for (const auto& [modules, boxes] : sorted) {
      std::size_t common = 0;
      while (common < open.size() && common < modules.size() && open[common] == modules[common]) ++common;
      close(open, common);
      while (open.size() < modules.size()) open_cluster(open, modules[open.size()]);
      for (const std::size_t box : *boxes) write_box(box, open.size());
    }
    close(open, 0);
  }

  static std::string indent(std::size_t level) { return std::string(2 * (level + 1), ' '); }

  void open_cluster(std::vector<std::string_view>& open, std::string_view module) {
    sink_.write(fmt::format("{}subgraph cluster_{} {{\n{}label={};\n", indent(open.size()), clusters_++, indent(open.size() + 1),
                            dot_string(module.substr(module.rfind('/') + 1))));
    open.push_back(module);
  }

  void close(std::vector<std::string_view>& open, std::size_t level) {
    while (open.size() > level) {
      open.pop_back();
      sink_.write(indent(open.size()) + "}\n");
    }
  }

  void write_box(std::size_t index, std::size_t level) {
    const GraphBox& box = picture_.boxes[index];
    const BoxText text = text_of(box, figures_);
    const int heat = heat_of(box.weight, largest_);
    const bool is_border = box.kind == BoxKind::input || box.kind == BoxKind::output;
    // Two strings joined by an escape of the language itself: the parts are quoted alone.
    std::string label = dot_string(text.first);
    if (!text.second.empty()) label = label.substr(0, label.size() - 1) + "\\n" + dot_string(text.second).substr(1);
    sink_.write(fmt::format("{}n{} [label={}, fillcolor=\"{}\", fontcolor=\"{}\"{}", indent(level), index, label,
                            heat_colour(heat), ink_on(heat), is_border ? ", shape=oval" : ""));
    if (box.kind == BoxKind::layer) {
      const Graph& graph = figures_.network().main();
      sink_.write(fmt::format(", tooltip={}", dot_string(shown_name(graph, graph.nodes[box.index]))));
    }
    sink_.write("];\n");
  }

  const GraphPicture& picture_;
  const Figures& figures_;
  Sink& sink_;
  double largest_ = largest_weight(picture_);
  std::size_t clusters_ = 0;
};

/// A graph for each model, one after the other: Graphviz reads several from one file.
class DotDocument : public Document {
 public:
  explicit DotDocument(Sink& sink) : sink_(sink) {}

  void add(const Report& report) override {
    if (!report.model) return;
    const Figures& figures = report.model->figures;
    const GraphPicture picture = flat_picture(figures, usual_weight(figures), report.model->options.depth);
    DotWriter(picture, figures, sink_).write();
  }

 private:
  Sink& sink_;
};

std::unique_ptr<Document> dot_document(Sink& sink, const DocumentOptions& /*options*/) {
  return std::make_unique<DotDocument>(sink);
}

}  // namespace

Format dot_format() { return {"dot", ".dot", Part::model, dot_document}; }

}  // namespace macroscope
