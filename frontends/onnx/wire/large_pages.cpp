#include "frontends/onnx/wire/large_pages.h"

#include <sys/mman.h>

#include <cstdint>
#include <memory>
#include <new>

#include "analyzer/network/large_table.h"

namespace macroscope::onnx {

void* LargePages::map(std::size_t bytes) {
  // One large page more than needed, so that a range aligned to large pages lies inside; the ends are given back.
  void* const mapping = ::mmap(nullptr, bytes + kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) throw std::bad_alloc();
  auto* const begin = static_cast<char*>(mapping);
  const std::size_t before = (kSize - reinterpret_cast<std::uintptr_t>(begin) % kSize) % kSize;
  if (before != 0) ::munmap(begin, before);
  ::munmap(begin + before + bytes, kSize - before);
  prefer_large_pages(begin + before, bytes);
  return begin + before;
}

void LargePages::unmap(void* pages, std::size_t bytes) noexcept { ::munmap(pages, bytes); }

void* LargePages::take(std::size_t bytes) {
  if (std::align(alignof(std::max_align_t), bytes, free_, free_size_) == nullptr) {
    if (bytes > kSize - sizeof(std::max_align_t)) throw std::bad_alloc();
    last_ = new (map(kSize)) Page{last_};
    free_ = last_ + 1;
    free_size_ = kSize - sizeof(Page);
    std::align(alignof(std::max_align_t), bytes, free_, free_size_);
  }
  void* const begin = free_;
  free_ = static_cast<char*>(free_) + bytes;
  free_size_ -= bytes;
  return begin;
}

LargePages::~LargePages() {
  while (last_ != nullptr) {
    Page* const page = last_;
    last_ = page->before;
    unmap(page, kSize);
  }
}

}  // namespace macroscope::onnx
