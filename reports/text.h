// The report as text for a terminal.
#pragma once

#include "reports/report.h"
#include "reports/sink.h"
#include "reports/text_style.h"

namespace macroscope {

void render_text(const Report& report, Sink& sink, const TextOptions& options);

}  // namespace macroscope
