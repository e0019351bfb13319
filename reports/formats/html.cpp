// The report as one page of HTML that needs nothing else: no network, no other file, no script, no style.
//
// All figures are in tables, all pictures are SVG.  Where the reader's policy lets them, a style makes it pleasant and a script reads the
// same tables to sort, filter, fold and explain them.  The page's own policy allows these two, by their digests, and nothing else.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "reports/document/document.h"
#include "reports/formats/formats.h"
#include "reports/formats/html_dashboard.h"
#include "reports/formats/html_head.h"
#include "reports/formats/html_layers.h"
#include "reports/formats/html_writer.h"
#include "reports/formats/section_renderer.h"
#include "reports/formats/shared_pictures.h"
#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"
#include "reports/pictures/icicle_svg.h"
#include "reports/tables/analysed_model.h"
#include "reports/tables/layer_table.h"
#include "reports/tables/nested_layers.h"
#include "reports/tables/operator_totals.h"
#include "reports/tables/receptive_path.h"
#include "reports/tables/tensor_lives.h"
#include "reports/tables/totals_table.h"
#include "reports/web/web_assets.h"

namespace macroscope {
namespace {

/// More boxes than this would be no picture; layers that follow each other are then taken together.
constexpr std::size_t kMostBoxes = 120;

/// A digest of hexadecimal digits as a policy wants it.
std::string base64_of_hex(std::string_view hex) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto value = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  std::string out;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : hex) {
    bits = bits << 4U | value(c);
    count += 4;
    if (count < 6) continue;
    count -= 6;
    out += kDigits[bits >> count & 63U];
  }
  if (count > 0) out += kDigits[bits << (6 - count) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

struct View {
  std::string_view id;
  std::string_view title;
};
constexpr View kOverview{"overview", "Overview"}, kLayers{"layers", "Layers"}, kMap{"map", "Map"}, kGraph{"graph", "Graph"},
    kField{"field", "Receptive field"}, kCounting{"counting", "Counting"};

std::string opening_of(const View& view, const std::string& prefix) {
  return fmt::format("<section class=\"view\" data-view=\"{}\" id=\"{}{}\">\n<h2>{}</h2>\n", view.id, prefix, view.id,
                     view.title);
}

std::string shown_columns(const ReportOptions& options) {
  if (options.columns.empty()) return "name operator output_shape parameters macs share flops";
  std::string text;
  for (const LayerColumn* each : options.columns) text += fmt::format("{}{}", text.empty() ? "" : " ", each->column.id);
  return text;
}

/// A page has a title whatever the report says.
std::string page_title(const Report& report, const std::vector<Section>& sections) {
  // Exporters call every graph `main_graph` or `torch_jit`: the file's name says more.
  const std::string& path = report.path.text;
  if (report.model && !path.empty()) return path.substr(path.rfind('/') + 1);
  if (!title_of(report).empty()) return std::string(title_of(report));
  if (!report.heading.empty()) return std::string(report.heading);
  return sections.empty() ? "Model" : std::string(sections.front().id);
}

std::string caption_of(const std::vector<GraphPicture>& pictures, std::size_t index, const Figures& figures) {
  if (index == 0) return "The model";
  const GraphPicture& outside = pictures[pictures[index].parent];
  const auto box = std::find_if(outside.boxes.begin(), outside.boxes.end(), [&](const GraphBox& b) { return b.inside == index; });
  const BoxText text = text_of(*box, figures);
  const std::string name = box->kind == BoxKind::module ? std::string(box->path) : text.first;
  return fmt::format("{}, {}", name, text.second);
}

class HtmlDocument : public Document {
 public:
  explicit HtmlDocument(Sink& sink) : sink_(sink) {}

  void add(const Report& report) override {
    if (!report.sections) return;
    std::vector<Section> sections = report.sections({0, true, true});
    const std::string title = page_title(report, sections);
    for (Section& section : sections)
      if (section.title.empty() && !std::holds_alternative<Remark>(section.content)) section.title = title;
    const std::string prefix = open(report, title, sections);
    if (report.model) {
      write_overview(sections, prefix, report.model->figures);
    } else {
      write_sections(sections, prefix);
    }
    if (report.model) {
      const Figures& figures = report.model->figures;
      const ReportOptions& options = report.model->options;
      const PageLayers layers(figures, options);
      write_layers(figures, layers, options, prefix);
      write_graph(figures, layers, prefix);
      write_field(figures, sections, prefix);
      sink_.write(opening_of(kCounting, prefix));
      write_html_table(totals_table(figures), {"totals", "All totals and how they are counted"}, sink_);
      sink_.write("</section>\n");
    }
    sink_.write("</article>\n");
  }

  void finish() override {
    if (articles_ == 0) begin("Report");
    sink_.write("</main>\n</body>\n</html>\n");
  }

 private:
  void begin(const std::string& title) {
    sink_.write(
        fmt::format("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{}'; "
                    "style-src 'sha256-{}'; "
                    "base-uri 'none'; form-action 'none'\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" "
                    "content=\"no-referrer\">\n"
                    "<title>{} - macroscope</title>\n<style>",
                    base64_of_hex(kReportScriptDigest), base64_of_hex(kReportStyleDigest), html_text(title)));
    sink_.write(kReportStyle);
    sink_.write("</style>\n<script>");
    sink_.write(kReportScript);
    sink_.write("</script>\n</head>\n<body>\n<main>\n");
  }

  /// Opens what belongs to one report.
  std::string open(const Report& report, const std::string& title, const std::vector<Section>& sections) {
    if (articles_ == 0) begin(title);
    const std::string prefix = fmt::format("m{}-", ++articles_);
    sink_.write(fmt::format("<article id=\"m{0}\" data-title=\"{1}\"{2}>\n<header>\n<h1>{1}</h1>\n", articles_, html_text(title),
                            report.model || !report.path.text.empty() ? "" : " class=\"first\""));
    if (!report.path.text.empty() && report.path.text != title)
      sink_.write(fmt::format("<p class=\"path\">{}</p>\n", html_text(report.path.text)));
    if (report.model) {
      const Figures& figures = report.model->figures;
      write_html_facts(figures, sections, sink_);
      sink_.write("<nav aria-label=\"Views\">");
      for (const View& view : {kOverview, kLayers, kMap, kGraph, kField, kCounting})
        if (view.id != kField.id || has_field(figures))
          sink_.write(fmt::format("<a href=\"#{}{}\" data-to=\"{}\">{}</a> ", prefix, view.id, view.id, view.title));
      sink_.write("</nav>\n");
    }
    sink_.write("</header>\n");
    return prefix;
  }

  static bool has_field(const Figures& figures) { return !receptive_path(figures).empty(); }

  /// Notes alone can wait.
  static bool is_seen_first(const Section& section) {
    const auto* diagnostics = std::get_if<Diagnostics>(&section.content);
    if (diagnostics == nullptr) return section.is_warning;
    return std::any_of(diagnostics->begin(), diagnostics->end(),
                       [](const Diagnostic& diagnostic) { return diagnostic.severity != Severity::note; });
  }

  /// Warnings come first.
  void write_sections(const std::vector<Section>& sections, const std::string& prefix) {
    sink_.write(opening_of(kOverview, prefix));
    for (const bool first : {true, false})
      for (const Section& section : sections)
        if (is_seen_first(section) == first) write_html_section(section, prefix, sink_);
    sink_.write("</section>\n");
  }

  static bool is_field(const Section& section) {
    return section.id == "receptive_field" || section.id == "receptive_field_picture";
  }

  /// Warnings in a line each, the dashboard, then each further section by itself, closed but for the summary.  Layers have a view of their
  /// own, and so has what they see.
  void write_overview(const std::vector<Section>& sections, const std::string& prefix, const Figures& figures) {
    sink_.write(opening_of(kOverview, prefix));
    for (const Section& section : sections) {
      if (!is_seen_first(section)) continue;
      if (std::holds_alternative<Table>(section.content)) {
        write_fold(section, prefix, " warning");
      } else {
        write_html_section(section, prefix, sink_);
      }
    }
    write_dashboard(figures, sections, prefix, sink_);
    const bool has_field_view = has_field(figures);
    for (const Section& section : sections) {
      const bool is_elsewhere = is_seen_first(section) || section.id == "layers" || section.id == "operators" ||
                                section.id == "memory_curve" || (has_field_view && is_field(section)) ||
                                std::holds_alternative<Remark>(section.content);
      if (!is_elsewhere) write_fold(section, prefix, "");
    }
    if (const Table lives = tensor_lives_table(figures); lives.row_count > 0)
      write_fold({"tensor_lives", "How long each tensor is kept", lives}, prefix, "");
    sink_.write("</section>\n");
  }

  void write_fold(const Section& section, const std::string& prefix, std::string_view classes) {
    const auto* table = std::get_if<Table>(&section.content);
    if (table != nullptr && table->row_count == 0) return;
    const std::string rows = table == nullptr ? "" : fmt::format(" <span>{}</span>", counted(table->row_count, "row"));
    sink_.write(fmt::format("<details class=\"fold{}\"{}><summary>{}{}</summary>\n", classes,
                            section.id == "summary" ? " open" : "", html_text(section.title), rows));
    write_html_section(section, prefix, sink_);
    sink_.write("</details>\n");
  }

  /// What an element sees of the input, through which layers: the script draws it for the element under the pointer.
  void write_field(const Figures& figures, const std::vector<Section>& sections, const std::string& prefix) {
    const Table path = receptive_path_table(figures);
    if (path.row_count == 0) return;
    sink_.write(opening_of(kField, prefix));
    sink_.write(
        "<p class=\"caption\">Through which layers an element sees the input: element i of a layer sees positions from "
        "start + i * jump on, as many as it says. The way leads to the operand that sees most.</p>\n");
    write_html_table(path, {"receptive_path", "Receptive field, layer by layer"}, sink_);
    for (const Section& section : sections)
      if (is_field(section)) write_html_section(section, prefix, sink_);
    sink_.write("</section>\n");
  }

  void write_layers(const Figures& figures, const PageLayers& layers, const ReportOptions& options, const std::string& prefix) {
    sink_.write(opening_of(kLayers, prefix));
    const std::string shown = shown_columns(options);
    const std::size_t open_levels = options.depth > 0 ? options.depth - 1 : 0;
    write_html_table(layers.table(), {"layers", "Layers by module", "data layers", shown, open_levels, true}, sink_);
    sink_.write("<div class=\"part by-operator\">\n<h3>By operator</h3>\n");
    write_html_table(operator_totals_table(figures), {"operators", "All layers of each operator together", "data operators"},
                     sink_);
    sink_.write("</div>\n");
    if (const Table nested = nested_layers_table(figures); nested.row_count > 0) {
      sink_.write("<h3>Inside of loops, conditions and functions, each time</h3>\n<div class=\"part\">\n");
      write_html_table(nested, {"nested_layers", "Layers inside of others"}, sink_);
      sink_.write("</div>\n");
    }
    sink_.write("</section>\n");

    sink_.write(opening_of(kMap, prefix));
    const std::string_view quantity = title_of(layers.estimated_by());
    sink_.write(
        fmt::format("<p class=\"caption\">Modules from the outermost down, as wide as their share of {}.</p>\n", quantity));
    draw_icicle(layers.bars(), quantity, sink_);
    sink_.write("</section>\n");
  }

  void write_graph(const Figures& figures, const PageLayers& layers, const std::string& prefix) {
    const Metric metric = layers.estimated_by();
    sink_.write(opening_of(kGraph, prefix));
    sink_.write(
        fmt::format("<p class=\"caption\">Data flows downwards; a darker box has more {}, each shade about twice the one before. "
                    "Arrows that pass layers by are drawn bolder. Constants are left out.</p>\n",
                    title_of(metric)));
    const std::vector<GraphPicture> pictures = nested_pictures(figures, metric, kMostBoxes);
    for (const SharedPicture& picture : shared_pictures(pictures, figures, layers)) {
      const std::string others = picture.count == 1 ? "" : fmt::format(", one of {} that look the same", picture.count);
      sink_.write(fmt::format("<details class=\"picture\" data-p={}{}><summary>{}{}</summary>\n", picture.id,
                              picture.first == 0 ? " open" : "", html_text(caption_of(pictures, picture.first, figures)),
                              others));
      sink_.write(picture.drawing);
      sink_.write("</details>\n");
    }
    sink_.write("</section>\n");
  }

  Sink& sink_;
  std::size_t articles_ = 0;
};

std::unique_ptr<Document> html_document(Sink& sink, const DocumentOptions& /*options*/) {
  return std::make_unique<HtmlDocument>(sink);
}

}  // namespace

Format html_format() { return {"html", ".html", Part::sections, html_document}; }

}  // namespace macroscope
