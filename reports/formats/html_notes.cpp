#include "reports/formats/html_notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"
#include "reports/tables/memory_figures.h"

namespace macroscope {
namespace {

/// Of each kind of note; the sections below the dashboard have all.
constexpr std::size_t kFindings = 5;
constexpr std::size_t kSizes = 5;
constexpr std::size_t kAssumptions = 3;

const Section* section_named(const std::vector<Section>& sections, std::string_view id) {
  const auto found = std::find_if(sections.begin(), sections.end(), [&](const Section& section) { return section.id == id; });
  return found == sections.end() ? nullptr : &*found;
}

std::string_view unit_of(ColumnType type) { return type == ColumnType::bytes ? "bytes" : "count"; }

/// `87 × the same in each run: 1,024 FLOPs, 12.1 MiB`.  One node each goes without saying.
std::string finding_of(const Table& table, const Row& row, const SizePoint& point) {
  std::string what, saves;
  Dim found;
  for (std::size_t c = 0; c < row.cells.size(); ++c) {
    if (const auto* words = std::get_if<std::string>(&row.cells[c])) what = html_text(*words);
    const auto* quantity = std::get_if<Quantity>(&row.cells[c]);
    if (quantity == nullptr) continue;
    if (table.columns[c].id == "count") {
      found = quantity->value;
      continue;
    }
    if (table.columns[c].id == "nodes" && quantity->value == found) continue;
    const bool is_bytes = table.columns[c].type == ColumnType::bytes;
    saves += fmt::format("{}{}{}", saves.empty() ? "" : ", ", html_figure(quantity->value, table.columns[c].type, point),
                         is_bytes ? std::string() : fmt::format(" {}", html_text(table.columns[c].title)));
  }
  return fmt::format("<b>{} ×</b> {}{}{}", grouped(found), what, saves.empty() ? "" : ": ", saves);
}

void write_list(std::string_view id, std::string_view heading, const std::vector<std::string>& items, const std::string& prefix,
                Sink& sink) {
  sink.write(
      fmt::format("<section class=\"part {0}\" id=\"{1}{0}\">\n<h3>{2}</h3>\n<ul class=\"notes\">\n", id, prefix, heading));
  for (const std::string& item : items) sink.write(fmt::format("<li>{}\n", item));
  sink.write("</ul>\n</section>\n");
}

}  // namespace

std::string big_text(const Dim& number, ColumnType type) {
  const std::string shown = type == ColumnType::bytes ? short_bytes(number) : short_count(number);
  return shown.empty() ? grouped(number) + (type == ColumnType::bytes ? " B" : "") : shown;
}

std::string html_figure(const Dim& value, ColumnType type, const SizePoint& point) {
  const std::optional<Dim> number = point.value_of(value);
  return fmt::format("<span data-unit={} data-f=\"{}\">{}</span>", unit_of(type), html_text(value.text()),
                     number ? html_text(big_text(*number, type)) : "?");
}

void write_html_findings(const Figures& figures, const std::vector<Section>& sections, std::string_view largest,
                         const std::string& prefix, Sink& sink) {
  const SizePoint& point = figures.analysis().example_point();
  std::vector<std::string> items;
  if (!largest.empty()) items.push_back(fmt::format("<span class=\"largest\">{}</span>", html_text(largest)));
  if (const PeakStep* peak = shown_peak(figures); peak != nullptr && !peak->bytes.is(0)) {
    const Graph& graph = figures.network().main();
    const Node& node = graph.nodes[figures.analysis().memory.order[peak->step]];
    items.push_back(
        fmt::format("<span class=\"fullest\">Memory is fullest while <b>{}</b> runs</span>", html_text(shown_name(graph, node))));
  }
  if (const Section* section = section_named(sections, "redundancies"))
    if (const auto* table = std::get_if<Table>(&section->content))
      for (std::size_t i = 0; i < std::min(table->row_count, kFindings); ++i)
        items.push_back(finding_of(*table, table->row(i), point));
  if (!items.empty()) write_list("notable", "What stands out", items, prefix, sink);
}

void write_html_open_points(const Figures& figures, const std::vector<Section>& sections, const std::string& prefix, Sink& sink) {
  std::vector<std::string> items;
  const Costs& costs = figures.analysis().costs;
  if (costs.costed_count < costs.node_count)
    items.push_back(fmt::format("<b>{}</b> without a cost", counted(costs.node_count - costs.costed_count, "node")));
  if (const Section* section = section_named(sections, "symbols"))
    if (const auto* table = std::get_if<Table>(&section->content)) {
      std::size_t open = 0;
      for (std::size_t i = 0; i < table->row_count; ++i) {
        const Row row = table->row(i);
        const auto* name = std::get_if<std::string>(&row.cells[0]);
        const auto* origin = std::get_if<ModelText>(&row.cells[2]);
        const bool is_given = std::holds_alternative<std::monostate>(row.cells[1]);
        if (name == nullptr || origin == nullptr || is_given || ++open > kSizes) continue;
        items.push_back(fmt::format("<code>{}</code> is open: fixed by {}", html_text(*name), html_text(origin->text)));
      }
      if (open > kSizes) items.push_back(fmt::format("{} open", counted(open - kSizes, "more size")));
    }
  const std::vector<Assumption>& assumptions = figures.analysis().shapes.assumptions;
  for (std::size_t i = 0; i < std::min(assumptions.size(), kAssumptions); ++i)
    items.push_back(fmt::format("Assumed: <code>{}</code>", html_text(assumptions[i].text())));
  if (assumptions.size() > kAssumptions)
    items.push_back(fmt::format("{} assumed", counted(assumptions.size() - kAssumptions, "more condition")));
  if (items.empty()) items.emplace_back("Nothing: every size is given, and every node has its cost.");
  write_list("open_points", "Open or assumed", items, prefix, sink);
}

}  // namespace macroscope
