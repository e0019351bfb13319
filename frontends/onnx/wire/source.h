// Byte sources: where do a model's bytes come from?  A file that is read in pieces at any place, a stream that only goes forward, or memory.
//
// Files are read with pread rather than mapped: one that is cut meanwhile is then an error instead of a signal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "analyzer/diagnostics/diagnostic.h"

namespace macroscope::onnx {

class Source {
 public:
  using Result = std::variant<std::shared_ptr<Source>, Diagnostic>;

  /// Opens a regular file; `-` and /dev/fd/N are read as streams.  Directories, pipes by name and devices are refused.
  static Result open(const std::string& path);
  static std::shared_ptr<Source> of_bytes(std::vector<char> bytes);

  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source();

  /// End of the input; of a stream, whose end is not known before it is reached, the end of what may come.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// False for streams: what was passed over cannot be read later.
  [[nodiscard]] bool is_seekable() const noexcept { return kind_ != Kind::stream; }

  /// Reads on from `offset`, which must not lie before the end of the last read: at most `out.size()` bytes, none only at the end.
  /// \throws ReadError if the input fails, has become shorter, or a stream ends before `offset`
  std::size_t read_on(std::uint64_t offset, std::span<char> out);

  /// Copies `out.size()` bytes from `offset`.  May be called from several threads at once.
  /// \return false if they are not at hand
  bool read(std::uint64_t offset, std::span<char> out) const noexcept;

  /// Bytes that read_on() gave.
  [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }

 private:
  enum class Kind : std::uint8_t { memory, file, stream };

  Source(Kind kind, int descriptor, std::uint64_t file_start, std::uint64_t size) noexcept
      : kind_(kind), descriptor_(descriptor), file_start_(file_start), size_(size) {}
  static Result of_descriptor(int descriptor, const std::string& path, bool is_stream_allowed);
  std::size_t read_file(std::uint64_t offset, std::span<char> out);
  std::size_t read_stream(std::uint64_t offset, std::span<char> out);
  std::size_t read_next(std::span<char> out);

  Kind kind_;
  int descriptor_;
  std::uint64_t file_start_;  // where byte 0 is in the file: not 0 for a descriptor that was read from before
  std::uint64_t size_;
  std::uint64_t stream_position_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::vector<char> bytes_;
};

}  // namespace macroscope::onnx
