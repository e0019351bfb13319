// Step summary: what does the summary of a GitHub Actions step take?
#pragma once

#include <string>

namespace macroscope {

/// Appends to the file that GITHUB_STEP_SUMMARY names, if it is set; cut with a note where a step's summary ends.
/// \return what went wrong, empty otherwise
[[nodiscard]] std::string append_to_step_summary(std::string text);

}  // namespace macroscope
