// Document: how do one or several reports become a document of a format?
//
// A format implements Document in a file of its own under reports/formats, and has a line in reports/formats/formats.inc.
#pragma once

#include <memory>

#include "reports/document/report.h"
#include "reports/notation/sink.h"
#include "reports/notation/text_style.h"

namespace macroscope {

struct DocumentOptions {
  TextOptions text;
  /// Calculations as mathematics where a format can show it: `$...$` in Markdown.
  bool has_math = false;
  /// More than one report will be added: they make an array in JSON, and rows name theirs in CSV.
  bool has_several = false;
  /// Read apart from standard error, as files are: it lists the diagnostics itself, and text leaves nothing out.
  bool is_apart = false;
  /// Text leaves nothing out on a terminal either.
  bool has_details = false;
};

/// Takes reports one after another and writes each at once, so that only one model need be in memory.
class Document {
 public:
  Document() = default;
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  virtual ~Document() = default;

  /// Writes what the format shows of it, which may be nothing.
  virtual void add(const Report& report) = 0;
  /// After the last report.
  virtual void finish() {}
};

/// Begins a document.  \param sink must outlive it
using MakeDocument = std::unique_ptr<Document>(Sink& sink, const DocumentOptions& options);

}  // namespace macroscope
