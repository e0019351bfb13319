#include "reports/kinds/operators_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/operators/catalogue.h"
#include "analyzer/operators/derivation.h"
#include "analyzer/operators/notation/worked_formula.h"
#include "reports/json/json.h"
#include "reports/tables/figures.h"

namespace macroscope {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool holds(std::string_view text, std::string_view part) {
  const auto found =
      std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) { return lower(a) == lower(b); });
  return found != text.end() || part.empty();
}

struct Entry {
  std::string name;
  std::string_view domain;
  const Family* family = nullptr;
  const Operator* row = nullptr;
  /// Version from which another row takes its place; 0: none does.
  int until = 0;
};

std::string versions_of(const Entry& entry) {
  if (entry.until == 0) return fmt::format("{}+", entry.row->since);
  if (entry.until == entry.row->since + 1) return fmt::format("{}", entry.row->since);
  return fmt::format("{}-{}", entry.row->since, entry.until - 1);
}

Table operators_table(std::string_view filter) {
  std::vector<Entry> entries;
  for (const Family& family : catalogue())
    for (const Operator& row : family.operators) {
      std::string name = shown_operator(row.domain, row.name);
      if (holds(name, filter)) entries.push_back({std::move(name), row.domain, &family, &row, 0});
    }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    if (a.domain != b.domain) return a.domain < b.domain;
    return a.name != b.name ? a.name < b.name : a.row->since < b.row->since;
  });
  for (std::size_t i = 0; i + 1 < entries.size(); ++i)
    if (entries[i].name == entries[i + 1].name) entries[i].until = entries[i + 1].row->since;

  Table table;
  table.columns = {{"operator", "operator", ColumnType::name},   {"opsets", "opsets", ColumnType::text},
                   {"family", "family", ColumnType::text, true}, {"kind", "kind", ColumnType::text},
                   {"rule", "cost rule", ColumnType::text},      {"shape_case", "shape case", ColumnType::text},
                   {"cost_case", "cost case", ColumnType::text}};
  table.row_count = entries.size();
  table.row = [entries = std::move(entries)](std::size_t index) {
    const Entry& entry = entries[index];
    // What takes its meaning from another operator is held to that one's cases.
    const auto said = [&](Trait unconfirmed) {
      if (takes_meaning(*entry.row)) return fmt::format("as {}", entry.row->derives.name);
      return std::string(has(entry.row, unconfirmed) ? "no" : "yes");
    };
    return Row{RowKind::entry,
               0,
               {entry.name, versions_of(entry), std::string(entry.family->name), std::string(kind_of(*entry.row)),
                rule_in_words(*entry.row), said(Trait::unconfirmed_shape), said(Trait::unconfirmed_cost)}};
  };
  return table;
}

void render_json(const Table& table, JsonWriter& json) {
  json.begin_object(JsonWriter::Layout::lines);
  json.member("schema", "macroscope-operators/1");
  json.key("operators");
  write_rows(table, json);
  json.end_object();
}

}  // namespace

Report operators_report(std::string filter) {
  Report report;
  report.sections = [filter](const Room& /*room*/) { return std::vector<Section>{{"operators", {}, operators_table(filter)}}; };
  report.rows = [filter] { return operators_table(filter); };
  report.fields = [filter = std::move(filter)](JsonWriter& json) { render_json(operators_table(filter), json); };
  return report;
}

}  // namespace macroscope
