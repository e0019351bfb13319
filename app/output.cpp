#include "app/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "app/arguments/usage_error.h"

namespace macroscope {
namespace {

constexpr std::size_t kBufferBytes = 1U << 16U;

[[noreturn]] void refuse(const std::string& path, std::string_view why, std::string help = {}) {
  throw UsageError(fmt::format("cannot write {}: {}", path, why), std::move(help));
}

void refuse_what_is_no_file(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return;
  if (S_ISDIR(status.st_mode)) refuse(path, "it is a directory");
  if (S_ISLNK(status.st_mode)) refuse(path, "it is a symbolic link", "name the file itself");
  refuse(path, "it is no regular file", "standard output takes any format: --format json > FILE");
}

}  // namespace

void DescriptorSink::write(std::string_view text) {
  if (error_ != 0) return;
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) flush();
}

int DescriptorSink::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && error_ == 0) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  buffer_.clear();
  return error_ == EPIPE ? 0 : error_;
}

StandardOutput::StandardOutput() noexcept : DescriptorSink(STDOUT_FILENO) {}

void StandardOutput::finish() {
  if (const int error = flush(); error != 0)
    throw UsageError(fmt::format("cannot write to standard output: {}", std::strerror(error)));
}

void keep_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    struct stat status {};
    if (fstat(descriptor, &status) == 0 || errno != EBADF) continue;
    // The lowest free number is this one.  Whatever is written fails, as it would have.
    if (open("/dev/null", O_RDONLY) != descriptor) return;
  }
}

OutputFile::OutputFile(std::string path) : DescriptorSink(-1), path_(std::move(path)) {
  refuse_what_is_no_file(path_);
  const std::size_t slash = path_.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  temporary_ = fmt::format("{}.{}.XXXXXX", path_.substr(0, name), path_.substr(name));
  descriptor_ = mkostemp(temporary_.data(), O_CLOEXEC);
  if (descriptor_ < 0) {
    temporary_.clear();
    refuse(path_, std::strerror(errno));
  }
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(descriptor_, 0666 & ~mask);
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void OutputFile::commit() {
  if (const int error = flush(); error != 0) refuse(path_, std::strerror(error));
  if (close(std::exchange(descriptor_, -1)) != 0) refuse(path_, std::strerror(errno));
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) refuse(path_, std::strerror(errno));
  temporary_.clear();
}

}  // namespace macroscope
