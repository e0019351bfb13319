#include "analyzer/network/large_table.h"

#include <sys/mman.h>

#include <memory>

namespace macroscope {

void prefer_large_pages(void* begin, std::size_t bytes) noexcept {
  constexpr std::size_t kLargePage = std::size_t{2} << 20U;
  if (std::align(kLargePage, kLargePage, begin, bytes) == nullptr) return;
  ::madvise(begin, bytes / kLargePage * kLargePage, MADV_HUGEPAGE);  // advice only
}

}  // namespace macroscope
