// A report as LaTeX: a document that compiles by itself, with tables that go on from page to page.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "reports/formats/formats.h"
#include "reports/formats/section_renderer.h"
#include "reports/notation/diagnostic_text.h"
#include "reports/notation/escape.h"
#include "reports/notation/math_notation.h"
#include "reports/notation/number_text.h"
#include "reports/notation/unicode.h"

namespace macroscope {
namespace {

/// Only what texlive-latex-recommended has.
constexpr std::string_view kHead = R"(\documentclass[10pt,a4paper]{article}
% Run it twice: columns of long tables settle at the second run.
\usepackage[utf8]{inputenc}
\usepackage[landscape,margin=15mm]{geometry}
\usepackage{amsmath,amssymb,array,booktabs,longtable}
\setlength{\parindent}{0pt}
\setlength{\tabcolsep}{4pt}
\setlength{\LTleft}{0pt}
\setlength{\LTright}{0pt plus 1fill}
\setlength{\emergencystretch}{3em}
\renewcommand{\arraystretch}{1.2}
% KaTeX has these as well, where the signs themselves would be markup.
\providecommand{\lt}{<}
\providecommand{\gt}{>}
\begin{document}
\footnotesize
)";

bool is_to_right(ColumnType type) {
  return type == ColumnType::number || type == ColumnType::count || type == ColumnType::bytes || type == ColumnType::percent;
}

std::string in_math(std::string_view notation) { return fmt::format("${}$", latex_of_notation(notation)); }

std::string quantity_in_latex(const Quantity& quantity) {
  const std::string_view sign = quantity.at_least ? "$\\ge$ " : "";
  return fmt::format("{}{}", sign, quantity.value.integer() ? grouped(quantity.value) : in_math(quantity.value.factored_text()));
}

/// Products among the words, `256*B*T MACs`, are mathematics.
std::string remark_in_latex(std::string_view remark) {
  std::string latex;
  while (!remark.empty()) {
    const std::size_t end = std::min(remark.find_first_of(" ,;()[]"), remark.size());
    const std::string_view word = remark.substr(0, end);
    latex += word.find('*') == std::string_view::npos ? latex_text(word) : in_math(word);
    latex += latex_text(remark.substr(end, 1));
    remark.remove_prefix(std::min(end + 1, remark.size()));
  }
  return latex;
}

struct CellToLatex {
  std::string operator()(const std::monostate& /*nothing*/) const { return {}; }
  std::string operator()(const std::string& words) const { return latex_text(words); }
  std::string operator()(const ModelText& name) const { return fmt::format("\\texttt{{{}}}", latex_text(name.text)); }
  std::string operator()(const Quantity& quantity) const { return quantity_in_latex(quantity); }
  std::string operator()(const Shape& shape) const {
    std::string text;
    for (const Dim& extent : shape)
      text += fmt::format("{}{}", text.empty() ? "" : " $\\times$ ",
                          extent.is_number() ? extent.text() : in_math(extent.factored_text()));
    return text.empty() ? "scalar" : text;
  }
  std::string operator()(const Share& share) const {
    return share.fraction > 0 ? latex_text(percent(share.fraction)) : std::string();
  }
  std::string operator()(const Status& status) const { return std::string(name_of(status)); }
  std::string operator()(const UnknownCell& /*unknown*/) const { return "?"; }
  std::string operator()(const Worked& worked) const {
    std::string formula;
    for (const Worked::Step& step : worked.steps)
      formula += fmt::format("{}{}",
                             step.relation.empty()   ? ""
                             : step.relation == "+=" ? " \\mathrel{+}= "
                                                     : " = ",
                             latex_of_notation(step.text));
    const std::string remark = worked.remark.empty() ? "" : fmt::format(" ({})", remark_in_latex(worked.remark));
    // A row of a table knows nothing of the height of fractions.
    const std::string_view room = formula.find("\\frac") == std::string::npos ? "" : "\\rule[-2.5ex]{0pt}{6ex}";
    return fmt::format("$\\displaystyle {}${}{}", formula, room, remark);
  }
};

/// Room that a cell asks for, in letters: what is drawn, and not the commands that draw it.
std::size_t letters_of(const Cell& cell) {
  if (const auto* quantity = std::get_if<Quantity>(&cell)) return grouped(quantity->value).size();
  if (const auto* shape = std::get_if<Shape>(&cell)) return shape->text().size();
  if (const auto* worked = std::get_if<Worked>(&cell)) return worked->text().size();
  if (const auto* words = std::get_if<std::string>(&cell)) return columns_of(*words);
  if (const auto* name = std::get_if<ModelText>(&cell)) return escape_text(name->text).size();
  return 8;
}

/// `l`, `r`, or a column of some width in which text breaks.
std::vector<std::string> column_specifications(const Table& table) {
  constexpr std::size_t kLettersOfPage = 150;
  constexpr std::size_t kMostUnbroken = 26;
  constexpr std::size_t kMostWanted = 90;
  constexpr std::size_t kGap = 2;
  std::vector<std::size_t> letters;
  for (const Column& column : table.columns) letters.push_back(column.title.size());
  for (std::size_t index = 0; index < table.row_count; ++index) {
    const Row row = table.row(index);
    for (std::size_t c = 0; c < row.cells.size(); ++c)
      letters[c] = std::max(letters[c], std::min(letters_of(row.cells[c]) + row.level, kMostWanted));
  }
  std::size_t unbroken = 0;
  std::size_t broken = 0;
  for (const std::size_t count : letters) (count <= kMostUnbroken ? unbroken : broken) += count + kGap;
  const std::size_t room = unbroken + 40 < kLettersOfPage ? kLettersOfPage - unbroken : 40;
  std::vector<std::string> specifications;
  for (std::size_t c = 0; c < letters.size(); ++c) {
    const bool to_right = is_to_right(table.columns[c].type);
    if (letters[c] <= kMostUnbroken) {
      specifications.emplace_back(to_right ? "r" : "l");
      continue;
    }
    const std::size_t share = broken <= room ? letters[c] : letters[c] * room / broken;
    specifications.push_back(fmt::format(">{{\\{}\\arraybackslash}}p{{{:.3f}\\linewidth}}",
                                         to_right ? "raggedleft" : "raggedright",
                                         static_cast<double>(share) / static_cast<double>(kLettersOfPage)));
  }
  return specifications;
}

std::string line_of(const Table& table, const Row& row) {
  std::string line = "{}";  // a star or a bracket would be an argument of the line's end before it
  for (std::size_t c = 0; c < row.cells.size(); ++c) {
    std::string text = std::visit(CellToLatex{}, row.cells[c]);
    const bool is_bold = (row.kind == RowKind::total || row.kind == RowKind::module) && !text.empty();
    if (is_bold) text = fmt::format("\\textbf{{{}}}", text);
    if (table.columns[c].type == ColumnType::name && row.level > 0) text = fmt::format("\\hspace*{{{}em}}{}", row.level, text);
    line += (c == 0 ? "" : " & ") + text;
  }
  return line + " \\\\\n";
}

class LatexDocument : public ReadableDocument {
 public:
  LatexDocument(Sink& sink, const DocumentOptions& options)
      : ReadableDocument({kRowsForPeople, true, options.is_apart}), sink_(sink) {
    sink_.write(kHead);
  }
  void finish() override { sink_.write("\n\\end{document}\n"); }

