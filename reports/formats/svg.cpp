// The graph of the first model as SVG, or its charts where sizes were swept: a file of SVG holds one picture.
#include <memory>
#include <utility>
#include <vector>

#include "reports/document/document.h"
#include "reports/formats/formats.h"
#include "reports/pictures/graph_svg.h"
#include "reports/pictures/svg_chart.h"
#include "reports/tables/analysed_model.h"
#include "reports/tables/layer_tree.h"

namespace macroscope {
namespace {

class SvgDocument : public Document {
 public:
  explicit SvgDocument(Sink& sink) : sink_(sink) {}

  void add(const Report& report) override {
    if (!report.model || std::exchange(is_drawn_, true)) return;
    const Figures& figures = report.model->figures;
    if (figures.sweep() != nullptr) return draw_sweep(report);
    const Metric metric = usual_weight(figures);
    draw_picture(flat_picture(figures, metric, report.model->options.depth), figures, {true}, metric, sink_);
  }

 private:
  void draw_sweep(const Report& report) {
    const std::vector<Section> sections = report.sections({kRowsForPeople});
    std::vector<const Chart*> charts;
    for (const Section& section : sections)
      if (const auto* chart = std::get_if<Chart>(&section.content); chart != nullptr && section.id.starts_with("sweep"))
        charts.push_back(chart);
    write_svg_charts(charts, sink_);
  }

  Sink& sink_;
  bool is_drawn_ = false;
};

std::unique_ptr<Document> svg_document(Sink& sink, const DocumentOptions& /*options*/) {
  return std::make_unique<SvgDocument>(sink);
}

}  // namespace

Format svg_format() { return {"svg", ".svg", Part::model, svg_document}; }

}  // namespace macroscope
