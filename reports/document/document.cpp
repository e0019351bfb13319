#include "reports/document/document.h"

#include <algorithm>
#include <array>
#include <utility>

#include "reports/formats/csv.h"
#include "reports/formats/dot.h"
#include "reports/formats/html.h"
#include "reports/formats/latex.h"
#include "reports/formats/markdown.h"
#include "reports/formats/mermaid.h"
#include "reports/formats/text.h"
#include "reports/formats/text_table.h"
#include "reports/json/json.h"
#include "reports/pictures/graph_svg.h"
#include "reports/pictures/svg_chart.h"
#include "reports/sections/sweep_section.h"
#include "reports/tables/layer_tree.h"

namespace macroscope {
namespace {

struct FormatName {
  Format format;
  std::string_view name;
  std::string_view ending;
};

constexpr std::array<FormatName, 8> kFormats{{
    {Format::text, "text", ".txt"},
    {Format::markdown, "markdown", ".md"},
    {Format::json, "json", ".json"},
    {Format::csv, "csv", ".csv"},
    {Format::latex, "latex", ".tex"},
    {Format::html, "html", ".html"},
    {Format::dot, "dot", ".dot"},
    {Format::svg, "svg", ".svg"},
}};

ReportOptions for_people(const DocumentOptions& options) {
  ReportOptions report = options.report;
  report.top = options.top.value_or(kRowsForPeople);
  return report;
}

class TextDocument : public Document {
 public:
  TextDocument(Sink& sink, DocumentOptions options) : sink_(sink), options_(std::move(options)) {}

  void add(const Figures& figures) override {
    const Report report = report_of(figures, for_people(options_));
    if (!report.sections.empty()) {
      if (std::exchange(has_reports_, true)) sink_.write("\n\n");
      render_text(report, sink_, options_.text);
      if (figures.has_model() && !options_.report.has_details)
        sink_.write("\n" + styled("Receptive fields, structure, savings and memory: --details.", Style::faint, options_.text) +
                    "\n");
    }
    models_.add(figures);
  }
  void finish() override {
    if (options_.models < 2) return;
    if (has_reports_) sink_.write("\n\n");
    write_text_table(models_.table(), sink_, options_.text);
  }

 private:
  Sink& sink_;
  DocumentOptions options_;
  ModelsTable models_;
  bool has_reports_ = false;
};

class MarkdownDocument : public Document {
 public:
  MarkdownDocument(Sink& sink, DocumentOptions options) : sink_(sink), options_(std::move(options)) {}

  void add(const Figures& figures) override {
    if (models_.size() > 0) sink_.write("\n");
    const std::string picture = figures.has_model() ? mermaid_picture(figures) : std::string();
    render_markdown(report_of(figures, for_people(options_)), sink_, false, picture);
    models_.add(figures);
  }
  void finish() override {
    if (options_.models < 2) return;
    sink_.write("\n## Models\n\n");
    write_markdown_table(models_.table(), sink_);
  }

 private:
  Sink& sink_;
  DocumentOptions options_;
  ModelsTable models_;
};

class LatexDocument : public Document {
 public:
  LatexDocument(Sink& sink, DocumentOptions options) : sink_(sink), options_(std::move(options)) { begin_latex(sink_); }

  void add(const Figures& figures) override {
    render_latex(report_of(figures, for_people(options_)), sink_);
    models_.add(figures);
  }
  void finish() override {
    if (options_.models > 1) {
      sink_.write("\n\\section*{Models}\n");
      write_latex_table(models_.table(), sink_);
    }
    end_latex(sink_);
  }

 private:
  Sink& sink_;
  DocumentOptions options_;
  ModelsTable models_;
};

class JsonModels : public Document {
 public:
  JsonModels(Sink& sink, const DocumentOptions& options) : json_(sink), is_array_(options.models > 1) {
    if (is_array_) json_.begin_array(JsonWriter::Layout::lines);
  }
  void add(const Figures& figures) override { render_json(figures, json_); }
  void finish() override {
    if (is_array_) json_.end_array();
    json_.flush();
  }

 private:
  JsonWriter json_;
  bool is_array_;
};

class CsvDocument : public Document {
 public:
  CsvDocument(Sink& sink, DocumentOptions options) : sink_(sink), options_(std::move(options)) {}

  void add(const Figures& figures) override {
    if (!figures.has_model()) return;
    ReportOptions report = options_.report;
    report.top = options_.top.value_or(0);
    const Table table = figures.sweep() != nullptr ? sweep_table(figures) : layers_of(figures, report);
    const bool has_several = options_.models > 1;
    if (!std::exchange(has_head_, true)) write_csv_head(table, sink_, has_several);
    write_csv_rows(table, sink_, has_several, figures.path());
  }
  void finish() override {}

