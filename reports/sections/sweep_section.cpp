#include "reports/sections/sweep_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "analyzer/algebra/nominal_estimate.h"
#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

constexpr std::size_t kBarCells = 16;
/// Lines of one plot that can be told apart.
constexpr std::size_t kMostSeries = 6;

/// A total that a sweep shows.
struct Swept {
  std::string_view id;
  std::string_view title;
  ColumnType type;
  Dim SweepRow::*total;
};

constexpr Swept kTotals[] = {
    {"parameters", "parameters", ColumnType::count, &SweepRow::parameters},
    {"macs", "MACs", ColumnType::count, &SweepRow::macs},
    {"effective_macs", "effective MACs", ColumnType::count, &SweepRow::effective_macs},
    {"flops", "FLOPs", ColumnType::count, &SweepRow::flops},
    {"activation_bytes", "activations", ColumnType::bytes, &SweepRow::activation_bytes},
    {"bytes_read", "bytes read", ColumnType::bytes, &SweepRow::bytes_read},
    {"bytes_written", "bytes written", ColumnType::bytes, &SweepRow::bytes_written},
};

constexpr std::string_view kForPeople[] = {"macs", "flops", "activation_bytes"};

Cell total_cell(const SweepRow& row, Dim SweepRow::*total) {
  return row.is_wrong ? Cell(UnknownCell{}) : Cell(Quantity{row.*total, !row.is_complete});
}

Cell peak_cell(const SweepRow& row) {
  return row.is_wrong || !row.peak_bytes ? Cell(UnknownCell{}) : Cell(Quantity{*row.peak_bytes, !row.is_complete});
}

bool has_times(const Sweep& sweep) {
  return std::any_of(sweep.rows.begin(), sweep.rows.end(), [](const SweepRow& row) { return row.best_case_seconds.has_value(); });
}

/// What the bars show: MACs, or FLOPs of a model without any.
Dim SweepRow::*estimated_by(const Sweep& sweep) {
  const bool has_macs = std::any_of(sweep.rows.begin(), sweep.rows.end(), [](const SweepRow& row) { return !row.macs.is(0); });
  return has_macs ? &SweepRow::macs : &SweepRow::flops;
}

/// The columns of a sweep; names of symbols are kept by the table.
class SweepTable {
 public:
  SweepTable(const Sweep& sweep, bool is_for_people) : sweep_(&sweep), is_for_people_(is_for_people) {
    for (const std::string& symbol : sweep.symbols) names_.push_back(is_for_people ? escape_text(symbol) : csv_cell(symbol));
    for (const Swept& swept : kTotals)
      if (!is_for_people || std::find(std::begin(kForPeople), std::end(kForPeople), swept.id) != std::end(kForPeople))
        totals_.push_back(&swept);
    for (const SweepRow& row : sweep.rows) {
      weights_.push_back(row.is_wrong ? 0 : nominal_weight(row.*estimated_by(sweep)));
      most_ = std::max(most_, weights_.back());
    }
  }

  [[nodiscard]] std::vector<Column> columns() const {
    std::vector<Column> columns;
    for (const std::string& name : names_) columns.push_back({name, name, ColumnType::number});
    for (const Swept* swept : totals_) columns.push_back({swept->id, swept->title, swept->type});
    columns.push_back({"peak_bytes", "peak memory", ColumnType::bytes});
    if (has_times(*sweep_))
      columns.push_back({"best_case_seconds", "best case", is_for_people_ ? ColumnType::number : ColumnType::text});
    if (is_for_people_) {
      columns.push_back({"bar", estimated_by(*sweep_) == &SweepRow::macs ? "MACs" : "FLOPs", ColumnType::text, true});
    } else {
      columns.push_back({"complete", "complete", ColumnType::text});
    }
    return columns;
  }

  [[nodiscard]] Row row(std::size_t index) const {
    const SweepRow& from = sweep_->rows[index];
    Row row;
    for (const Dim& value : from.values) row.cells.emplace_back(Quantity{value});
    for (const Swept* swept : totals_) row.cells.push_back(total_cell(from, swept->total));
    row.cells.push_back(peak_cell(from));
    if (has_times(*sweep_)) row.cells.push_back(time_cell(from));
    if (is_for_people_) {
      row.cells.emplace_back(most_ > 0 ? bar_of(weights_[index] / most_, kBarCells) : std::string());
    } else {
      row.cells.emplace_back(std::string(from.is_wrong ? "wrong" : from.is_complete ? "true" : "false"));
    }
    return row;
  }

 private:
  [[nodiscard]] Cell time_cell(const SweepRow& row) const {
    if (!row.best_case_seconds || row.is_wrong) return UnknownCell{};
    return is_for_people_ ? chart_number(*row.best_case_seconds, ChartUnit::seconds) : fmt::format("{}", *row.best_case_seconds);
  }

  const Sweep* sweep_;
  bool is_for_people_;
  std::vector<std::string> names_;
  std::vector<const Swept*> totals_;
  std::vector<double> weights_;
  double most_ = 0;
};

