#include "reports/formats/markdown.h"

#include <fmt/format.h>

#include "reports/notation/diagnostic_text.h"
#include "reports/notation/escape.h"
#include "reports/notation/math_notation.h"
#include "reports/notation/number_text.h"

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

class MarkdownRenderer {
 public:
  MarkdownRenderer(const Report& report, Sink& sink, bool has_math, std::string_view picture)
      : report_(report), sink_(sink), has_math_(has_math), picture_(picture) {}

  void render() {
    const std::string& title = report_.title.text.empty() ? report_.path.text : report_.title.text;
    sink_.write(fmt::format("## {}\n", title.empty() ? "Model" : markdown_code(title)));
    if (!report_.title.text.empty() && !report_.path.text.empty())
      sink_.write(fmt::format("\n{}\n", markdown_code(report_.path.text)));
    for (const Section& section : report_.sections) {
      section_ = &section;
      std::visit(*this, section.content);
      if (section.id == "summary" && !picture_.empty())
        sink_.write(fmt::format("\n<details>\n<summary>Modules</summary>\n\n```mermaid\n{}```\n\n</details>\n", picture_));
    }
  }

  void operator()(const Summary& summary) const {
    sink_.write("\n| | | | |\n|:--|--:|--:|:--|\n");
    for (const SummaryLine& line : summary) {
      const auto* quantity = std::get_if<Quantity>(&line.value);
      const bool is_bytes = line.type == ColumnType::bytes;
      const std::string rounded = quantity == nullptr ? ""
                                  : is_bytes          ? short_bytes(quantity->value)
                                                      : number_only(*quantity, line.type);
      const std::string value = std::visit(CellToMarkdown{has_math_}, line.value) + (is_bytes ? " B" : "");
      sink_.write(fmt::format("| {} | {} | {} | {} |\n", line.label, value, rounded, remark_of(line)));
    }
  }

  void operator()(const Table& table) const {
    if (table.row_count == 0) return;
    if (table.row_count <= kOpenRows) {
      sink_.write(fmt::format("\n### {}\n\n", section_->title));
      write_markdown_table(table, sink_, has_math_);
      return;
    }
    sink_.write(fmt::format("\n<details>\n<summary>{}, {}</summary>\n\n", section_->title, counted(table.row_count, "row")));
    write_markdown_table(table, sink_, has_math_);
    sink_.write("\n</details>\n");
  }

  /// A table beside it has the figures.
  void operator()(const Chart& /*chart*/) const {}

  void operator()(const Lines& lines) const {
    if (section_->is_warning) {
      sink_.write("\n> [!WARNING]\n");
      for (const std::string& line : lines) sink_.write(fmt::format("> {}\n", markdown_text(line)));
      return;
    }
    sink_.write(fmt::format("\n### {}\n\n", section_->title));
    for (const std::string& line : lines) sink_.write(fmt::format("- {}\n", markdown_code(line)));
  }

  void operator()(const Diagnostics& diagnostics) const {
    sink_.write(fmt::format("\n### {}\n\n", section_->title));
    for (const Diagnostic& diagnostic : diagnostics) {
      const std::string place = text_of(diagnostic.origin);
      sink_.write(
          fmt::format("- **{}** `{}`: {}", name_of(diagnostic.severity), diagnostic.code, markdown_text(diagnostic.message)));
      if (!place.empty()) sink_.write(fmt::format(" ({})", markdown_code(place)));
      if (!diagnostic.help.empty()) sink_.write(fmt::format("<br>{}", markdown_text(diagnostic.help)));
      sink_.write("\n");
    }
  }

 private:
  static std::string number_only(const Quantity& quantity, ColumnType type) {
    return type == ColumnType::count && quantity.value.integer() ? short_count(quantity.value) : std::string();
  }

  /// Types of inputs and outputs hold expressions: code keeps their stars.
  static std::string remark_of(const SummaryLine& line) {
    return line.type == ColumnType::name ? markdown_code(line.remark) : markdown_text(line.remark);
  }

  const Report& report_;
  Sink& sink_;
  bool has_math_;
  std::string_view picture_;
  const Section* section_ = nullptr;
};

}  // namespace

void write_markdown_table(const Table& table, Sink& sink, bool has_math) {
  std::string head = "|";
  std::string rule = "|";
  for (const Column& column : table.columns) {
    head += fmt::format(" {} |", column.title);
    rule += is_to_right(column.type) ? "--:|" : ":--|";
  }
  sink.write(head + "\n" + rule + "\n");
  for (std::size_t index = 0; index < table.row_count; ++index) sink.write(line_of(table, table.row(index), has_math));
}

void render_markdown(const Report& report, Sink& sink, bool has_math, std::string_view picture) {
  MarkdownRenderer(report, sink, has_math, picture).render();
}

}  // namespace macroscope
