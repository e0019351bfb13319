// The report as Markdown that GitHub renders.
#pragma once

#include <string_view>

#include "reports/document/report.h"
#include "reports/document/sink.h"

namespace macroscope {

/// \param has_math calculations in `$...$`, as KaTeX reads them, otherwise in code
/// \param picture of the model in mermaid, or empty
void render_markdown(const Report& report, Sink& sink, bool has_math = false, std::string_view picture = {});

/// A table alone, with a heading.
void write_markdown_table(const Table& table, Sink& sink, bool has_math = false);

}  // namespace macroscope
