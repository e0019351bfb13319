// A report as LaTeX: a document that compiles by itself, with tables that go on from page to page.
#pragma once

#include "reports/document/report.h"
#include "reports/document/sink.h"

namespace macroscope {

/// What stands before the first report, and behind the last one.
void begin_latex(Sink& sink);
void end_latex(Sink& sink);

void render_latex(const Report& report, Sink& sink);

/// A table alone, inside of a document.
void write_latex_table(const Table& table, Sink& sink);

}  // namespace macroscope
