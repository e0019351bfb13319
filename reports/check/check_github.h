// Verdicts as annotations of a GitHub Actions job, on the lines of the budget file.
#pragma once

#include "reports/check/check_words.h"
#include "reports/notation/sink.h"

namespace macroscope {

/// GitHub shows ten annotations of a kind for a step; the tenth tells how many more there are.
void render_check_github(const CheckReport& report, Sink& sink);

}  // namespace macroscope
