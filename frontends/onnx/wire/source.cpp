#include "frontends/onnx/wire/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "frontends/onnx/wire/read_error.h"

namespace macroscope::onnx {
namespace {

std::string reason_of(int error) { return std::strerror(error); }  // NOLINT(concurrency-mt-unsafe)

Diagnostic unreadable(const std::string& path, std::string_view reason, std::string help = {}) {
  return {Severity::error, "unreadable-file", fmt::format("cannot read {}: {}", path, reason), {}, std::move(help)};
}

[[noreturn]] void fail(std::uint64_t offset, std::string message) {
  throw ReadError(Diagnostic{Severity::error, "unreadable-file", std::move(message), ByteOrigin{offset}, {}});
}

/// The descriptor that `-`, /dev/stdin or /dev/fd/N names.
std::optional<int> named_descriptor(std::string_view path) {
  if (path == "-" || path == "/dev/stdin") return STDIN_FILENO;
  for (const std::string_view prefix : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(prefix)) continue;
    const std::string_view digits = path.substr(prefix.size());
    int number = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc{} && end == digits.data() + digits.size() && number >= 0) return number;
  }
  return std::nullopt;
}

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

/// Calls `read` again while signals interrupt it.
template <typename Read>
ssize_t uninterrupted(Read read) {
  ssize_t count = 0;
  do {
    count = read();
  } while (count < 0 && errno == EINTR);
  return count;
}

}  // namespace

Source::Result Source::open(const std::string& path) {
  if (const auto named = named_descriptor(path)) {
    const int copy = ::fcntl(*named, F_DUPFD_CLOEXEC, 3);
    if (copy < 0) return unreadable(path, reason_of(errno));
    return of_descriptor(copy, path, true);
  }
  // Without O_NONBLOCK a pipe without a writer would hang here, before anyone can see that it is one.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return unreadable(path, reason_of(errno));
  return of_descriptor(descriptor, path, false);
}

Source::Result Source::of_descriptor(int descriptor, const std::string& path, bool is_stream_allowed) {
  struct stat status {};
  const bool is_known = ::fstat(descriptor, &status) == 0;
  if (is_known && S_ISREG(status.st_mode)) {
    const off_t start = is_stream_allowed ? std::max<off_t>(::lseek(descriptor, 0, SEEK_CUR), 0) : 0;
    const auto size = static_cast<std::uint64_t>(std::max<off_t>(status.st_size - start, 0));
    return std::shared_ptr<Source>(new Source(Kind::file, descriptor, static_cast<std::uint64_t>(start), size));
  }
  if (is_known && is_stream_allowed && !S_ISDIR(status.st_mode) && !S_ISBLK(status.st_mode))
    return std::shared_ptr<Source>(new Source(Kind::stream, descriptor, 0, std::numeric_limits<std::int64_t>::max()));
  const std::string reason = is_known ? fmt::format("it is {}, not a file", kind_of(status.st_mode)) : reason_of(errno);
  ::close(descriptor);
  return unreadable(path, reason, is_known && S_ISFIFO(status.st_mode) ? "name it as - to read standard input" : "");
}

std::shared_ptr<Source> Source::of_bytes(std::vector<char> bytes) {
  std::shared_ptr<Source> source(new Source(Kind::memory, -1, 0, bytes.size()));
  source->bytes_ = std::move(bytes);
  return source;
}

Source::~Source() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::size_t Source::read_on(std::uint64_t offset, std::span<char> out) {
  std::size_t count = 0;
  if (kind_ == Kind::stream) {
    count = read_stream(offset, out);
  } else if (offset < size_) {
    out = out.first(static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - offset)));
    if (kind_ == Kind::memory) std::memcpy(out.data(), bytes_.data() + offset, out.size());
    count = kind_ == Kind::memory ? out.size() : read_file(offset, out);
  }
  bytes_read_ += count;
  return count;
}

std::size_t Source::read_file(std::uint64_t offset, std::span<char> out) {
  const auto place = static_cast<off_t>(file_start_ + offset);
  const ssize_t count = uninterrupted([&] { return ::pread(descriptor_, out.data(), out.size(), place); });
  if (count < 0) fail(offset, fmt::format("the file cannot be read: {}", reason_of(errno)));
  if (count == 0) fail(offset, "the file became shorter while it was read");
  return static_cast<std::size_t>(count);
}

std::size_t Source::read_stream(std::uint64_t offset, std::span<char> out) {
  // On the way to `offset` the caller's buffer serves for what nobody wants.
  while (stream_position_ < offset) {
    const std::uint64_t left = offset - stream_position_;
    if (read_next(out.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, out.size())))) == 0)
      throw ReadError(stream_position_, fmt::format("the stream ends here, but a field goes on to byte {}", offset));
  }
  return read_next(out);
}

std::size_t Source::read_next(std::span<char> out) {
  const ssize_t count = uninterrupted([&] { return ::read(descriptor_, out.data(), out.size()); });
  if (count < 0) fail(stream_position_, fmt::format("the stream cannot be read: {}", reason_of(errno)));
  stream_position_ += static_cast<std::uint64_t>(count);
  return static_cast<std::size_t>(count);
}

bool Source::read(std::uint64_t offset, std::span<char> out) const noexcept {
  if (out.empty()) return true;
  if (kind_ == Kind::stream || offset > size_ || out.size() > size_ - offset) return false;
  if (kind_ == Kind::memory) {
    std::memcpy(out.data(), bytes_.data() + offset, out.size());
    return true;
  }
  while (!out.empty()) {
    const auto place = static_cast<off_t>(file_start_ + offset);
    const ssize_t count = uninterrupted([&] { return ::pread(descriptor_, out.data(), out.size(), place); });
    if (count <= 0) return false;
    offset += static_cast<std::uint64_t>(count);
    out = out.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace macroscope::onnx
