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

std::string append_to_step_summary(std::string text) {
  const char* path = std::getenv("GITHUB_STEP_SUMMARY");
  if (path == nullptr || *path == '\0') return {};
  const auto failure = [&] {
    return fmt::format("cannot append to the summary of the step, {}: {}", path, std::strerror(errno));
  };
  const int descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) return failure();
  struct stat status {};
  const bool is_known = fstat(descriptor, &status) == 0;
  const std::size_t taken = is_known && status.st_size > 0 ? static_cast<std::size_t>(status.st_size) : 0;
  std::string problem;
  {
    DescriptorSink file(descriptor);
    file.write(cut_at_line(std::move(text), taken < kMostBytes ? kMostBytes - taken : 0));
    if (const int error = file.flush(); error != 0) {
      errno = error;
      problem = failure();
    }
  }
  close(descriptor);
  return problem;
}

}  // namespace macroscope
