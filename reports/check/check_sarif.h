// Verdicts as SARIF 2.1.0, for code scanning: results are on the lines of the budget file.
#pragma once

#include <string_view>

#include "reports/check/check_words.h"
#include "reports/notation/sink.h"

namespace macroscope {

/// What passed is no result.  Code scanning takes 5,000 results: the gravest come first, and a notification tells of the others.
/// \param version of the program
void render_check_sarif(const CheckReport& report, Sink& sink, std::string_view version);

}  // namespace macroscope
