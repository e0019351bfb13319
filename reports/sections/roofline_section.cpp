#include "reports/sections/roofline_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "analyzer/algebra/nominal_estimate.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

/// Layers of the table and points of the chart: those that take longest.
constexpr std::size_t kListed = 12;
constexpr std::size_t kDrawn = 500;

class RooflineReport {
 public:
  explicit RooflineReport(const Figures& figures)
      : figures_(figures),
        graph_(figures.network().main()),
        device_(*figures.analysis().device),
        roofline_(*figures.analysis().roofline) {
    longest_.resize(roofline_.layers.size());
    std::iota(longest_.begin(), longest_.end(), NodeId{0});
    std::vector<double> weights;
    weights.reserve(longest_.size());
    for (const LayerLimit& limit : roofline_.layers)
      weights.push_back(limit.seconds ? *limit.seconds : nominal_weight(limit.operations) + nominal_weight(limit.bytes));
    std::stable_sort(longest_.begin(), longest_.end(), [&](NodeId a, NodeId b) { return weights[a] > weights[b]; });
  }

  [[nodiscard]] Summary summary(bool has_example) const {
    Summary lines;
    lines.push_back({"Device", device_.name, ColumnType::text, device_.source});
    const bool is_open = !roofline_.seconds;
    const std::optional<double> seconds =
        is_open && has_example ? seconds_at(roofline_, device_, figures_.analysis().example_point()) : roofline_.seconds;
    lines.push_back({"Best-case time", time_cell(seconds), ColumnType::text, time_remark(is_open && seconds)});
    lines.push_back({"Held back by", bounds_text(), ColumnType::text});
    const Cell needed = roofline_.needed ? Cell(Quantity{*roofline_.needed, !roofline_.is_needed_complete}) : Cell(UnknownCell{});
    lines.push_back({"Weights and peak", needed, ColumnType::bytes, fit_remark()});
    return lines;
  }

  [[nodiscard]] Table table() const {
    Table table;
    table.columns = {{"name", "layer", ColumnType::name},
                     {"operator", "operator", ColumnType::text},
                     {"operations", "operations", ColumnType::count},
                     {"bytes", "bytes moved", ColumnType::bytes, true},
                     {"intensity", "per byte", ColumnType::number},
                     {"bound", "bound", ColumnType::text},
                     {"best_case_time", "best case", ColumnType::number},
                     {"share", "% time", ColumnType::percent}};
    std::vector<Row> rows;
    const std::size_t listed = longest_.size() == kListed + 1 ? longest_.size() : std::min(longest_.size(), kListed);
    for (std::size_t i = 0; i < listed; ++i) rows.push_back(row_of(longest_[i]));
    if (listed < longest_.size()) rows.push_back(others(listed));
    table.row_count = rows.size();
    table.row = [rows = std::move(rows)](std::size_t index) { return rows[index]; };
    return table;
  }

  /// Empty series where every layer depends on symbols.
  [[nodiscard]] Chart chart() const {
    Chart chart;
    chart.kind = ChartKind::scatter;
    chart.title = "Roofline of " + device_.name;
    chart.description =
        "Each layer by operations per byte and by the operations per second that it reaches at best: below the slope memory is "
        "the limit, below "
        "the flat roof arithmetic.";
    chart.x = {"operations per byte", ChartUnit::plain, true};
    chart.y = {"operations per second, best case", ChartUnit::count, true};
    chart.series = {{"bound by arithmetic", points(Bound::compute)}, {"bound by memory", points(Bound::memory)}};
    for (const auto& [dtype, rate] : device_.peak)
      if (is_used(dtype)) chart.roofs.push_back({std::string(name_of(dtype)), approximate(device_.bandwidth), approximate(rate)});
    return chart;
  }

 private:
  static Cell time_cell(const std::optional<double>& seconds) {
    return seconds ? Cell(chart_number(*seconds, ChartUnit::seconds)) : Cell(UnknownCell{});
  }

  [[nodiscard]] std::string time_remark(bool is_at_example) const {
    std::string missing;
    for (const DataType dtype : roofline_.missing)
      missing +=
          fmt::format("{}{}", missing.empty() ? "" : ", ", dtype == DataType::unknown ? "an unknown type" : name_of(dtype));
    if (!missing.empty()) return fmt::format("without layers in {}: the device's file has no figure for it", missing);
    if (is_at_example) return roofline_.is_complete ? "at the example sizes" : "at the example sizes, without what is not known";
    if (!roofline_.seconds) return "depends on open sizes: --set gives them numbers";
    return roofline_.is_complete ? "no run is faster; real ones take longer" : "without layers whose cost is not known";
  }

  [[nodiscard]] std::string bounds_text() const {
    static constexpr std::array<Bound, 4> kShown{Bound::memory, Bound::compute, Bound::depends, Bound::unknown};
    static constexpr std::array<std::string_view, 4> kWords{"memory", "arithmetic", "one or the other, by open sizes",
                                                            "what is not known"};
    std::string text;
    for (std::size_t i = 0; i < kShown.size(); ++i) {
      std::size_t count = 0;
      double seconds = 0;
      for (const LayerLimit& limit : roofline_.layers) {
        if (limit.bound != kShown[i]) continue;
        ++count;
        seconds += limit.seconds.value_or(0);
      }
      if (count == 0) continue;
      text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", kWords[i], counted(count, "layer"));
      if (roofline_.seconds && *roofline_.seconds > 0 && seconds > 0)
        text += fmt::format(", {} % of the time", percent(seconds / *roofline_.seconds));
    }
    return text.empty() ? "nothing" : text;
  }

