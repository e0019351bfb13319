#include "reports/formats/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"
#include "reports/notation/unicode.h"

namespace macroscope {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kIndent = 2;
/// Expressions take no more than this where there is room.
constexpr std::size_t kExpressionColumns = 40;
constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

/// The least that a column is squeezed to.
std::size_t least_columns(ColumnType type) {
  switch (type) {
    case ColumnType::name:
      return 16;
    case ColumnType::text:
      return 8;
    case ColumnType::shape:
      return 24;
    case ColumnType::worked:
      return 30;
    default:
      return 14;
  }
}

bool is_to_right(ColumnType type) {
  return type == ColumnType::number || type == ColumnType::count || type == ColumnType::bytes || type == ColumnType::percent;
}

/// `~ [1, 64, 112, 112]`: a shape with open sizes as it is at the example sizes; empty without them.
std::string shape_at(const Shape& shape, const Example* example) {
  if (example == nullptr || !shape.known() || shape.is_numeric()) return {};
  std::string text = "~ [";
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
    const std::optional<Dim> number = example->point.value_of(shape[axis]);
    if (!number) return {};
    text += fmt::format("{}{}", axis == 0 ? "" : ", ", number->text());
  }
  return text + "]";
}

struct CellText {
  ColumnType type;
  std::size_t columns;
  bool& is_shortened;
  const Example* example;

  std::string operator()(const std::monostate& /*nothing*/) const { return {}; }
  std::string operator()(const std::string& words) const { return shortened_in_middle(escape_text(words), columns); }
  std::string operator()(const ModelText& name) const { return shortened_in_middle(escape_text(name.text), columns); }
  std::string operator()(const Quantity& quantity) const {
    const std::string_view sign = quantity.at_least ? ">= " : "";
    const std::size_t room = columns < sign.size() ? 0 : columns - sign.size();
    if (std::string leading = leading_if_needed(quantity.value, room); !leading.empty()) {
      is_shortened = true;
      return leading;
    }
    const Fitted shown = fitted(quantity.value, room);
    is_shortened = is_shortened || shown.is_shortened;
    return fmt::format("{}{}", sign, shown.text);
  }
  /// Empty where the formula fits, or has no leading term that does.
  [[nodiscard]] std::string leading_if_needed(const Dim& quantity, std::size_t room) const {
    if (example == nullptr || quantity.integer()) return {};
    if (!quantity.has_definitions() && quantity.text().size() <= room) return {};
    const std::string leading = leading_text(quantity, example->point);
    return leading.empty() || leading.size() + 2 > room ? std::string() : "~ " + leading;
  }
  std::string operator()(const Shape& shape) const {
    const std::string text = shape.text();
    if (text.size() <= columns) return text;
    is_shortened = is_shortened || !shape.is_numeric();
    const std::string numbers = shape_at(shape, example);
    return shortened_in_middle(numbers.empty() ? text : numbers, columns);
  }
  std::string operator()(const Share& share) const { return percent(share.fraction); }
  std::string operator()(const Status& status) const { return std::string(name_of(status)); }
  std::string operator()(const UnknownCell& /*unknown*/) const { return "?"; }
  std::string operator()(const Worked& worked) const { return shortened_in_middle(escape_text(worked.text()), columns); }
};

/// A calculation in lines of at most `columns` columns, broken before a relation where that is possible.
std::vector<std::string> lines_of(const Worked& worked, std::size_t columns) {
  constexpr std::size_t kStepIndent = 2;
  std::vector<std::string> lines;
  std::string line;
  const auto put = [&](const std::string& piece) {
    if (!line.empty() && columns_of(line) + 1 + columns_of(piece) <= columns) {
      line += " " + piece;
      return;
    }
    if (!line.empty()) lines.push_back(std::exchange(line, {}));
    const std::size_t indent = lines.empty() ? 0 : kStepIndent;
    line = std::string(indent, ' ') + wrapped(piece, std::max(columns, indent + 1) - indent, indent);
    for (std::size_t end = line.find('\n'); end != std::string::npos; end = line.find('\n')) {
      lines.push_back(line.substr(0, end));
      line.erase(0, end + 1);
    }
  };
  for (const Worked::Step& step : worked.steps)
    put(step.relation.empty() ? escape_text(step.text) : step.relation + " " + escape_text(step.text));
  if (!worked.remark.empty()) put(fmt::format("({})", escape_text(worked.remark)));
  lines.push_back(line);
  return lines;
}

