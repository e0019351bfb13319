#include "reports/formats/section_renderer.h"

#include <utility>

namespace macroscope {

void SectionRenderer::render(const Section& section) {
  struct Visitor {
    SectionRenderer& renderer;
    const Section& section;
    void operator()(const Summary& lines) const { renderer.summary(section, lines); }
    void operator()(const Table& table) const {
      if (table.row_count > 0 || section.title.empty()) renderer.table(section, table);
    }
    void operator()(const Lines& lines) const {
      section.is_warning ? renderer.warning(section, lines) : renderer.list(section, lines);
    }
    void operator()(const Diagnostics& diagnostics) const { renderer.diagnostics(section, diagnostics); }
    void operator()(const Remark& remark) const { renderer.remark(section, remark); }
    void operator()(const Chart& chart) const { renderer.chart(section, chart); }
  };
  std::visit(Visitor{*this, section}, section.content);
}

std::string_view title_of(const Report& report) noexcept {
  return report.title.text.empty() ? report.path.text : report.title.text;
}

std::string_view path_below_title(const Report& report) noexcept {
  return report.title.text.empty() ? std::string_view() : report.path.text;
}

void ReadableDocument::add(const Report& report) {
  if (!report.sections) return;
  const std::vector<Section> sections = report.sections(room_);
  if (sections.empty()) return;
  report_ = &report;
  begin_report(std::exchange(is_first_, false));
  for (const Section& section : sections) render(section);
  end_report();
}

}  // namespace macroscope
