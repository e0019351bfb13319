#include "reports/tables/totals_table.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "reports/tables/totals.h"

namespace macroscope {
namespace {

/// Of what stands among the totals; empty for what is no metric and explains itself.
std::string_view convention_of(std::string_view id) {
  if (id.starts_with("macs_by_dtype.")) return "MACs that are computed in this type.";
  if (id == "training.optimizer") return "Keeps no copy of each learned parameter (SGD), one (momentum) or two (Adam).";
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const auto metric = static_cast<Metric>(i);
    if (place_in_totals(metric) == id || name_of(metric) == id) return macroscope::convention_of(metric);
  }
  return {};
}

/// Kinds of FLOPs go by their own names, as in tables of layers.
std::string id_of(const std::string& group, std::string_view key) {
  return group.empty() || group == "flops_by_kind" ? std::string(key) : fmt::format("{}.{}", group, key);
}

class Rows {
 public:
  /// Groups in groups, as deep as the document is.
  void add(const std::string& group, const std::vector<Total>& totals) {
    for (const Total& total : totals)
      std::visit([&](const auto& value) { add_total(id_of(group, total.key), value); }, total.value);
  }

  [[nodiscard]] Table table() && {
    Table table;
    table.columns = {{"quantity", "quantity", ColumnType::name},
                     {"total", "total", ColumnType::count},
                     {"convention", "how it is counted", ColumnType::text}};
    table.row_count = rows_.size();
    table.row = [rows = std::move(rows_)](std::size_t index) { return rows[index]; };
    return table;
  }

 private:
  void add_total(const std::string& id, const std::vector<Total>& group) { add(id, group); }
  void add_total(std::string id, const std::optional<Quantity>& quantity) {
    add_row(std::move(id), quantity ? Cell(*quantity) : Cell(UnknownCell{}));
  }
  void add_total(std::string id, std::string_view word) { add_row(std::move(id), std::string(word)); }
  /// What marks lower bounds elsewhere is no total.
  void add_total(const std::string& /*id*/, bool /*is_complete*/) {}

  void add_row(std::string id, Cell cell) {
    std::string words(convention_of(id));
    rows_.push_back({RowKind::entry, 0, {std::move(id), std::move(cell), std::move(words)}});
  }

  std::vector<Row> rows_;
};

}  // namespace

Table totals_table(const Figures& figures) {
  Rows rows;
  rows.add({}, totals_of(figures));
  return std::move(rows).table();
}

}  // namespace macroscope