 private:
  void begin_report(bool /*is_first*/) override {
    const std::string_view title = title_of(report());
    if (title.empty() && report().heading.empty()) return;
    sink_.write(fmt::format("\n\\section*{{{}}}\n", latex_text(title.empty() ? report().heading : title)));
    if (const std::string_view path = path_below_title(report()); !path.empty())
      sink_.write(fmt::format("\\texttt{{{}}}\n", latex_text(path)));
  }

  void summary(const Section& /*section*/, const Summary& lines) override {
    sink_.write("\n\\begin{longtable}{@{}lrr>{\\raggedright\\arraybackslash}p{0.45\\linewidth}@{}}\n");
    for (const SummaryLine& line : lines) write_line(line);
    sink_.write("\\end{longtable}\n");
  }

  void table(const Section& section, const Table& table) override {
    if (!section.title.empty()) write_heading(section);
    write_table(table);
  }

  void list(const Section& section, const Lines& lines) override {
    write_heading(section);
    sink_.write("\\begin{itemize}\n");
    for (const std::string& line : lines) sink_.write(fmt::format("\\item {{}}{}\n", latex_text(line)));
    sink_.write("\\end{itemize}\n");
  }

  void remark(const Section& /*section*/, const Remark& remark) override {
    sink_.write(fmt::format("\n\\noindent\\textit{{{}}}\n", latex_text(remark.text)));
  }

