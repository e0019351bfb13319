// The report as text for a terminal.
#pragma once

#include "reports/document/report.h"
#include "reports/document/sink.h"
#include "reports/formats/text_style.h"

namespace macroscope {

void render_text(const Report& report, Sink& sink, const TextOptions& options);

}  // namespace macroscope
