// Output: where do documents go?  Standard output, or a file that takes its name only when it is complete.
#pragma once

#include <string>
#include <string_view>

#include "reports/notation/sink.h"

namespace macroscope {

/// Writes to a descriptor through a buffer.  After an error nothing more is written.
class DescriptorSink : public Sink {
 public:
  explicit DescriptorSink(int descriptor) noexcept : descriptor_(descriptor) {}
  void write(std::string_view text) override;
  /// Writes what is buffered. \return the errno of the first error, 0 if there was none; a reader that went away is none
  int flush();

 protected:
  int descriptor_;

 private:
  std::string buffer_;
  int error_ = 0;
};

/// What a full disk or a closed descriptor keeps from being written is an error; a reader that has seen enough is none.
class StandardOutput : public DescriptorSink {
 public:
  StandardOutput() noexcept;
  /// Writes what is buffered. \throws UsageError
  void finish();
};

/// Opens what a caller closed of the standard descriptors, so that no file of the program's takes their numbers and gets what is meant for them.
void keep_standard_descriptors();

/// A file beside the wanted one, put in its place by commit(); removed if that never happens.
class OutputFile : public DescriptorSink {
 public:
  /// Opens at once, so that a bad path fails before any work. \throws UsageError
  explicit OutputFile(std::string path);
  ~OutputFile() override;
  /// \throws UsageError if the content could not be written
  void commit();

 private:
  std::string path_;
  std::string temporary_;
};

}  // namespace macroscope