/// Is a cell's text always shown whole?
bool is_rigid(const Cell& cell) {
  const auto* quantity = std::get_if<Quantity>(&cell);
  const auto* shape = std::get_if<Shape>(&cell);
  return quantity != nullptr ? quantity->value.integer().has_value()
         : shape != nullptr  ? shape->is_numeric()
                             : std::holds_alternative<Share>(cell) || std::holds_alternative<Status>(cell);
}

class TextTable {
 public:
  TextTable(const Table& table, const TextOptions& options) : table_(table), options_(options), widths_(table.columns.size()) {
    metric();
    fit();
  }

  bool write(Sink& sink) {
    sink.write(header());
    sink.write(rule());
    for (std::size_t index = 0; index < table_.row_count; ++index) {
      const Row row = table_.row(index);
      if (row.kind == RowKind::total) sink.write(rule());
      sink.write(line(row));
    }
    return is_shortened_;
  }

 private:
  struct Width {
    std::size_t wanted = 0;
    std::size_t least = 0;
    bool is_shown = true;
  };

  void metric() {
    for (std::size_t c = 0; c < widths_.size(); ++c) {
      const std::size_t title = columns_of(table_.columns[c].title);
      widths_[c] = {title, title, true};
    }
    bool ignored = false;
    for (std::size_t index = 0; index < table_.row_count; ++index) {
      const Row row = table_.row(index);
      for (std::size_t c = 0; c < widths_.size(); ++c) {
        const ColumnType type = table_.columns[c].type;
        const bool rigid = is_rigid(row.cells[c]);
        const std::size_t limit =
            std::holds_alternative<Quantity>(row.cells[c]) || type == ColumnType::shape ? kExpressionColumns : kUnlimited;
        const std::size_t indent = type == ColumnType::name ? row.level * kIndent : 0;
        const std::size_t columns =
            indent + columns_of(text_of_cell(row.cells[c], type, rigid ? kUnlimited : limit, ignored, table_.example.get()));
        widths_[c].wanted = std::max(widths_[c].wanted, columns);
        widths_[c].least = std::max(widths_[c].least, rigid ? columns : std::min(columns, least_for(row.cells[c], type)));
      }
    }
  }

  /// The least that a cell is squeezed to; a shape with open sizes to what it is as numbers.
  [[nodiscard]] std::size_t least_for(const Cell& cell, ColumnType type) const {
    const auto* shape = std::get_if<Shape>(&cell);
    const std::size_t numbers = shape == nullptr ? 0 : shape_at(*shape, table_.example.get()).size();
    return numbers == 0 ? least_columns(type) : numbers;
  }

  [[nodiscard]] std::size_t total(std::size_t Width::*member) const {
    std::size_t sum = 0;
    for (const Width& width : widths_)
      if (width.is_shown) sum += width.*member + kGap;
    return sum == 0 ? 0 : sum - kGap;
  }

  void fit() {
    for (std::size_t c = 0; c < widths_.size(); ++c)
      if (table_.columns[c].id == "bar" && !options_.has_blocks) widths_[c].is_shown = false;
    for (std::size_t c = widths_.size(); c-- > 0;) {
      const bool is_too_much = total(&Width::wanted) > options_.width;
      if (is_too_much && table_.columns[c].is_optional) widths_[c].is_shown = false;
    }
    for (Width& width : widths_) width.wanted = std::max(width.least, std::min(width.wanted, options_.width));
    for (std::size_t excess = total(&Width::wanted); excess > options_.width; --excess) {
      Width* widest = nullptr;
      for (Width& width : widths_) {
        const bool can_shrink = width.is_shown && width.wanted > width.least;
        if (can_shrink && (widest == nullptr || width.wanted > widest->wanted)) widest = &width;
      }
      if (widest == nullptr) return;
      --widest->wanted;
    }
  }

