// Step summary: what does the summary of a GitHub Actions step take?
#pragma once

#include <string>

namespace macroscope {

/// The file that GITHUB_STEP_SUMMARY names, if it is set; open from the start, before the program gives up opening files.
class StepSummary {
 public:
  StepSummary();
  StepSummary(const StepSummary&) = delete;
  StepSummary& operator=(const StepSummary&) = delete;
  ~StepSummary();

  /// Cut with a note where a step's summary ends.  \return what went wrong, empty otherwise
  [[nodiscard]] std::string append(std::string text);

 private:
  std::string path_;
  int descriptor_ = -1;
  int error_ = 0;
};

}  // namespace macroscope
