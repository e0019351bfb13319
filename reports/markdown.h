// The report as Markdown that GitHub renders.
#pragma once

#include "reports/report.h"
#include "reports/sink.h"

namespace macroscope {

void render_markdown(const Report& report, Sink& sink);

/// A table alone, with a heading.
void write_markdown_table(const Table& table, Sink& sink);

}  // namespace macroscope
