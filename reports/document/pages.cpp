#include "reports/document/pages.h"

#include <utility>

#include "reports/formats/html.h"
#include "reports/formats/latex.h"
#include "reports/formats/markdown.h"
#include "reports/formats/text.h"

namespace macroscope {
namespace {

class TextPages : public Pages {
 public:
  TextPages(Sink& sink, const PageOptions& options) : sink_(sink), options_(options) {}

  void add(const Report& report) override {
    if (report.sections.empty()) return;
    if (std::exchange(has_reports_, true)) sink_.write("\n\n");
    render_text(report, sink_, options_.text);
  }
  void finish() override {}

 private:
  Sink& sink_;
  PageOptions options_;
  bool has_reports_ = false;
};

class MarkdownPages : public Pages {
 public:
  MarkdownPages(Sink& sink, const PageOptions& options) : sink_(sink), has_math_(options.has_math) {}

  void add(const Report& report) override {
    if (std::exchange(has_reports_, true)) sink_.write("\n");
    render_markdown(report, sink_, has_math_);
  }
  void finish() override {}

 private:
  Sink& sink_;
  bool has_math_;
  bool has_reports_ = false;
};

class LatexPages : public Pages {
 public:
  explicit LatexPages(Sink& sink) : sink_(sink) { begin_latex(sink); }

  void add(const Report& report) override { render_latex(report, sink_); }
  void finish() override { end_latex(sink_); }

 private:
  Sink& sink_;
};

class HtmlPages : public Pages {
 public:
  explicit HtmlPages(Sink& sink) : page_(sink) {}

  void add(const Report& report) override { page_.add(report); }
  void finish() override { page_.finish(); }

 private:
  HtmlPage page_;
};

}  // namespace

std::unique_ptr<Pages> Pages::make(Format format, Sink& sink, const PageOptions& options) {
  if (format == Format::text) return std::make_unique<TextPages>(sink, options);
  if (format == Format::markdown) return std::make_unique<MarkdownPages>(sink, options);
  if (format == Format::latex) return std::make_unique<LatexPages>(sink);
  if (format == Format::html) return std::make_unique<HtmlPages>(sink);
  return nullptr;
}

}  // namespace macroscope
