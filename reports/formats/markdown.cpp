// The report as Markdown that GitHub renders.

#include <fmt/format.h>

#include "reports/formats/formats.h"
#include "reports/formats/mermaid.h"
#include "reports/formats/section_renderer.h"
#include "reports/notation/diagnostic_text.h"
#include "reports/notation/escape.h"
#include "reports/notation/math_notation.h"
#include "reports/notation/number_text.h"
#include "reports/tables/analysed_model.h"

namespace macroscope {
namespace {

/// Longer tables are folded until the reader opens them.
constexpr std::size_t kOpenRows = 20;

bool is_to_right(ColumnType type) {
  return type == ColumnType::number || type == ColumnType::count || type == ColumnType::bytes || type == ColumnType::percent;
}

/// An expression in code, so that its `*` stay stars; a number as it is.
std::string quantity_text(const Quantity& quantity) {
  const std::string_view sign = quantity.at_least ? "≥ " : "";
  const std::string text = grouped(quantity.value);
  return fmt::format("{}{}", sign, quantity.value.integer() ? text : markdown_code(text));
}

struct CellToMarkdown {
  bool has_math = false;

  std::string operator()(const std::monostate& /*nothing*/) const { return {}; }
  std::string operator()(const std::string& words) const { return markdown_text(words); }
  std::string operator()(const ModelText& name) const { return markdown_code(name.text); }
  std::string operator()(const Quantity& quantity) const { return quantity_text(quantity); }
  std::string operator()(const Shape& shape) const {
    return shape.is_numeric() ? markdown_text(shape.text()) : markdown_code(shape.text());
  }
  std::string operator()(const Share& share) const { return share.fraction > 0 ? percent(share.fraction) + " %" : std::string(); }
  std::string operator()(const Status& status) const { return std::string(name_of(status)); }
  std::string operator()(const UnknownCell& /*unknown*/) const { return "?"; }
  std::string operator()(const Worked& worked) const {
    const std::string remark = worked.remark.empty() ? "" : fmt::format(" ({})", markdown_text(worked.remark));
    if (!has_math) return markdown_code(Worked{worked.steps, {}}.text()) + remark;
    std::string formula;
    for (const Worked::Step& step : worked.steps) {
      const std::string_view relation = step.relation.empty() ? "" : step.relation == "+=" ? " \\mathrel{+}= " : " = ";
      formula += fmt::format("{}{}", relation, latex_of_notation(step.text));
    }
    return fmt::format("${}${}", formula, remark);
  }
};

/// GitHub drops spaces at the begin of a cell.
std::string indented(const std::string& text, std::uint32_t level) {
  std::string out;
  for (std::uint32_t i = 0; i < level; ++i) out += "&emsp;";
  return out + text;
}

std::string line_of(const Table& table, const Row& row, bool has_math) {
  std::string line = "|";
  for (std::size_t c = 0; c < row.cells.size(); ++c) {
    std::string text = std::visit(CellToMarkdown{has_math}, row.cells[c]);
    if (row.kind == RowKind::total && !text.empty()) text = fmt::format("**{}**", text);
    if (table.columns[c].type == ColumnType::name) text = indented(text, row.level);
    line += fmt::format(" {} |", text);
  }
  return line + "\n";
}

class MarkdownDocument : public ReadableDocument {
 public:
  MarkdownDocument(Sink& sink, const DocumentOptions& options)
      : ReadableDocument({kRowsForPeople, true, true}), sink_(sink), has_math_(options.has_math) {}

 private:
  void begin_report(bool is_first) override {
    if (!is_first) sink_.write("\n");
    has_content_ = false;
    const std::string_view named = title_of(report());
    const std::string title = named.empty() ? std::string(report().heading) : markdown_code(named);
    if (title.empty()) return;
    sink_.write(fmt::format("## {}\n", title));
    if (const std::string_view path = path_below_title(report()); !path.empty())
      sink_.write(fmt::format("\n{}\n", markdown_code(path)));
    has_content_ = true;
  }

