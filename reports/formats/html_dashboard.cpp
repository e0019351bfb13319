#include "reports/formats/html_dashboard.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "reports/formats/html_writer.h"
#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"
#include "reports/sections/memory_figures.h"
#include "reports/tables/layer_table.h"
#include "reports/tables/layer_tree.h"

namespace macroscope {
namespace {

/// Modules and layers that each list shows.
constexpr std::size_t kRows = 10;
/// Levels of modules that are tried, until one splits the model into enough parts to compare.
constexpr std::size_t kDeepestLevel = 4;
constexpr std::size_t kEnoughParts = 4;
/// Sizes that have a control; a model with more leaves the rest at the example's.
constexpr std::size_t kControls = 8;
constexpr std::size_t kFindings = 4;

std::string_view unit_of(ColumnType type) { return type == ColumnType::bytes ? "bytes" : "count"; }

std::string big_text(const Dim& number, ColumnType type) {
  const std::string shown = type == ColumnType::bytes ? short_bytes(number) : short_count(number);
  return shown.empty() ? grouped(number) + (type == ColumnType::bytes ? " B" : "") : shown;
}

class Dashboard {
 public:
  Dashboard(const Figures& figures, const std::vector<Section>& sections, std::string prefix, Sink& sink)
      : figures_(figures),
        sections_(sections),
        prefix_(std::move(prefix)),
        sink_(sink),
        sizes_(figures.analysis().example_point().sizes) {}

  void write() {
    sink_.write("<div class=\"dash\">\n");
    facts();
    controls();
    cards();
    sink_.write("<div class=\"pair\">\n");
    modules();
    curve();
    sink_.write("</div>\n<div class=\"pair\">\n");
    layers();
    findings();
    sink_.write("</div>\n</div>\n");
  }

 private:
  [[nodiscard]] const Example* example() const {
    const auto found =
        std::find_if(sections_.begin(), sections_.end(), [](const Section& section) { return section.example != nullptr; });
    return found == sections_.end() ? nullptr : found->example.get();
  }

  void facts() const {
    const Network& network = figures_.network();
    const Costs& costs = figures_.analysis().costs;
    const ModelInformation& information = network.information;
    std::string text(information.format == "onnx" ? "ONNX" : information.format);
    for (const OperatorSet& set : network.operator_sets)
      text += fmt::format(" · {} {}", set.domain.empty() ? "opset" : set.domain, set.version);
    if (!information.producer.empty()) text += fmt::format(" · {} {}", information.producer, information.producer_version);
    text += fmt::format(" · {}, {}", counted(costs.node_count, "node"),
                        costs.costed_count == costs.node_count ? "all costed" : grouped(costs.costed_count) + " costed");
    sink_.write(fmt::format("<p class=\"caption facts\">{}</p>\n", html_text(text)));
  }

  /// Without a script a sentence; the script makes a control of each size.
  void controls() const {
    if (!example()) return;
    std::string data;
    std::size_t shown = 0;
    for (const Symbol& symbol : figures_.network().symbols.all()) {
      const auto size = sizes_.find(symbol.id);
      if (size == sizes_.end() || shown++ >= kControls) continue;
      data += fmt::format("{}{}={}", data.empty() ? "" : " ", symbol.id, size->second.text());
    }
    sink_.write(
        fmt::format("<p class=\"sizes\" data-sizes=\"{}\">Numbers at {}.</p>\n", html_text(data), html_text(example()->words)));
  }

  void card(std::string_view title, const std::optional<Quantity>& quantity, ColumnType type,
            std::string_view remark = {}) const {
    std::string big = "?", exact;
    if (quantity) {
      const Dim& value = quantity->value;
      const std::optional<Dim> number = value.integer() ? value : value_at(value, sizes_);
      big = (quantity->at_least ? "≥ " : "") + (number ? big_text(*number, type) : std::string("?"));
      exact = value.integer() ? grouped(value) + (type == ColumnType::bytes ? " B" : "") : formula_of(value);
    }
    const std::string formula = quantity ? fmt::format(" data-f=\"{}\"", html_text(quantity->value.text())) : "";
    sink_.write(fmt::format(
        "<div class=\"card\"><dt>{}</dt><dd class=\"big\" data-unit={}{}>{}</dd><dd class=\"exact\">{}{}</dd></div>\n",
        html_text(title), unit_of(type), formula, html_text(big), html_text(exact),
        remark.empty() ? "" : fmt::format(" <span>{}</span>", html_text(remark))));
  }

  /// What a card has room for.
  [[nodiscard]] std::string formula_of(const Dim& value) const {
    constexpr std::size_t kRoom = 34;
    const std::string whole = grouped(value);
    if (whole.size() <= kRoom && value.definitions().empty()) return whole;
    const std::string leading = leading_text(value, sizes_);
    return leading.empty() ? std::string("a long formula") : "~ " + leading;
  }

  void cards() const {
    const Analysis& analysis = figures_.analysis();
    sink_.write("<dl class=\"cards\">\n");
    card("Parameters", figures_.total(Metric::parameters), ColumnType::count);
    card("MACs", figures_.total(Metric::macs), ColumnType::count);
    card("FLOPs", figures_.total(Metric::flops), ColumnType::count);
    card("Weights", Quantity{analysis.parameters.totals.weight_bytes}, ColumnType::bytes);
    card("Peak memory", figures_.total(Metric::peak_bytes), ColumnType::bytes, "besides weights");
    sink_.write("</dl>\n");
  }

