// Summaries in a terminal: one line a quantity, its number, a short form of it, and its formula or remark as far as there is room.
#pragma once

#include "reports/document/report.h"
#include "reports/notation/sink.h"
#include "reports/notation/text_style.h"

namespace macroscope {

/// \return true if a formula was shown by its leading term
bool write_brief_summary(const Summary& summary, const Example* example, Sink& sink, const TextOptions& options);

}  // namespace macroscope