  std::string header() {
    std::string out;
    for (std::size_t c = 0; c < widths_.size(); ++c) append(out, c, std::string(table_.columns[c].title), Style::strong);
    return finish(std::move(out));
  }

  std::string rule() {
    std::string line;
    for (std::size_t column = 0; column < total(&Width::wanted); ++column) line += "─";
    return styled(line, Style::faint, options_) + "\n";
  }

  /// One line, or as many as a calculation takes.
  std::string line(const Row& row) {
    const auto calculation =
        std::find_if(row.cells.begin(), row.cells.end(), [](const Cell& cell) { return std::holds_alternative<Worked>(cell); });
    if (calculation == row.cells.end()) return one_line(row);
    const auto at = static_cast<std::size_t>(calculation - row.cells.begin());
    std::string out;
    Row part = row;
    for (std::string& text : lines_of(std::get<Worked>(*calculation), widths_[at].wanted)) {
      part.cells[at] = Worked{{{"", std::move(text)}}, {}};
      out += one_line(part);
      part.cells.assign(part.cells.size(), Cell{});
    }
    return out;
  }

  std::string one_line(const Row& row) {
    std::string out;
    for (std::size_t c = 0; c < widths_.size(); ++c) {
      const std::size_t indent =
          table_.columns[c].type == ColumnType::name ? std::min(row.level * kIndent, widths_[c].wanted / 2) : 0;
      std::string text(indent, ' ');
      text += text_of_cell(row.cells[c], table_.columns[c].type, is_rigid(row.cells[c]) ? kUnlimited : widths_[c].wanted - indent,
                           is_shortened_, table_.example.get());
      append(out, c, text, style_of(row, row.cells[c]));
    }
    return finish(std::move(out));
  }

  static Style style_of(const Row& row, const Cell& cell) {
    const auto* quantity = std::get_if<Quantity>(&cell);
    const auto* status = std::get_if<Status>(&cell);
    if (std::holds_alternative<UnknownCell>(cell) || (quantity != nullptr && quantity->at_least)) return Style::warning;
    if (status != nullptr && *status == Status::unknown) return Style::warning;
    if (row.kind == RowKind::total || row.kind == RowKind::module) return Style::strong;
    if (row.kind == RowKind::others || (quantity != nullptr && quantity->value.is(0))) return Style::faint;
    return Style::plain;
  }

  void append(std::string& out, std::size_t c, const std::string& text, Style style) const {
    if (!widths_[c].is_shown) return;
    if (!out.empty()) out.append(kGap, ' ');
    const std::size_t width = columns_of(text);
    const std::size_t fill = width < widths_[c].wanted ? widths_[c].wanted - width : 0;
    const bool to_right = is_to_right(table_.columns[c].type);
    if (to_right) out.append(fill, ' ');
    out += styled(text, style, options_);
    if (!to_right) out.append(fill, ' ');
  }

  static std::string finish(std::string line) {
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line + '\n';
  }

  const Table& table_;
  const TextOptions& options_;
  std::vector<Width> widths_;
  bool is_shortened_ = false;
};

}  // namespace

std::string text_of_cell(const Cell& cell, ColumnType type, std::size_t columns, bool& is_shortened, const Example* example) {
  return std::visit(CellText{type, columns, is_shortened, example}, cell);
}

bool write_text_table(const Table& table, Sink& sink, const TextOptions& options) {
  return TextTable(table, options).write(sink);
}

}  // namespace macroscope
