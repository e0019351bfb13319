#include "app/step_summary.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "app/output.h"
#include "reports/check/check_markdown.h"

namespace macroscope {
namespace {

/// A larger summary is not shown at all.
constexpr std::size_t kMostBytes = std::size_t{1} << 20U;

}  // namespace

StepSummary::StepSummary() {
  const char* path = std::getenv("GITHUB_STEP_SUMMARY");
  if (path == nullptr || *path == '\0') return;
  path_ = path;
  descriptor_ = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) error_ = errno;
}

StepSummary::~StepSummary() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string StepSummary::append(std::string text) {
  if (descriptor_ >= 0) {
    struct stat status {};
    const bool is_known = fstat(descriptor_, &status) == 0;
    const std::size_t taken = is_known && status.st_size > 0 ? static_cast<std::size_t>(status.st_size) : 0;
    DescriptorSink file(descriptor_);
    file.write(cut_at_line(std::move(text), taken < kMostBytes ? kMostBytes - taken : 0));
    error_ = file.flush();
  }
  if (error_ == 0) return {};
  return fmt::format("cannot append to the summary of the step, {}: {}", path_, std::strerror(error_));
}

}  // namespace macroscope
