// The report as text for a terminal.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "reports/formats/formats.h"
#include "reports/formats/section_renderer.h"
#include "reports/formats/text_summary.h"
#include "reports/formats/text_table.h"
#include "reports/notation/diagnostic_text.h"
#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"
#include "reports/notation/unicode.h"

namespace macroscope {
namespace {

/// Lines that an expression of the summary may take.
constexpr std::size_t kExpressionLines = 6;

/// The columns of these tables say what they list.
bool speaks_for_itself(std::string_view section) {
  return section == "layers" || section == "symbols" || section == "unknown" || section == "sweep";
}

class TextDocument : public ReadableDocument {
 public:
  TextDocument(Sink& sink, const DocumentOptions& options)
      : ReadableDocument({kRowsForPeople, options.is_apart || options.has_details, options.is_apart}),
        sink_(sink),
        options_(options.text) {}

 private:
  void begin_report(bool is_first) override {
    if (!is_first) sink_.write("\n\n");
    has_content_ = false;
    is_shortened_ = false;
    write_title();
  }

  void end_report() override {
    if (is_shortened_) write_hint("~ marks the leading term of a longer formula: --exact shows it whole.");
  }

  void summary(const Section& section, const Summary& lines) override {
    leave_line();
    if (section.is_brief) {
      if (write_brief_summary(lines, section.example.get(), sink_, options_)) is_shortened_ = true;
      return;
    }
    std::size_t label_columns = 0;
    Columns columns;
    for (const SummaryLine& line : lines) {
      label_columns = std::max(label_columns, line.label.size());
      const auto* quantity = std::get_if<Quantity>(&line.value);
      if (quantity == nullptr || !quantity->value.integer()) continue;
      columns.exact = std::max(columns.exact, exact(*quantity).size());
      columns.rounded = std::max(columns.rounded, rounded(*quantity, line.type).size());
    }
    columns.label = label_columns + 2;
    for (const SummaryLine& line : lines) write_line(line, columns);
  }

  void table(const Section& section, const Table& table) override {
    leave_line();
    if (!section.title.empty() && !speaks_for_itself(section.id)) write_heading(section);
    const bool is_shortened = write_text_table(table, sink_, options_);
    if (is_shortened && !section.title.empty()) is_shortened_ = true;
  }

  void remark(const Section& /*section*/, const Remark& remark) override {
    leave_line();
    sink_.write(styled(wrapped(escape_text(remark.text), options_.width, 0), Style::faint, options_) + "\n");
  }

  void warning(const Section& /*section*/, const Lines& lines) override {
    leave_line();
    for (const std::string& line : lines)
      sink_.write(styled(wrapped(escape_text(line), options_.width, 0), Style::warning, options_) + "\n");
  }

  void list(const Section& section, const Lines& lines) override {
    leave_line();
    write_heading(section);
    const std::size_t shown = lines.size() == kListedLines + 1 ? lines.size() : std::min(lines.size(), kListedLines);
    for (std::size_t i = 0; i < shown; ++i)
      sink_.write("  " + wrapped(escape_text(lines[i]), std::max<std::size_t>(options_.width, 24) - 4, 4) + "\n");
    if (shown < lines.size())
      sink_.write(styled(fmt::format("  [{} others]", grouped(lines.size() - shown)), Style::faint, options_) + "\n");
  }

  void diagnostics(const Section& /*section*/, const Diagnostics& diagnostics) override {
    leave_line();
    for (const Diagnostic& diagnostic : diagnostics) sink_.write(text_of(diagnostic, report().path.text, options_));
  }

  static constexpr std::size_t kListedLines = 20;

  struct Columns {
    std::size_t label = 0;
    std::size_t exact = 0;
    std::size_t rounded = 0;
  };

  static std::string exact(const Quantity& quantity) { return (quantity.at_least ? ">= " : "") + grouped(quantity.value); }
  static std::string rounded(const Quantity& quantity, ColumnType type) {
    if (type == ColumnType::bytes) return short_bytes(quantity.value);
    return type == ColumnType::count && quantity.value.integer() ? short_count(quantity.value) : std::string();
  }

  /// An empty line before everything but what comes first.
  void leave_line() {
    if (std::exchange(has_content_, true)) sink_.write("\n");
  }

