// How do several reports become one document of a format that people read?
#pragma once

#include <memory>

#include "reports/document/document.h"
#include "reports/document/report.h"
#include "reports/document/sink.h"

namespace macroscope {

struct PageOptions {
  TextOptions text;
  /// Calculations as mathematics where a format can show it: `$...$` in Markdown.
  bool has_math = false;
};

/// Takes reports one after another and writes each at once.
class Pages {
 public:
  virtual ~Pages() = default;
  virtual void add(const Report& report) = 0;
  /// After the last report.
  virtual void finish() = 0;

  /// Null for formats that hold data and no reports.  \param sink must outlive the pages
  static std::unique_ptr<Pages> make(Format format, Sink& sink, const PageOptions& options);
};

}  // namespace macroscope
