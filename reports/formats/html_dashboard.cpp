#include "reports/formats/html_dashboard.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "reports/document/chart.h"
#include "reports/formats/html_notes.h"
#include "reports/formats/html_writer.h"
#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"
#include "reports/tables/layer_columns.h"
#include "reports/tables/layer_tree.h"
#include "reports/tables/memory_figures.h"
#include "reports/tables/operator_totals.h"

namespace macroscope {
namespace {

/// Modules and layers that each list shows.
constexpr std::size_t kRows = 10;
/// Levels of modules that are tried, until one splits the model into enough parts to compare.
constexpr std::size_t kDeepestLevel = 4;
constexpr std::size_t kEnoughParts = 4;
constexpr std::size_t kOperators = 6;
/// A part with more than this is the model itself.
constexpr double kNearlyAll = 0.95;

std::string_view unit_of(ColumnType type) { return type == ColumnType::bytes ? "bytes" : "count"; }

/// A bar of a list: what it is called and what it has.
struct Bar {
  std::string name;
  std::optional<Quantity> quantity;
};

class Dashboard {
 public:
  Dashboard(const Figures& figures, const std::vector<Section>& sections, std::string prefix, Sink& sink)
      : figures_(figures),
        sections_(sections),
        prefix_(std::move(prefix)),
        sink_(sink),
        point_(figures.analysis().example_point()) {}

  void write() {
    sink_.write("<div class=\"dash\">\n");
    cards();
    sink_.write("<div class=\"board\">\n<div>\n");
    modules();
    layers();
    sink_.write("</div>\n<div>\n");
    curve();
    operators();
    write_html_findings(figures_, sections_, largest_, prefix_, sink_);
    write_html_open_points(figures_, sections_, prefix_, sink_);
    sink_.write("</div>\n</div>\n</div>\n");
  }

 private:
  void card(std::string_view id, std::string_view title, const std::optional<Quantity>& quantity, ColumnType type,
            std::string_view remark = {}) const {
    std::string big = "?", exact;
    if (quantity) {
      const Dim& value = quantity->value;
      const std::optional<Dim> number = point_.value_of(value);
      big = (quantity->at_least ? "≥ " : "") + (number ? big_text(*number, type) : std::string("?"));
      exact = value.integer() ? grouped(value) + (type == ColumnType::bytes ? " B" : "") : formula_of(value);
    }
    const std::string formula = quantity ? fmt::format(" data-f=\"{}\"", html_text(quantity->value.text())) : "";
    write_card(id, title, fmt::format(" data-unit={}{}", unit_of(type), formula), big, exact, remark);
  }

  void write_card(std::string_view id, std::string_view title, std::string_view attributes, std::string_view big,
                  std::string_view exact, std::string_view remark) const {
    sink_.write(fmt::format(
        "<div class=\"card\" data-c={}><dt>{}</dt><dd><span class=\"big\"{}>{}</span></dd><dd class=\"exact\">{}{}</dd></div>\n",
        id, html_text(title), attributes, html_text(big), html_text(exact),
        remark.empty() ? "" : fmt::format(" <span>{}</span>", html_text(remark))));
  }

  /// What a card has room for.
  [[nodiscard]] std::string formula_of(const Dim& value) const {
    constexpr std::size_t kRoom = 34;
    const std::string whole = grouped(value);
    if (whole.size() <= kRoom && !value.has_definitions()) return whole;
    const std::string leading = leading_text(value, point_);
    return leading.empty() ? std::string("a long formula") : "~ " + leading;
  }

  void cards() const {
    const Analysis& analysis = figures_.analysis();
    sink_.write("<dl class=\"cards\">\n");
    card("parameters", "Parameters", figures_.total(Metric::parameters), ColumnType::count);
    card("macs", "MACs", figures_.total(Metric::macs), ColumnType::count);
    card("flops", "FLOPs", figures_.total(Metric::flops), ColumnType::count);
    card("weight_bytes", "Weights", Quantity{analysis.parameters.totals.weight_bytes}, ColumnType::bytes);
    peak_card();
    if (analysis.device && analysis.roofline) time_card(*analysis.device, *analysis.roofline);
    sink_.write("</dl>\n");
  }

