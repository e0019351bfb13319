// Report: what is in a report, before any format?
//
// A report is data, and every format renders the same one: people read its sections (summaries, a label and a value a line; tables; charts; plain
// lines), a spreadsheet its rows, a program its fields, and a picture is drawn of its model.  A part is made when a format asks for it, and so are
// the rows of a table, one at a time, so that a table of a hundred thousand layers takes no memory.  Values stay typed up to the format, which
// decides how they look and computes nothing.  All of it refers to the analysis that the report was built from, which must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "analyzer/algebra/evaluation.h"
#include "analyzer/algebra/quantity.h"
#include "analyzer/algebra/shape.h"
#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/passes/cost/cost.h"
#include "reports/document/chart.h"
#include "reports/document/worked.h"

namespace macroscope {

/// Calculations may take several lines; all others have one.
enum class ColumnType : std::uint8_t { name, text, number, count, bytes, shape, percent, status, worked };

/// What is unknown at all.
struct UnknownCell {};

/// A share of a whole, 0 .. 1.
struct Share {
  double fraction = 0;
};

/// A text of the model, as opposed to the report's own words.
struct ModelText {
  std::string text;
};

/// Nothing, words, model's text, a quantity, a shape, a share, a status, a calculation.
using Cell = std::variant<std::monostate, std::string, ModelText, Quantity, Shape, Share, Status, UnknownCell, Worked>;

struct Column {
  std::string_view id;  // `output_shape`: fixed, for --columns and machine-read formats
  std::string_view title;
  ColumnType type = ColumnType::text;
  /// Left out where there is no room for it; columns that were asked for are not.
  bool is_optional = false;
};

enum class RowKind : std::uint8_t {
  entry,   // a layer, an operator
  module,  // the sum of the entries below it
  others,  // entries that were folded into one
  total
};

struct Row {
  RowKind kind = RowKind::entry;
  /// How deep below its module it stands; its name is indented by that.
  std::uint32_t level = 0;
  std::vector<Cell> cells;
};

/// Numbers for sizes that a model leaves open, at which formulas are shown as plain numbers too.
struct Example {
  SizePoint point;
  /// `batch = 1, length = 512`
  std::string words;
};

struct Table {
  std::vector<Column> columns;
  std::size_t row_count = 0;
  std::function<Row(std::size_t)> row;
  /// Formulas that have no room are shown by their leading term there; null: by their beginning.
  std::shared_ptr<const Example> example{};
};

struct SummaryLine {
  std::string_view label;
  Cell value;
  ColumnType type = ColumnType::text;
  /// What the value consists of, or its unit: `1 MAC = 2 FLOPs`.
  std::string remark{};
  /// Of a formula: the number that it is at the report's example sizes.
  std::optional<Quantity> example{};
};

using Summary = std::vector<SummaryLine>;
using Lines = std::vector<std::string>;

/// What a reader should know to read the report, or could do next; no heading.
struct Remark {
  std::string text;
};

struct Section {
  std::string_view id;  // `layers`
  std::string_view title;
  std::variant<Summary, Table, Lines, Diagnostics, Chart, Remark> content;
  /// Something the reader must see first: shown as a warning.
  bool is_warning = false;
  /// Of a summary: each line is one line in a terminal, its formula by the leading term where the whole has no room.
  std::shared_ptr<const Example> example{};
  bool is_brief = false;
};

/// Rows that a long table has for people where the user asked for no number.
inline constexpr std::size_t kRowsForPeople = 40;

/// What the reader of a format has room for.
struct Room {
  /// Rows that long tables have where the user asked for no number; 0: all.
  std::size_t rows = 0;
  /// For sections that a page has room for and a terminal has not: receptive fields, structure, what is alive at the peak.
  bool has_details = true;
  /// For the diagnostics, where the reader does not see standard error.
  bool has_diagnostics = true;
};

class JsonWriter;
struct AnalysedModel;

/// Parts that a kind of report does not have are empty functions.
struct Report {
  ModelText title;
  ModelText path;
  /// The report's own words in place of these two: `Models`.  A table alone has none of all three, nor a title of its section.
  std::string_view heading{};
  /// In the order of reading.
  std::function<std::vector<Section>(const Room&)> sections{};
  /// Everything there is a row of, for programs that read tables.
  std::function<Table()> rows{};
  /// Whose rows these are, where they follow those of other reports.
  std::string subject{};
  /// Writes the JSON document, of a schema of its own.
  std::function<void(JsonWriter&)> fields{};
  /// What the graph and the pictures are drawn of: analysed_model.h.
  std::shared_ptr<const AnalysedModel> model{};
};

}  // namespace macroscope
