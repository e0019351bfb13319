// Verdicts as JUnit's XML: a test suite for each model, a test case for each verdict.
#pragma once

#include "reports/check/check_words.h"
#include "reports/notation/sink.h"

namespace macroscope {

/// What is undecided is an error, what has nothing to be compared with is skipped.
void render_check_junit(const CheckReport& report, Sink& sink);

}  // namespace macroscope