Table table_of(const Sweep& sweep, bool is_for_people) {
  const auto rows = std::make_shared<const SweepTable>(sweep, is_for_people);
  Table table;
  table.columns = rows->columns();
  table.row_count = sweep.rows.size();
  table.row = [rows](std::size_t index) { return rows->row(index); };
  return table;
}

/// One line for each combination of the other sizes' values, over the first size.
std::vector<ChartSeries> series_of(const Sweep& sweep, const std::function<std::optional<Dim>(const SweepRow&)>& total) {
  std::vector<ChartSeries> series;
  for (const SweepRow& row : sweep.rows) {
    std::string name;
    for (std::size_t i = 1; i < row.values.size(); ++i)
      name += fmt::format("{}{} = {}", name.empty() ? "" : ", ", sweep.symbols[i], row.values[i].text());
    auto found = std::find_if(series.begin(), series.end(), [&](const ChartSeries& known) { return known.name == name; });
    if (found == series.end()) {
      if (series.size() == kMostSeries) continue;
      series.push_back({name, {}});
      found = series.end() - 1;
    }
    const std::optional<Dim> y = row.is_wrong ? std::nullopt : total(row);
    if (y && y->integer()) found->points.push_back({approximate(row.values.front()), approximate(*y)});
  }
  std::erase_if(series, [](const ChartSeries& one) { return one.points.size() < 2; });
  return series;
}

void add_chart(const Sweep& sweep, std::string_view id, std::string_view title, ChartUnit unit,
               const std::function<std::optional<Dim>(const SweepRow&)>& total, std::vector<Section>& sections) {
  Chart chart;
  chart.series = series_of(sweep, total);
  const auto changes = [](const ChartSeries& series) {
    return std::any_of(series.points.begin(), series.points.end(),
                       [&](const ChartPoint& point) { return point.y != series.points.front().y; });
  };
  if (std::none_of(chart.series.begin(), chart.series.end(), changes)) return;
  const std::vector<ChartPoint>& points = chart.series.front().points;
  chart.title = fmt::format("{} over {}", title, sweep.symbols.front());
  chart.description = fmt::format("From {} at {} = {} to {} at {}.", chart_number(points.front().y, unit), sweep.symbols.front(),
                                  chart_number(points.front().x, ChartUnit::plain), chart_number(points.back().y, unit),
                                  chart_number(points.back().x, ChartUnit::plain));
  chart.x = {sweep.symbols.front(), ChartUnit::plain};
  chart.y = {std::string(title), unit};
  const bool is_geometric = points.size() > 2 && points[0].x > 0 && points[2].x - points[1].x != points[1].x - points[0].x;
  chart.x.is_logarithmic = is_geometric;
  sections.push_back({id, title, std::move(chart)});
}

}  // namespace

void add_sweep_sections(const Figures& figures, std::vector<Section>& sections) {
  const Sweep* sweep = figures.sweep();
  if (sweep == nullptr || sweep->rows.empty()) return;
  sections.push_back({"sweep", "Totals over the sizes", table_of(*sweep, true)});
  const auto macs = [](const SweepRow& row) { return std::optional(row.macs); };
  const auto flops = [](const SweepRow& row) { return std::optional(row.flops); };
  const auto peak = [](const SweepRow& row) { return row.peak_bytes; };
  if (estimated_by(*sweep) == &SweepRow::macs) {
    add_chart(*sweep, "sweep_macs", "MACs", ChartUnit::count, macs, sections);
  } else {
    add_chart(*sweep, "sweep_flops", "FLOPs", ChartUnit::count, flops, sections);
  }
  add_chart(*sweep, "sweep_peak", "Peak memory", ChartUnit::bytes, peak, sections);
}

Table sweep_table(const Figures& figures) { return table_of(*figures.sweep(), false); }

void write_sweep(const Figures& figures, JsonWriter& json) {
  const Sweep* sweep = figures.sweep();
  if (sweep == nullptr) return;
  json.key("sweep");
  json.begin_object(JsonWriter::Layout::lines);
  json.key("symbols");
  json.begin_array();
  for (const std::string& symbol : sweep->symbols) json.string(symbol);
  json.end_array();
  json.key("rows");
  json.begin_array(JsonWriter::Layout::lines);
  for (const SweepRow& row : sweep->rows) {
    json.begin_object();
    json.key("values");
    json.begin_array();
    for (const Dim& value : row.values) json.quantity(value);
    json.end_array();
    const auto known = [&](const Dim& total) { return row.is_wrong ? std::nullopt : std::optional(Quantity{total}); };
    for (const Swept& swept : kTotals) json.member(swept.id, known(row.*swept.total));
    json.member("peak_bytes", row.peak_bytes ? known(*row.peak_bytes) : std::nullopt);
    if (has_times(*sweep)) {
      json.key("best_case_seconds");
      if (row.best_case_seconds && !row.is_wrong) {
        json.real(*row.best_case_seconds);
      } else {
        json.null();
      }
    }
    json.member("complete", row.is_complete && !row.is_wrong);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace macroscope