  void summary(const Section& section, const Summary& lines) override {
    leave_line();
    sink_.write("| | | | |\n|:--|--:|--:|:--|\n");
    for (const SummaryLine& line : lines) {
      const auto* quantity = std::get_if<Quantity>(&line.value);
      const bool is_bytes = line.type == ColumnType::bytes;
      const std::string rounded = quantity == nullptr ? ""
                                  : is_bytes          ? short_bytes(quantity->value)
                                                      : number_only(*quantity, line.type);
      const std::string value = std::visit(CellToMarkdown{has_math_}, line.value) + (is_bytes ? " B" : "");
      sink_.write(
          fmt::format("| {} | {} | {} | {} |\n", line.label, value, line.example ? example_of(line) : rounded, remark_of(line)));
    }
    if (section.id == "summary" && report().model) write_picture();
  }

  void table(const Section& section, const Table& table) override {
    const bool is_folded = table.row_count > kOpenRows && !section.title.empty();
    if (is_folded) {
      leave_line();
      sink_.write(fmt::format("<details>\n<summary>{}, {}</summary>\n\n", section.title, counted(table.row_count, "row")));
    } else {
      write_heading(section);
    }
    write_table(table);
    if (is_folded) sink_.write("\n</details>\n");
  }

  void warning(const Section& /*section*/, const Lines& lines) override {
    leave_line();
    sink_.write("> [!WARNING]\n");
    for (const std::string& line : lines) sink_.write(fmt::format("> {}\n", markdown_text(line)));
  }

  void list(const Section& section, const Lines& lines) override {
    write_heading(section);
    for (const std::string& line : lines) sink_.write(fmt::format("- {}\n", markdown_code(line)));
  }

  void remark(const Section& /*section*/, const Remark& remark) override {
    leave_line();
    sink_.write(fmt::format("_{}_\n", markdown_text(remark.text)));
  }

  void diagnostics(const Section& section, const Diagnostics& diagnostics) override {
    write_heading(section);
    for (const Diagnostic& diagnostic : diagnostics) {
      const std::string place = text_of(diagnostic.origin);
      sink_.write(
          fmt::format("- **{}** `{}`: {}", name_of(diagnostic.severity), diagnostic.code, markdown_text(diagnostic.message)));
      if (!place.empty()) sink_.write(fmt::format(" ({})", markdown_code(place)));
      if (!diagnostic.help.empty()) sink_.write(fmt::format("<br>{}", markdown_text(diagnostic.help)));
      sink_.write("\n");
    }
  }

  /// An empty line before everything but what comes first.
  void leave_line() {
    if (std::exchange(has_content_, true)) sink_.write("\n");
  }

  void write_heading(const Section& section) {
    leave_line();
    if (!section.title.empty()) sink_.write(fmt::format("### {}\n\n", section.title));
  }

  void write_table(const Table& table) {
    std::string head = "|";
    std::string rule = "|";
    for (const Column& column : table.columns) {
      head += fmt::format(" {} |", column.title);
      rule += is_to_right(column.type) ? "--:|" : ":--|";
    }
    sink_.write(head + "\n" + rule + "\n");
    for (std::size_t index = 0; index < table.row_count; ++index) sink_.write(line_of(table, table.row(index), has_math_));
  }

  void write_picture() {
    const std::string picture = mermaid_picture(report().model->figures);
    if (picture.empty()) return;
    sink_.write(fmt::format("\n<details>\n<summary>Modules</summary>\n\n```mermaid\n{}```\n\n</details>\n", picture));
  }

  /// What a formula is at the example sizes that a note names: `2.15 G`.
  static std::string example_of(const SummaryLine& line) {
    const Dim& number = line.example->value;
    const std::string shown = line.type == ColumnType::bytes ? short_bytes(number) : short_count(number);
    return "e.g. " + (shown.empty() ? grouped(number) : shown);
  }
  static std::string number_only(const Quantity& quantity, ColumnType type) {
    return type == ColumnType::count && quantity.value.integer() ? short_count(quantity.value) : std::string();
  }

  /// Types of inputs and outputs hold expressions: code keeps their stars.
  static std::string remark_of(const SummaryLine& line) {
    return line.type == ColumnType::name ? markdown_code(line.remark) : markdown_text(line.remark);
  }

  Sink& sink_;
  bool has_math_;
  bool has_content_ = false;
};

std::unique_ptr<Document> markdown_document(Sink& sink, const DocumentOptions& options) {
  return std::make_unique<MarkdownDocument>(sink, options);
}

}  // namespace

Format markdown_format() { return {"markdown", ".md", Part::sections, markdown_document, "\n"}; }

}  // namespace macroscope
