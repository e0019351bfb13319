#include "reports/sections/memory_section.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/algebra/nominal_estimate.h"
#include "reports/notation/number_text.h"
#include "reports/tables/memory_figures.h"

namespace macroscope {
namespace {

/// Tensors that the summary names, and rows of the table of those alive at the peak.
constexpr std::size_t kNamed = 3;
constexpr std::size_t kListed = 40;

const Graph& graph_of(const Figures& figures) { return figures.network().main(); }

std::string_view name_of_step(const Figures& figures, std::uint32_t step) {
  const Graph& graph = graph_of(figures);
  return shown_name(graph, graph.nodes[figures.analysis().memory.order[step]]);
}

/// Alive at a step, largest first.
std::vector<std::uint32_t> largest_at(const Figures& figures, std::uint32_t step) {
  const Memory& memory = figures.analysis().memory;
  std::vector<std::uint32_t> alive = memory.alive_at(step);
  sort_largest_first(alive, [&](std::uint32_t buffer) { return nominal_weight(memory.buffers.all[buffer].bytes); });
  return alive;
}

/// `while conv1 runs: input, conv1_out and 2 others`.
std::string place_of(const Figures& figures, const PeakStep& peak) {
  const Memory& memory = figures.analysis().memory;
  const std::vector<std::uint32_t> alive = largest_at(figures, peak.step);
  const std::size_t named = alive.size() == kNamed + 1 ? alive.size() : std::min(alive.size(), kNamed);
  std::string text = fmt::format("while {} runs", name_of_step(figures, peak.step));
  for (std::size_t i = 0; i < named; ++i)
    text += fmt::format("{}{}", i == 0 ? ": " : ", ", graph_of(figures).tensors[memory.buffers.all[alive[i]].tensor].name);
  if (named < alive.size()) text += fmt::format(" and {}", counted(alive.size() - named, "other"));
  if (!memory.inside_at(peak.step).is(0)) text += ", and what it runs inside";
  return text;
}

std::string peak_remark(const Figures& figures) {
  const Memory& memory = figures.analysis().memory;
  if (!memory.peak) return "no one formula: the layer that needs most varies";
  if (memory.peaks.empty()) return {};
  if (memory.peaks.size() == 1) return place_of(figures, memory.peaks.front());
  std::string text = "depending on the sizes while ";
  for (std::size_t i = 0; i < memory.peaks.size(); ++i) {
    if (i > 0) text += i + 1 == memory.peaks.size() ? " or " : ", ";
    text += name_of_step(figures, memory.peaks[i].step);
  }
  return text + " runs";
}

/// `in the best order, which saves 12,345 B (30.0 %)`.
std::string schedule_remark(const Schedule& schedule) {
  if (!schedule.saved) return "the order of the file: with sizes left open none is known to be better";
  if (schedule.saved->is(0))
    return schedule.is_optimal ? "no order needs less than the file's" : "no better order than the file's was found";
  const std::optional<double> share = constant_share(*schedule.saved, *schedule.in_file_order.peak);
  return fmt::format("in the {} order, which saves {} B{} of the file's", schedule.is_optimal ? "best" : "better",
                     grouped(*schedule.saved), share ? fmt::format(" ({} %)", percent(*share)) : std::string());
}

Row row_of(const Figures& figures, std::uint32_t index, const PeakStep& peak) {
  const Graph& graph = graph_of(figures);
  const Buffer& buffer = figures.analysis().memory.buffers.all[index];
  const Type& type = figures.analysis().shapes.scopes.front().facts[buffer.tensor].type;
  Row row{RowKind::entry, 0, {ModelText{std::string(graph.tensors[buffer.tensor].name)}}};
  row.cells.emplace_back(buffer.producer == kNone ? Cell(std::string("input"))
                                                  : Cell(ModelText{std::string(graph.nodes[buffer.producer].op)}));
  row.cells.push_back(type.shape.known() ? Cell(type.shape) : Cell(UnknownCell{}));
  row.cells.push_back(type.dtype == DataType::unknown ? Cell(UnknownCell{}) : Cell(std::string(name_of(type.dtype))));
  row.cells.push_back(buffer.is_known ? Cell(Quantity{buffer.bytes}) : Cell(UnknownCell{}));
  const std::optional<double> share = constant_share(buffer.bytes, peak.bytes);
  row.cells.push_back(share ? Cell(Share{*share}) : Cell());
  return row;
}

Table alive_at_peak(const Figures& figures, const PeakStep& peak) {
  Table table;
  table.columns = {{"tensor", "tensor", ColumnType::name}, {"made_by", "made by", ColumnType::text},
                   {"shape", "shape", ColumnType::shape},  {"dtype", "type", ColumnType::text},
                   {"bytes", "bytes", ColumnType::bytes},  {"share", "%", ColumnType::percent}};
  std::vector<std::uint32_t> alive = largest_at(figures, peak.step);
  const std::size_t listed = alive.size() == kListed + 1 ? alive.size() : std::min(alive.size(), kListed);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < listed; ++i) rows.push_back(row_of(figures, alive[i], peak));
  if (listed < alive.size()) {
    Sum sum;
    for (std::size_t i = listed; i < alive.size(); ++i) {
      const Buffer& buffer = figures.analysis().memory.buffers.all[alive[i]];
      sum.add(buffer.is_known ? std::optional(Quantity{buffer.bytes}) : std::nullopt);
    }
    const std::optional<Quantity> bytes = sum.quantity();
    rows.push_back({RowKind::others,
                    0,
                    {fmt::format("[{} others]", grouped(alive.size() - listed)),
                     {},
                     {},
                     {},
                     bytes ? Cell(*bytes) : Cell(UnknownCell{}),
                     {}}});
  }
  if (const Dim inside = figures.analysis().memory.inside_at(peak.step); !inside.is(0))
    rows.push_back({RowKind::entry, 0, {std::string("[inside the node]"), {}, {}, {}, Quantity{inside}, {}}});
  rows.push_back(
      {RowKind::total, 0, {std::string("TOTAL"), {}, {}, {}, Quantity{peak.bytes, !figures.analysis().memory.is_complete}, {}}});
  table.row_count = rows.size();
  table.row = [rows = std::move(rows)](std::size_t index) { return rows[index]; };
  return table;
}

/// The layers in the order in which they run, with what is alive meanwhile.
Table order_table(const Figures& figures) {
  Table table;
  table.columns = {
      {"index", "#", ColumnType::number}, {"name", "layer", ColumnType::name}, {"live_bytes", "bytes alive", ColumnType::bytes}};
  table.row_count = figures.analysis().memory.order.size();
  table.row = [&figures, live = live_bytes(figures)](std::size_t index) {
    const Graph& graph = graph_of(figures);
    const NodeId node = figures.analysis().memory.order[index];
    return Row{RowKind::entry,
               0,
               {Quantity{Dim(graph.nodes[node].file_index)}, ModelText{std::string(shown_name(graph, graph.nodes[node]))},
                live[node] ? Cell(*live[node]) : Cell(UnknownCell{})}};
  };
  return table;
}

/// Empty where what is alive depends on symbols.
std::vector<ChartPoint> curve_of(const Figures& figures) {
  std::vector<ChartPoint> points;
  bool is_numeric = true;
  const bool is_whole = figures.analysis().memory.for_each_step([&](std::uint32_t step, const Dim& bytes) {
    is_numeric = is_numeric && bytes.integer();
    if (is_numeric) points.push_back({static_cast<double>(step), approximate(bytes)});
  });
  if (!is_numeric || !is_whole) points.clear();
  return points;
}

Chart chart_of(const Figures& figures, const PeakStep& peak, std::vector<ChartPoint> points) {
  Chart chart;
  chart.kind = ChartKind::step;
  chart.title = "Bytes alive over the layers";
  chart.description =
      fmt::format("Over {} that run one after another; the peak of {} lies at {}.", counted(points.size(), "layer"),
                  chart_number(approximate(peak.bytes), ChartUnit::bytes), name_of_step(figures, peak.step));
  chart.x = {"layer, in the order in which they run", ChartUnit::plain};
  chart.y = {"bytes alive", ChartUnit::bytes};
  chart.series = {{"alive", thinned(std::move(points))}};
  return chart;
}

}  // namespace

