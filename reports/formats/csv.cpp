// The rows of a report as CSV: exact figures, expressions as text; cells that a spreadsheet would take for a formula are escaped.

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "reports/document/document.h"
#include "reports/formats/formats.h"
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

class CsvDocument : public Document {
 public:
  CsvDocument(Sink& sink, const DocumentOptions& options) : sink_(sink), has_several_(options.has_several) {}

  void add(const Report& report) override {
    if (!report.rows) return;
    const Table table = report.rows();
    if (!std::exchange(has_head_, true)) write_head(table);
    for (std::size_t index = 0; index < table.row_count; ++index) {
      const Row row = table.row(index);
      std::string line = has_several_ ? csv_cell(report.subject) : "";
      for (std::size_t c = 0; c < row.cells.size(); ++c) {
        if (c > 0 || has_several_) line += ',';
        line += std::visit(CellToCsv{}, row.cells[c]);
      }
      sink_.write(line + "\n");
    }
  }

 private:
  void write_head(const Table& table) {
    std::string line = has_several_ ? "model" : "";
    for (const Column& column : table.columns) line += fmt::format("{}{}", line.empty() ? "" : ",", column.id);
    sink_.write(line + "\n");
  }

  Sink& sink_;
  bool has_several_;
  bool has_head_ = false;
};

std::unique_ptr<Document> csv_document(Sink& sink, const DocumentOptions& options) {
  return std::make_unique<CsvDocument>(sink, options);
}

}  // namespace

Format csv_format() { return {"csv", ".csv", Part::rows, csv_document}; }

}  // namespace macroscope
