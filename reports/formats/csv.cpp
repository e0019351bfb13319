#include "reports/formats/csv.h"

#include <fmt/format.h>

#include "reports/notation/escape.h"

namespace macroscope {
namespace {

struct CellToCsv {
  std::string operator()(const std::monostate& /*nothing*/) const { return {}; }
  std::string operator()(const std::string& words) const { return csv_cell(words); }
  std::string operator()(const ModelText& name) const { return csv_cell(name.text); }
  /// A negative number is no formula; an expression that begins with a minus is.
  std::string operator()(const Quantity& quantity) const {
    return quantity.value.integer() ? quantity.value.text() : csv_cell(quantity.value.text());
  }
  std::string operator()(const Shape& shape) const { return csv_cell(shape.text()); }
  std::string operator()(const Share& share) const { return fmt::format("{:.6f}", share.fraction); }
  std::string operator()(const Status& status) const { return std::string(name_of(status)); }
  std::string operator()(const UnknownCell& /*unknown*/) const { return {}; }
  std::string operator()(const Worked& worked) const { return csv_cell(worked.text()); }
};

}  // namespace

void write_csv_head(const Table& table, Sink& sink, bool model_column) {
  std::string line = model_column ? "model" : "";
  for (const Column& column : table.columns) line += fmt::format("{}{}", line.empty() ? "" : ",", column.id);
  sink.write(line + "\n");
}

void write_csv_rows(const Table& table, Sink& sink, bool model_column, std::string_view model) {
  for (std::size_t index = 0; index < table.row_count; ++index) {
    const Row row = table.row(index);
    std::string line = model_column ? csv_cell(model) : "";
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      if (c > 0 || model_column) line += ',';
      line += std::visit(CellToCsv{}, row.cells[c]);
    }
    sink.write(line + "\n");
  }
}

}  // namespace macroscope