  /// Where layers cannot be compared for all sizes there is no formula of the peak, and still its number at the example sizes.
  void peak_card() const {
    constexpr std::string_view kTitle = "Peak memory", kRemark = "besides weights";
    const std::optional<Quantity> peak = figures_.total(Metric::peak_bytes);
    if (peak && point_.value_of(peak->value)) return card("peak_bytes", kTitle, peak, ColumnType::bytes, kRemark);
    const std::optional<Quantity> most = peak_at(figures_, point_);
    const std::string big = most ? (most->at_least ? "≥ " : "") + big_text(most->value, ColumnType::bytes) : "?";
    write_card("peak_bytes", kTitle, "", big, "", kRemark);
  }

  /// Its formula is of picoseconds: the page evaluates integers.
  void time_card(const Device& device, const Roofline& roofline) const {
    const std::string_view fits = roofline.fits == Certainty::always  ? ", fits"
                                  : roofline.fits == Certainty::never ? ", does not fit"
                                                                      : "";
    const std::optional<double> seconds = roofline.seconds ? roofline.seconds : seconds_at(roofline, device, point_);
    const std::string big = seconds ? "≥ " + chart_number(*seconds, ChartUnit::seconds) : std::string("?");
    const std::string formula = roofline.seconds || !seconds ? std::string() : picoseconds_of(roofline, device);
    const std::string attributes = formula.empty() ? "" : fmt::format(" data-unit=time data-f=\"{}\"", html_text(formula));
    write_card("best_case_time", "Best-case time", attributes, big, fmt::format("on {}{}", device.name, fits),
               roofline.seconds || !formula.empty() ? "" : "at the example sizes");
  }

  /// Layers that are alike are counted; empty where a name stands for a part, or where it is too long for a page.
  [[nodiscard]] static std::string picoseconds_of(const Roofline& roofline, const Device& device) {
    constexpr std::size_t kLongest = 100'000;
    std::map<std::string, std::size_t> times;
    for (const LayerLimit& limit : roofline.layers) {
      if (limit.bound == Bound::unknown || limit.bound == Bound::nothing) continue;
      if (limit.bytes.has_definitions()) return {};
      std::string time = fmt::format("max(({})/{}", limit.bytes.text(), device.bandwidth.text());
      for (std::size_t i = 0; i < limit.loads.size(); ++i) {
        if (limit.loads[i].operations.has_definitions()) return {};
        time += fmt::format("{}({})/{}", i == 0 ? ", " : " + ", limit.loads[i].operations.text(), limit.loads[i].rate.text());
      }
      ++times[time + ")"];
    }
    std::string sum;
    for (const auto& [time, count] : times) sum += fmt::format("{}{}*{}", sum.empty() ? "" : " + ", count, time);
    return sum.empty() || sum.size() > kLongest ? std::string() : fmt::format("floor(1000000000000*({}))", sum);
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
    const Metric metric = usual_weight(figures_);
    return {depth, metric, kRows, {metric}};
  }

  [[nodiscard]] std::string name_of(const LayerTree::Row& row) const {
    if (row.kind == RowKind::module) return std::string(row.path) + '/';
    if (row.kind == RowKind::others) return counted(row.layers, "other layer");
    const Graph& graph = figures_.network().main();
    return std::string(shown_name(graph, graph.nodes[row.index]));
  }

  [[nodiscard]] std::vector<Bar> bars_of(const LayerTree& tree) const {
    std::vector<Bar> bars;
    for (const LayerTree::Row& row : tree.rows()) bars.push_back({name_of(row), tree.of(row, tree.estimated_by())});
    return bars;
  }

