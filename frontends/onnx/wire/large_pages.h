// Large pages: where does the memory of a model's arenas come from?  From large pages, which small arenas share.
//
// The first touch of a page costs the system time: two microseconds for one of 4 KiB, seventy for one of 2 MiB.  So as soon as a model needs
// forty small pages a large one costs less, if its arenas share it.  Where the system has no large pages, memory is touched as before.
#pragma once

#include <cstddef>

namespace macroscope::onnx {

class LargePages {
 public:
  static constexpr std::size_t kSize = std::size_t{2} << 20U;

  LargePages() = default;
  LargePages(const LargePages&) = delete;
  LargePages& operator=(const LargePages&) = delete;
  ~LargePages();

  /// At most kSize bytes, aligned for anything, that stay until this is destroyed. \throws std::bad_alloc
  void* take(std::size_t bytes);

  /// Whole pages: `bytes` is a multiple of kSize. \throws std::bad_alloc
  static void* map(std::size_t bytes);
  static void unmap(void* pages) noexcept;

 private:
  /// At the begin of each page that is shared.
  struct Page {
    Page* before;
  };

  Page* last_ = nullptr;
  void* free_ = nullptr;
  std::size_t free_size_ = 0;
};

}  // namespace macroscope::onnx
