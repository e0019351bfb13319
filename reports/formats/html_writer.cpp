#include "reports/formats/html_writer.h"

#include <fmt/format.h>

#include <iterator>

#include "reports/formats/section_renderer.h"
#include "reports/notation/diagnostic_text.h"
#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"
#include "reports/pictures/svg_chart.h"
#include "reports/tables/figures.h"

namespace macroscope {
namespace {

bool is_number(ColumnType type) {
  return type == ColumnType::number || type == ColumnType::count || type == ColumnType::bytes || type == ColumnType::percent;
}

std::string_view word_of(ColumnType type) {
  switch (type) {
    case ColumnType::name:
      return "name";
    case ColumnType::number:
      return "number";
    case ColumnType::count:
      return "count";
    case ColumnType::bytes:
      return "bytes";
    case ColumnType::shape:
      return "shape";
    case ColumnType::percent:
      return "percent";
    case ColumnType::status:
      return "status";
    case ColumnType::text:
    case ColumnType::worked:
      break;
  }
  return "text";
}

/// Expressions are spelled as in JSON, so that a reader without script finds the same there.
std::string quantity_text(const Quantity& quantity) {
  const std::string text = quantity.value.integer() ? grouped(quantity.value) : quantity.value.text();
  return fmt::format("{}{}", quantity.at_least ? "≥ " : "", html_text(text));
}

struct CellToHtml {
  std::string operator()(const std::monostate& /*nothing*/) const { return {}; }
  std::string operator()(const std::string& words) const { return html_text(words); }
  std::string operator()(const ModelText& name) const { return html_text(name.text); }
  std::string operator()(const Quantity& quantity) const { return quantity_text(quantity); }
  std::string operator()(const Shape& shape) const { return html_text(shape.text()); }
  std::string operator()(const Share& share) const {
    return share.fraction > 0 ? html_text(percent(share.fraction)) : std::string();
  }
  std::string operator()(const Status& status) const { return std::string(name_of(status)); }
  std::string operator()(const UnknownCell& /*unknown*/) const { return "?"; }
  std::string operator()(const Worked& worked) const { return html_text(worked.text()); }
};

/// Cells that are no number say so, in one letter because there are many, unless the style sheet knows them.  An expression comes with what it is sorted by.
class RowWriter {
 public:
  RowWriter(const Table& table, bool is_known_to_style)
      : table_(table), start_of_text_(is_known_to_style ? "<td" : "<td class=l") {}

  void write(const Row& row, std::string& out) {
    static constexpr std::string_view kKinds[] = {"", " class=module", " class=others", " class=total"};
    out += "<tr";
    out += kKinds[static_cast<std::size_t>(row.kind)];
    if (row.level > 0) fmt::format_to(std::back_inserter(out), " data-l={}", row.level);
    out += '>';
    for (std::size_t c = 0; c < row.cells.size(); ++c) cell(row, c, out);
    out += '\n';
  }

 private:
  void cell(const Row& row, std::size_t index, std::string& out) {
    const ColumnType type = table_.columns[index].type;
    const Cell& content = row.cells[index];
    if (type == ColumnType::name && !has_header_cell(index)) {
      out += "<th scope=row>";
      for (std::uint32_t i = 0; i < row.level; ++i) out += "\u2003";  // seen without any style
    } else {
      out += is_number(type) ? "<td" : start_of_text_;
      const auto* quantity = std::get_if<Quantity>(&content);
      if (quantity != nullptr && !quantity->value.integer())
        fmt::format_to(std::back_inserter(out), " data-w={:.6g}", weight_of(quantity->value));
      out += '>';
    }
    out += std::visit(CellToHtml{}, content);
  }

  /// The number at the example sizes, which the script adds up and draws where it cannot work the formula out itself.
  [[nodiscard]] double weight_of(const Dim& value) const {
    const std::optional<Dim> number = table_.example ? table_.example->point.value_of(value) : std::nullopt;
    return number ? approximate(*number) : nominal_weight(value);
  }

  /// Whether an earlier column is the one that names the row.
  [[nodiscard]] bool has_header_cell(std::size_t index) const {
    for (std::size_t c = 0; c < index; ++c)
      if (table_.columns[c].type == ColumnType::name) return true;
    return false;
  }

  const Table& table_;
  std::string_view start_of_text_;
};

/// Messages that are in sight; the others are folded.
constexpr std::size_t kDiagnostics = 5;

class SectionWriter : public SectionRenderer {
 public:
  SectionWriter(std::string id, Sink& sink) : id_(std::move(id)), sink_(sink) {}

  void write(const Section& section) {
    sink_.write(fmt::format("<section class=\"part{}\" id=\"{}\">\n<h3>{}</h3>\n", section.is_warning ? " warning" : "",
                            html_text(id_), html_text(section.title)));
    render(section);
    sink_.write("</section>\n");
  }