  void write_bars(const std::vector<Bar>& bars, Metric metric, std::string_view id, std::string_view heading) {
    const std::optional<Quantity> total = figures_.total(metric);
    const std::optional<Dim> whole = total ? point_.value_of(total->value) : std::nullopt;
    sink_.write(fmt::format(
        "<section class=\"part {0}\" id=\"{1}{0}\">\n<h3>{2}: {3}</h3>\n<table class=\"bars\" aria-label=\"{2}\">\n<tbody>\n", id,
        prefix_, heading, title_of(metric)));
    for (const Bar& bar : bars) {
      const std::optional<Dim> number = bar.quantity ? point_.value_of(bar.quantity->value) : std::nullopt;
      if (!number || number->is(0)) continue;
      const double share = whole && !whole->is(0) ? approximate(*number) / approximate(*whole) : 0;
      sink_.write(
          fmt::format("<tr><th scope=row>{}<td>{}<td>{} %<td class=l><svg width=\"120\" height=\"12\" "
                      "role=\"presentation\"><rect class=\"share-bar\" "
                      "width=\"{:.1f}\" height=\"12\" rx=\"2\"/></svg>\n",
                      html_text(bar.name), html_text(big_text(*number, ColumnType::count)),
                      html_text(percent(share).empty() ? "0" : percent(share)), 120 * std::min(share, 1.0)));
    }
    sink_.write("</tbody>\n</table>\n</section>\n");
  }

  void modules() {
    const LayerTree tree = parts();
    const std::vector<Bar> bars = bars_of(tree);
    note_largest(bars, tree.estimated_by());
    write_bars(bars, tree.estimated_by(), "where", "Where it goes");
  }

  /// `layer4/ takes 19.9 % of MACs`
  void note_largest(const std::vector<Bar>& bars, Metric metric) {
    const std::optional<Quantity> total = figures_.total(metric);
    const std::optional<Dim> whole = total ? point_.value_of(total->value) : std::nullopt;
    if (!whole || whole->is(0)) return;
    double most = 0;
    for (const Bar& bar : bars) {
      const std::optional<Dim> number = bar.quantity ? point_.value_of(bar.quantity->value) : std::nullopt;
      const double share = number ? approximate(*number) / approximate(*whole) : 0;
      if (share <= most || share > kNearlyAll) continue;
      most = share;
      largest_ = fmt::format("{} takes {} % of {}", bar.name, percent(share), title_of(metric));
    }
  }

  void layers() {
    const LayerTree tree(figures_, options_for(0));
    write_bars(bars_of(tree), tree.estimated_by(), "costliest", "The layers that matter");
  }

  void operators() {
    const Metric metric = usual_weight(figures_);
    const Table table = operator_totals_table(figures_, {&layer_column(metric)});
    std::vector<Bar> bars;
    for (std::size_t index = 0; index < table.row_count; ++index) {
      const Row row = table.row(index);
      const auto* name = std::get_if<ModelText>(&row.cells.front());
      const auto* quantity = std::get_if<Quantity>(&row.cells.back());
      if (name == nullptr || quantity == nullptr) continue;
      bars.push_back({name->text, *quantity});
    }
    sort_largest_first(bars, [](const Bar& bar) { return nominal_weight(bar.quantity->value); });
    bars.resize(std::min(bars.size(), kOperators));
    write_bars(bars, metric, "by_operator", "By operator");
  }

  void curve() const {
    const auto found =
        std::find_if(sections_.begin(), sections_.end(), [](const Section& section) { return section.id == "memory_curve"; });
    if (found != sections_.end()) return write_html_section(*found, prefix_, sink_);
    // With open sizes no curve holds for all of them: the script draws the one at the chosen sizes.
    sink_.write(fmt::format(
        "<section class=\"part\" id=\"{}memory_curve\" hidden>\n<h3>Memory over the layers</h3>\n<figure></figure>\n</section>\n",
        prefix_));
  }

  const Figures& figures_;
  const std::vector<Section>& sections_;
  std::string prefix_;
  Sink& sink_;
  const SizePoint& point_;
  std::string largest_;
};

}  // namespace

void write_dashboard(const Figures& figures, const std::vector<Section>& sections, const std::string& prefix, Sink& sink) {
  Dashboard(figures, sections, prefix, sink).write();
}

}  // namespace macroscope
