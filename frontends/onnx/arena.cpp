#include "frontends/onnx/arena.h"

#include <sys/mman.h>

namespace macroscope::onnx {
namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20U;
/// Smaller blocks come from the heap: half of a large page would be given for nothing.
constexpr std::size_t kLargeBlock = std::size_t{1} << 20U;

std::size_t mapped_size(std::size_t bytes) { return (bytes + kLargePage - 1) / kLargePage * kLargePage; }

std::pmr::memory_resource* pages() {
  static PageResource resource;
  return &resource;
}

}  // namespace

Arena::Arena() : std::pmr::monotonic_buffer_resource(pages()) {}

void* PageResource::do_allocate(std::size_t bytes, std::size_t alignment) {
  if (bytes < kLargeBlock) return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  // One large page more than needed, so that a range aligned to large pages lies inside; the ends are given back.
  const std::size_t size = mapped_size(bytes);
  void* const mapping = ::mmap(nullptr, size + kLargePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) throw std::bad_alloc();
  auto* const begin = static_cast<char*>(mapping);
  const std::size_t before = (kLargePage - reinterpret_cast<std::uintptr_t>(begin) % kLargePage) % kLargePage;
  if (before != 0) ::munmap(begin, before);
  ::munmap(begin + before + size, kLargePage - before);
  ::madvise(begin + before, size, MADV_HUGEPAGE);  // advice only: small pages do as well
  return begin + before;
}

void PageResource::do_deallocate(void* block, std::size_t bytes, std::size_t alignment) {
  if (bytes < kLargeBlock) return std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
  ::munmap(block, mapped_size(bytes));
}

}  // namespace macroscope::onnx
