// Sink: where does a rendered document go?  Renderers write pieces in order; the library opens nothing itself.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace macroscope {

class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;
  virtual void write(std::string_view text) = 0;
};

/// Keeps everything in memory.
class TextSink : public Sink {
 public:
  void write(std::string_view text) override { text_ += text; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] std::string take() noexcept { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace macroscope