SummaryLine peak_line(const Figures& figures, bool has_example) {
  const std::optional<Quantity> peak = figures.total(Metric::peak_bytes);
  std::string remark = peak_remark(figures);
  if (figures.analysis().schedule) remark = fmt::format("{}; {}", schedule_remark(*figures.analysis().schedule), remark);
  SummaryLine line{"Peak memory", peak ? Cell(*peak) : Cell(UnknownCell{}), ColumnType::bytes, std::move(remark)};
  if (!peak && has_example) line.example = peak_at(figures, figures.analysis().example_point());
  return line;
}

void add_memory_sections(const Figures& figures, std::vector<Section>& sections) {
  const PeakStep* peak = shown_peak(figures);
  if (peak == nullptr) return;
  sections.push_back({"memory", "Alive at the peak of memory", alive_at_peak(figures, *peak)});
  const std::optional<Schedule>& schedule = figures.analysis().schedule;
  if (schedule && schedule->saved && !schedule->saved->is(0))
    sections.push_back({"order", "The order that needs least memory", order_table(figures)});
  std::vector<ChartPoint> points = curve_of(figures);
  if (points.size() < 2) return;
  sections.push_back({"memory_curve", "Memory over the layers", chart_of(figures, *peak, std::move(points))});
}

}  // namespace macroscope