  void write_heading(const Section& section) { sink_.write(styled(section.title, Style::strong, options_) + "\n"); }

  void write_title() {
    if (title_of(report()).empty()) return;
    std::string title = escape_text(title_of(report()));
    const std::string path = escape_text(path_below_title(report()));
    std::string beside = path.empty() ? std::string() : fmt::format("  ({})", path);
    // The path says more than the name that an exporter gave the graph.
    if (!beside.empty() && columns_of(title) + columns_of(beside) > options_.width) title = path, beside.clear();
    sink_.write(styled(shortened_in_middle(title, options_.width), Style::strong, options_) + beside + "\n");
    has_content_ = true;
  }

  void write_hint(std::string_view hint) { sink_.write(fmt::format("\n{}\n", styled(hint, Style::faint, options_))); }

  void write_line(const SummaryLine& line, const Columns& columns) {
    std::string out = styled(padded(std::string(line.label), columns.label, false), Style::strong, options_);
    if (const auto* quantity = std::get_if<Quantity>(&line.value)) {
      append_quantity(out, *quantity, line, columns);
    } else {
      bool ignored = false;
      const std::size_t room = std::max<std::size_t>(options_.width, columns.label + 20) - columns.label;
      const std::string value = text_of_cell(line.value, line.type, room, ignored);
      out += value;
      append_remark(out, line.remark, columns.label + columns_of(value), columns);
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    sink_.write(out + "\n");
  }

  void append_quantity(std::string& out, const Quantity& quantity, const SummaryLine& line, const Columns& columns) {
    const std::string value = exact(quantity);
    if (!quantity.value.integer()) {
      const std::string unit = line.type == ColumnType::bytes ? " bytes" : "";
      append_expression(out, value + unit, columns);
      if (!line.remark.empty()) append_own_line(out, line.remark, columns.label);
      return;
    }
    std::size_t used = columns.label + std::max(columns.exact, value.size());
    out += styled(padded(value, columns.exact, true), quantity.at_least ? Style::warning : Style::plain, options_);
    const std::string unit = line.type == ColumnType::bytes ? " B" : "";
    if (columns.rounded > 0) {
      const std::string short_form = rounded(quantity, line.type);
      const std::string shown = padded(short_form.empty() && !unit.empty() ? "B" : short_form, columns.rounded + 2, true);
      out += styled(shown, Style::faint, options_);
      used += columns.rounded + 2;
    }
    append_remark(out, line.remark, used, columns);
  }

  void append_expression(std::string& out, const std::string& value, const Columns& columns) const {
    const std::size_t room = std::max<std::size_t>(options_.width, columns.label + 30) - columns.label;
    const std::string lines = wrapped(value, room, columns.label);
    std::size_t end = 0;
    for (std::size_t line = 0; line < kExpressionLines && end != std::string::npos; ++line) end = lines.find('\n', end + 1);
    out += lines.substr(0, end);
    if (end != std::string::npos) append_own_line(out, "… and more terms: --format json has them all", columns.label);
  }

  void append_remark(std::string& out, std::string_view remark, std::size_t used, const Columns& columns) {
    if (remark.empty()) return;
    const std::string shown = escape_text(remark);
    if (used + 3 + columns_of(shown) <= options_.width) {
      out += "   " + styled(shown, Style::faint, options_);
    } else {
      append_own_line(out, remark, columns.label);
    }
  }

  void append_own_line(std::string& out, std::string_view remark, std::size_t indent) const {
    const std::size_t room = std::max<std::size_t>(options_.width, indent + 30) - indent;
    const std::string text = wrapped(escape_text(remark), room, indent);
    out += "\n" + std::string(indent, ' ') + styled(text, Style::faint, options_);
  }

  Sink& sink_;
  TextOptions options_;
  bool has_content_ = false;
  bool is_shortened_ = false;
};

std::unique_ptr<Document> text_document(Sink& sink, const DocumentOptions& options) {
  return std::make_unique<TextDocument>(sink, options);
}

}  // namespace

Format text_format() { return {"text", ".txt", Part::sections, text_document, "\n\n"}; }

}  // namespace macroscope