  void diagnostics(const Section& section, const Diagnostics& diagnostics) override {
    write_heading(section);
    sink_.write("\\begin{itemize}\n");
    for (const Diagnostic& diagnostic : diagnostics) {
      const std::string place = text_of(diagnostic.origin);
      sink_.write(fmt::format("\\item \\textbf{{{}}} \\texttt{{{}}}: {}", name_of(diagnostic.severity),
                              latex_text(diagnostic.code), latex_text(diagnostic.message)));
      if (!place.empty()) sink_.write(fmt::format(" (\\texttt{{{}}})", latex_text(place)));
      if (!diagnostic.help.empty()) sink_.write(fmt::format(". {}", latex_text(diagnostic.help)));
      sink_.write("\n");
    }
    sink_.write("\\end{itemize}\n");
  }

  void write_heading(const Section& section) { sink_.write(fmt::format("\n\\subsection*{{{}}}\n", latex_text(section.title))); }

  /// A long expression and a text take the row alone.
  void write_line(const SummaryLine& line) const {
    const auto* quantity = std::get_if<Quantity>(&line.value);
    const bool is_bytes = line.type == ColumnType::bytes;
    const std::string value = std::visit(CellToLatex{}, line.value) + (is_bytes ? " B" : "");
    const std::string remark = latex_text(line.remark);
    if (quantity != nullptr && quantity->value.integer()) {
      const std::string rounded = is_bytes                         ? short_bytes(quantity->value)
                                  : line.type == ColumnType::count ? short_count(quantity->value)
                                                                   : std::string();
      sink_.write(
          fmt::format("{{}}\\textbf{{{}}} & {} & {} & {} \\\\\n", latex_text(line.label), value, latex_text(rounded), remark));
      return;
    }
    sink_.write(fmt::format(
        "{{}}\\textbf{{{}}} & \\multicolumn{{3}}{{>{{\\raggedright\\arraybackslash}}p{{0.8\\linewidth}}}}{{{}{}{}}} \\\\\n",
        latex_text(line.label), value, remark.empty() ? "" : " \\quad ", remark));
  }

  void write_table(const Table& table) {
    std::string columns;
    for (const std::string& column : column_specifications(table)) columns += column;
    std::string head;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const Column& column = table.columns[c];
      head += fmt::format("{}\\multicolumn{{1}}{{{}}}{{\\textbf{{{}}}}}", c == 0 ? "" : " & ",
                          is_to_right(column.type) ? "r" : "l", latex_text(column.title));
    }
    sink_.write(
        fmt::format("\\begin{{longtable}}{{@{{}}{}@{{}}}}\n\\toprule\n{} \\\\\n\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n",
                    columns, head));
    for (std::size_t index = 0; index < table.row_count; ++index) {
      const Row row = table.row(index);
      if (row.kind == RowKind::total && index > 0) sink_.write("\\midrule\n");
      sink_.write(line_of(table, row));
    }
    sink_.write("\\end{longtable}\n");
  }

  Sink& sink_;
};

std::unique_ptr<Document> latex_document(Sink& sink, const DocumentOptions& options) {
  return std::make_unique<LatexDocument>(sink, options);
}

}  // namespace

Format latex_format() { return {"latex", ".tex", Part::sections, latex_document}; }

}  // namespace macroscope
