#include "frontends/onnx/wire/large_pages.h"

#include <cstdlib>
#include <memory>
#include <new>

#include "analyzer/network/large_table.h"

namespace macroscope::onnx {

void* LargePages::map(std::size_t bytes) {
  void* const pages = std::aligned_alloc(kSize, bytes);
  if (pages == nullptr) throw std::bad_alloc();
  prefer_large_pages(pages, bytes);
  return pages;
}

void LargePages::unmap(void* pages) noexcept { std::free(pages); }

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
    unmap(page);
  }
}

}  // namespace macroscope::onnx