  /// Rows of the tree, largest first, at the first level that tells parts apart.
  [[nodiscard]] LayerTree parts() const {
    for (std::size_t depth = 1;; ++depth) {
      LayerTree tree(figures_, options_for(depth));
      const auto at_top =
          std::count_if(tree.rows().begin(), tree.rows().end(), [](const LayerTree::Row& row) { return row.level == 0; });
      if (depth == kDeepestLevel || static_cast<std::size_t>(at_top) >= kEnoughParts) return tree;
      if (tree.rows().size() >= kEnoughParts + 1) return tree;
    }
  }

  [[nodiscard]] LayerTreeOptions options_for(std::size_t depth) const {
    const LayerTree tree(figures_, {0, std::nullopt, 1, {}});
    return {depth, tree.estimated_by(), kRows, {tree.estimated_by()}};
  }

  [[nodiscard]] std::string name_of(const LayerTree::Row& row) const {
    if (row.kind == RowKind::module) return std::string(row.path) + '/';
    if (row.kind == RowKind::others) return counted(row.layers, "other layer");
    const Graph& graph = figures_.network().main();
    return std::string(shown_name(graph, graph.nodes[row.index]));
  }

  void bars(const LayerTree& tree, std::string_view id, std::string_view heading) const {
    const Metric metric = tree.estimated_by();
    const std::string_view quantity = title_of(metric);
    const std::optional<Quantity> total = figures_.total(metric);
    const std::optional<Dim> whole = total ? value_at(total->value, sizes_) : std::nullopt;
    sink_.write(fmt::format(
        "<section class=\"part {0}\" id=\"{1}{0}\">\n<h3>{2}: {3}</h3>\n<table class=\"bars\" aria-label=\"{2}\">\n<tbody>\n", id,
        prefix_, heading, quantity));
    for (const LayerTree::Row& row : tree.rows()) {
      const std::optional<Quantity> of_row = tree.of(row, metric);
      const std::optional<Dim> number = of_row ? value_at(of_row->value, sizes_) : std::nullopt;
      if (!number || number->is(0)) continue;
      const double share = whole && !whole->is(0) ? approximate(*number) / approximate(*whole) : 0;
      sink_.write(
          fmt::format("<tr><th scope=row>{}<td>{}<td>{} %<td class=l><svg width=\"120\" height=\"12\" "
                      "role=\"presentation\"><rect class=\"share-bar\" "
                      "width=\"{:.1f}\" height=\"12\" rx=\"2\"/></svg>\n",
                      html_text(name_of(row)), html_text(big_text(*number, ColumnType::count)),
                      html_text(percent(share).empty() ? "0" : percent(share)), 120 * std::min(share, 1.0)));
    }
    sink_.write("</tbody>\n</table>\n</section>\n");
  }

  void modules() const { bars(parts(), "where", "Where it goes"); }

  void layers() const {
    LayerTreeOptions options = options_for(0);
    bars(LayerTree(figures_, std::move(options)), "costliest", "The layers that matter");
  }

  void curve() const {
    const auto found =
        std::find_if(sections_.begin(), sections_.end(), [](const Section& section) { return section.id == "memory_curve"; });
    if (found != sections_.end()) return write_html_section(*found, prefix_, sink_);
    // With open sizes no curve holds for all of them: the script draws the one at the chosen sizes.
    if (example())
      sink_.write(
          fmt::format("<section class=\"part\" id=\"{}memory_curve\" hidden>\n<h3>Memory over the "
                      "layers</h3>\n<figure></figure>\n</section>\n",
                      prefix_));
  }

  /// The first rows of what could be left out, in words.
  void findings() const {
    std::vector<std::string> lines;
    for (const Section& section : sections_) {
      const auto* table = std::get_if<Table>(&section.content);
      if (section.id != "redundancies" || table == nullptr) continue;
      for (std::size_t i = 0; i < std::min(table->row_count, kFindings); ++i) lines.push_back(sentence_of(*table, table->row(i)));
    }
    if (lines.empty()) return;
    sink_.write(fmt::format("<section class=\"part\" id=\"{}notable\">\n<h3>What could be left out</h3>\n<ul>\n", prefix_));
    for (const std::string& line : lines) sink_.write(fmt::format("<li>{}\n", html_text(line)));
    sink_.write("</ul>\n</section>\n");
  }

  [[nodiscard]] std::string sentence_of(const Table& table, const Row& row) const {
    std::string text;
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      if (const auto* words = std::get_if<std::string>(&row.cells[c])) text += *words;
      const auto* quantity = std::get_if<Quantity>(&row.cells[c]);
      const std::optional<Dim> number = quantity != nullptr ? value_at(quantity->value, sizes_) : std::nullopt;
      if (!number) continue;
      if (table.columns[c].id == "count") {
        text = fmt::format("{} × {}", grouped(*number), text);
      } else if (table.columns[c].type == ColumnType::bytes || table.columns[c].type == ColumnType::count) {
        const bool is_bytes = table.columns[c].type == ColumnType::bytes;
        text += fmt::format(", {}{}", big_text(*number, table.columns[c].type),
                            is_bytes ? std::string() : fmt::format(" {}", table.columns[c].title));
      }
    }
    return text;
  }

  const Figures& figures_;
  const std::vector<Section>& sections_;
  std::string prefix_;
  Sink& sink_;
  const Bindings& sizes_;
};

}  // namespace

void write_dashboard(const Figures& figures, const std::vector<Section>& sections, const std::string& prefix, Sink& sink) {
  Dashboard(figures, sections, prefix, sink).write();
}

}  // namespace macroscope