  [[nodiscard]] std::string fit_remark() const {
    if (!device_.memory) return {};
    const std::string holds = short_bytes(*device_.memory);
    const std::string memory = holds.empty() ? grouped(*device_.memory) + " B" : holds;
    switch (roofline_.fits) {
      case Certainty::always:
        return "fits into " + memory;
      case Certainty::never:
        return "does not fit into " + memory;
      case Certainty::unknown:
        break;
    }
    return "not known to fit into " + memory;
  }

  [[nodiscard]] Row row_of(NodeId node) const {
    const LayerLimit& limit = roofline_.layers[node];
    Row row{RowKind::entry, 0, {ModelText{std::string(shown_name(graph_, graph_.nodes[node]))}}};
    row.cells.emplace_back(ModelText{shown_operator(graph_.nodes[node].domain, graph_.nodes[node].op)});
    row.cells.emplace_back(Quantity{limit.operations, limit.bound == Bound::unknown});
    row.cells.emplace_back(Quantity{limit.bytes, limit.bound == Bound::unknown});
    const std::optional<double> intensity = intensity_of(limit);
    row.cells.push_back(intensity ? Cell(chart_number(*intensity, ChartUnit::plain)) : Cell());
    row.cells.emplace_back(std::string(name_of(limit.bound)));
    row.cells.push_back(time_cell(limit.seconds));
    row.cells.push_back(share_cell(limit.seconds));
    return row;
  }

  [[nodiscard]] Cell share_cell(const std::optional<double>& seconds) const {
    const bool is_known = seconds && roofline_.seconds && *roofline_.seconds > 0;
    return is_known ? Cell(Share{*seconds / *roofline_.seconds}) : Cell();
  }

  [[nodiscard]] Row others(std::size_t listed) const {
    Sum operations, bytes;
    std::optional<double> seconds = 0;
    for (std::size_t i = listed; i < longest_.size(); ++i) {
      const LayerLimit& limit = roofline_.layers[longest_[i]];
      operations.add(Quantity{limit.operations, limit.bound == Bound::unknown});
      bytes.add(Quantity{limit.bytes, limit.bound == Bound::unknown});
      if (limit.bound == Bound::unknown) continue;
      seconds = seconds && limit.seconds ? std::optional(*seconds + *limit.seconds) : std::nullopt;
    }
    const auto known = [](const Sum& sum) {
      const std::optional<Quantity> quantity = sum.quantity();
      return quantity ? Cell(*quantity) : Cell(UnknownCell{});
    };
    return {RowKind::others,
            0,
            {fmt::format("[{} others]", grouped(longest_.size() - listed)),
             {},
             known(operations),
             known(bytes),
             {},
             {},
             time_cell(seconds),
             share_cell(seconds)}};
  }

  [[nodiscard]] std::vector<ChartPoint> points(Bound bound) const {
    std::vector<ChartPoint> points;
    for (std::size_t i = 0; i < std::min(longest_.size(), kDrawn); ++i) {
      const NodeId node = longest_[i];
      const LayerLimit& limit = roofline_.layers[node];
      const std::optional<double> intensity = intensity_of(limit);
      if (limit.bound != bound || !intensity || *intensity <= 0 || !limit.seconds) continue;
      points.push_back(
          {*intensity, approximate(limit.operations) / *limit.seconds, std::string(shown_name(graph_, graph_.nodes[node]))});
    }
    return points;
  }

  [[nodiscard]] bool is_used(DataType dtype) const {
    const auto& macs = figures_.analysis().costs.total.macs_by_dtype;
    return std::any_of(macs.begin(), macs.end(), [&](const auto& entry) { return entry.first == dtype && !entry.second.is(0); });
  }

  const Figures& figures_;
  const Graph& graph_;
  const Device& device_;
  const Roofline& roofline_;
  std::vector<NodeId> longest_;
};

}  // namespace

std::optional<double> intensity_of(const LayerLimit& limit) {
  if (!limit.operations.integer() || !limit.bytes.integer() || limit.bytes.is(0)) return std::nullopt;
  return approximate(limit.operations) / approximate(limit.bytes);
}

void add_roofline_sections(const Figures& figures, bool has_example, std::vector<Section>& sections) {
  if (!figures.analysis().roofline || !figures.analysis().device) return;
  const RooflineReport report(figures);
  sections.push_back({"device", "On the device, at best", report.summary(has_example)});
  sections.push_back({"roofline", "Layers that take longest", report.table()});
  Chart chart = report.chart();
  if (std::all_of(chart.series.begin(), chart.series.end(), [](const ChartSeries& series) { return series.points.empty(); }))
    return;
  sections.push_back({"roofline_chart", "Roofline", std::move(chart)});
}

}  // namespace macroscope
