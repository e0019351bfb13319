// The report as one page of HTML that needs nothing else: no network, no other file, no script, no style.
//
// All figures stand in tables, all pictures are SVG.  Where the reader's policy lets them, a style makes it pleasant and a script reads the
// same tables to sort, filter, fold and explain them.  The page's own policy allows these two, by their digests, and nothing else.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "reports/document/analysis_report.h"
#include "reports/document/report.h"
#include "reports/document/sink.h"
#include "reports/formats/html_layers.h"
#include "reports/tables/figures.h"

namespace macroscope {

class HtmlPage {
 public:
  /// \param sink must outlive the page
  explicit HtmlPage(Sink& sink) : sink_(sink) {}

  /// An analysed model: its report, all layers, its pictures.  \param options which columns and levels are shown first
  void add(const Figures& figures, const ReportOptions& options);
  /// Any other report, section by section.
  void add(const Report& report);
  /// After all others.
  void add(const Section& section);
  void finish();

 private:
  void begin(const std::string& title);
  /// Opens what belongs to one model or report, whose warnings come first.
  std::string open(const Report& report, bool has_pictures);
  /// \param has_layers whether the report's own table of layers is part of it
  void write_overview(const Report& report, const std::string& prefix, bool has_layers);
  void write_layers(const Figures& figures, const PageLayers& layers, const ReportOptions& options, const std::string& prefix);
  void write_graph(const Figures& figures, const PageLayers& layers, const std::string& prefix);

  Sink& sink_;
  std::size_t articles_ = 0;
};

}  // namespace macroscope
