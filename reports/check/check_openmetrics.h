// Figures, limits and verdicts as OpenMetrics text: GitLab shows them in merge requests, Prometheus keeps their history.
#pragma once

#include "reports/check/check_words.h"
#include "reports/notation/sink.h"

namespace macroscope {

/// Expressions with symbols are no samples, and left out.
void render_check_openmetrics(const CheckReport& report, Sink& sink);

}  // namespace macroscope