 private:
  Sink& sink_;
  DocumentOptions options_;
  bool has_head_ = false;
};

class HtmlDocument : public Document {
 public:
  HtmlDocument(Sink& sink, DocumentOptions options) : page_(sink), options_(std::move(options)) {
    options_.report.top = options_.top.value_or(0);
  }

  void add(const Figures& figures) override {
    page_.add(figures, options_.report);
    models_.add(figures);
  }
  void finish() override {
    if (options_.models > 1) page_.add({"models", "Models", models_.table()});
    page_.finish();
  }

 private:
  HtmlPage page_;
  DocumentOptions options_;
  ModelsTable models_;
};

/// A graph for each model, one after the other: Graphviz reads several from one file.
class DotDocument : public Document {
 public:
  DotDocument(Sink& sink, const DocumentOptions& options) : sink_(sink), depth_(options.report.depth) {}

  void add(const Figures& figures) override {
    if (figures.has_model()) write_dot(figures, depth_, sink_);
  }
  void finish() override {}

 private:
  Sink& sink_;
  std::size_t depth_;
};

/// The graph of the first model, or its charts where sizes were swept: a file of SVG holds one picture.
class SvgDocument : public Document {
 public:
  SvgDocument(Sink& sink, DocumentOptions options) : sink_(sink), options_(std::move(options)) {}

  void add(const Figures& figures) override {
    if (!figures.has_model() || std::exchange(is_drawn_, true)) return;
    if (figures.sweep() != nullptr) return draw_sweep(figures);
    const Measure measure = LayerTree(figures, {}).estimated_by();
    draw_picture(flat_picture(figures, measure, options_.report.depth), figures, {true}, measure, sink_);
  }
  void finish() override {}

 private:
  void draw_sweep(const Figures& figures) {
    const Report report = report_of(figures, for_people(options_));
    std::vector<const Chart*> charts;
    for (const Section& section : report.sections)
      if (const auto* chart = std::get_if<Chart>(&section.content); chart != nullptr && section.id.starts_with("sweep"))
        charts.push_back(chart);
    write_svg_charts(charts, sink_);
  }

  Sink& sink_;
  DocumentOptions options_;
  bool is_drawn_ = false;
};

}  // namespace

std::optional<Format> format_named(std::string_view name) noexcept {
  const auto* found =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const FormatName& format) { return format.name == name; });
  return found == kFormats.end() ? std::nullopt : std::optional(found->format);
}

std::optional<Format> format_of_file(std::string_view path) noexcept {
  const auto* found =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const FormatName& format) { return path.ends_with(format.ending); });
  return found == kFormats.end() ? std::nullopt : std::optional(found->format);
}

std::unique_ptr<Document> Document::make(Format format, Sink& sink, const DocumentOptions& options) {
  switch (format) {
    case Format::text:
      return std::make_unique<TextDocument>(sink, options);
    case Format::markdown:
      return std::make_unique<MarkdownDocument>(sink, options);
    case Format::csv:
      return std::make_unique<CsvDocument>(sink, options);
    case Format::latex:
      return std::make_unique<LatexDocument>(sink, options);
    case Format::html:
      return std::make_unique<HtmlDocument>(sink, options);
    case Format::dot:
      return std::make_unique<DotDocument>(sink, options);
    case Format::svg:
      return std::make_unique<SvgDocument>(sink, options);
    case Format::json:
      break;
  }
  return std::make_unique<JsonModels>(sink, options);
}

void write_table(const Table& table, Format format, Sink& sink, const TextOptions& options, std::string_view schema,
                 std::string_view rows) {
  if (format == Format::text) {
    write_text_table(table, sink, options);
  } else if (format == Format::markdown) {
    write_markdown_table(table, sink);
  } else if (format == Format::latex) {
    begin_latex(sink);
    write_latex_table(table, sink);
    end_latex(sink);
  } else if (format == Format::csv) {
    write_csv_head(table, sink);
    write_csv_rows(table, sink);
  } else if (format == Format::html) {
    HtmlPage page(sink);
    page.add({rows, rows, table});
    page.finish();
  } else {
    JsonWriter json(sink);
    json.begin_object(JsonWriter::Layout::lines);
    json.member("schema", schema);
    json.key(rows);
    write_rows(table, json);
    json.end_object();
  }
}

}  // namespace macroscope