 private:
  void summary(const Section& section, const Summary& lines) override {
    sink_.write(fmt::format("<table class=\"summary\" aria-label=\"{}\">\n<tbody>\n", html_text(section.title)));
    for (const SummaryLine& line : lines) {
      const auto* quantity = std::get_if<Quantity>(&line.value);
      const bool is_bytes = line.type == ColumnType::bytes;
      const bool has_short = quantity != nullptr && quantity->value.integer().has_value();
      const std::string rounded = !has_short                       ? ""
                                  : is_bytes                       ? short_bytes(quantity->value)
                                  : line.type == ColumnType::count ? short_count(quantity->value)
                                                                   : "";
      sink_.write(fmt::format("<tr><th scope=row>{}<td class={}>{}{}<td>{}<td class=l>{}\n", html_text(line.label),
                              quantity != nullptr ? "n" : "l", std::visit(CellToHtml{}, line.value), is_bytes ? " B" : "",
                              rounded, html_text(line.remark)));
    }
    sink_.write("</tbody>\n</table>\n");
  }

  void table(const Section& section, const Table& table) override { write_html_table(table, {section.id, section.title}, sink_); }

  void chart(const Section& /*section*/, const Chart& chart) override {
    sink_.write("<figure>\n");
    sink_.write(svg_chart(chart, "chart-" + id_));
    sink_.write("</figure>\n");
  }

  void warning(const Section& /*section*/, const Lines& lines) override {
    for (const std::string& line : lines) sink_.write(fmt::format("<p>{}</p>\n", html_text(line)));
  }

  void list(const Section& /*section*/, const Lines& lines) override {
    sink_.write("<ul>\n");
    for (const std::string& line : lines) sink_.write(fmt::format("<li><code>{}</code>\n", html_text(line)));
    sink_.write("</ul>\n");
  }

  void remark(const Section& /*section*/, const Remark& remark) override {
    sink_.write(fmt::format("<p class=\"caption\">{}</p>\n", html_text(remark.text)));
  }

  void diagnostics(const Section& /*section*/, const Diagnostics& diagnostics) override {
    sink_.write("<ul class=\"diagnostics\">\n");
    std::size_t written = 0;
    for (const Diagnostic& diagnostic : diagnostics) {
      if (written == kDiagnostics && diagnostics.size() > kDiagnostics + 1)
        sink_.write(fmt::format("</ul>\n<details class=\"rest\"><summary>{}</summary>\n<ul class=\"diagnostics\">\n",
                                counted(diagnostics.size() - kDiagnostics, "more message")));
      sink_.write(item_of(diagnostic));
      ++written;
    }
    sink_.write(diagnostics.size() > kDiagnostics + 1 ? "</ul>\n</details>\n" : "</ul>\n");
  }

  /// One line, which opens where there is more to say.
  static std::string item_of(const Diagnostic& diagnostic) {
    const std::string_view severity = name_of(diagnostic.severity);
    const std::string line =
        fmt::format("<b>{}</b> <code>{}</code> {}", severity, html_text(diagnostic.code), html_text(diagnostic.message));
    std::string more;
    if (const std::string place = text_of(diagnostic.origin); !place.empty())
      more += fmt::format("<span class=\"place\">{}</span>", html_text(place));
    if (!diagnostic.help.empty()) more += fmt::format("{}{}", more.empty() ? "" : "<br>", html_text(diagnostic.help));
    if (more.empty()) return fmt::format("<li class=\"{}\">{}\n", severity, line);
    return fmt::format("<li class=\"{}\"><details><summary>{}</summary>{}</details>\n", severity, line, more);
  }

  std::string id_;
  Sink& sink_;
};

}  // namespace

void write_html_table(const Table& table, const HtmlTable& how, Sink& sink) {
  std::string head =
      fmt::format("<table class=\"{}\" data-id=\"{}\" aria-label=\"{}\"", how.classes, how.id, html_text(how.label));
  if (!how.shown.empty()) head += fmt::format(" data-shown=\"{}\" data-depth=\"{}\"", html_text(how.shown), how.depth);
  head += ">\n<thead><tr>";
  for (const Column& column : table.columns)
    head += fmt::format("<th scope=col data-c=\"{}\" data-t={}>{}", html_text(column.id), word_of(column.type),
                        html_text(column.title));
  sink.write(head + "\n</thead>\n<tbody>\n");
  RowWriter rows(table, how.is_known_to_style);
  std::string line;
  for (std::size_t index = 0; index < table.row_count; ++index) {
    line.clear();
    rows.write(table.row(index), line);
    sink.write(line);
  }
  sink.write("</tbody>\n</table>\n");
}

void write_html_section(const Section& section, std::string_view prefix, Sink& sink) {
  if (const auto* table = std::get_if<Table>(&section.content); table != nullptr && table->row_count == 0) return;
  SectionWriter(fmt::format("{}{}", prefix, section.id), sink).write(section);
}

}  // namespace macroscope
