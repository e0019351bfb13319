// Verdicts as text: how do they read in a terminal?
#pragma once

#include "reports/check/check_words.h"
#include "reports/notation/sink.h"
#include "reports/notation/text_style.h"

namespace macroscope {

/// \param hides_passed leaves out what passed; counts stay
void render_check_text(const CheckReport& report, Sink& sink, const TextOptions& options, bool hides_passed);

}  // namespace macroscope
