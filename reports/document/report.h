// Report: what is in one, before any format?
//
// A report is a list of sections: summaries (a label and a value a line), tables, charts, and plain lines.  Values stay typed up to the renderer, which
// decides how they look and computes nothing.  Rows of a table are made when a renderer asks for them, one at a time, so that a table of
// a hundred thousand layers takes no memory; they refer to the analysis that the report was built from, which must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "analyzer/algebra/quantity.h"
#include "analyzer/algebra/shape.h"
#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/passes/cost/cost.h"
#include "reports/pictures/chart.h"
#include "reports/worked/worked.h"

namespace macroscope {

/// Calculations may take several lines; all others have one.
enum class ColumnType : std::uint8_t { name, text, number, count, bytes, shape, percent, status, worked };

/// What cannot be told at all.
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

struct Table {
  std::vector<Column> columns;
  std::size_t row_count = 0;
  std::function<Row(std::size_t)> row;
};

struct SummaryLine {
  std::string_view label;
  Cell value;
  ColumnType type = ColumnType::text;
  /// What the value consists of, or its unit: `1 MAC = 2 FLOPs`.
  std::string remark{};
};

using Summary = std::vector<SummaryLine>;
using Lines = std::vector<std::string>;

struct Section {
  std::string_view id;  // `layers`
  std::string_view title;
  std::variant<Summary, Table, Lines, Diagnostics, Chart> content;
  /// Something the reader must see first: shown as a warning.
  bool is_warning = false;
};

struct Report {
  ModelText title;
  ModelText path;
  std::vector<Section> sections;
};

}  // namespace macroscope
