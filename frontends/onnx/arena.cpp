#include "frontends/onnx/arena.h"

#include <sys/mman.h>

#include "analyzer/network/large_table.h"

namespace macroscope::onnx {
namespace {

/// What most models need comes from the heap in one piece.
constexpr std::size_t kFirstBlock = std::size_t{128} << 10U;
/// Of a larger one every further block takes whole large pages, each of which costs the system one fault and less time than fifty small
/// ones do.
constexpr std::size_t kLargePage = std::size_t{2} << 20U;
/// Blocks double up to this size.
constexpr std::size_t kLargestBlock = 8 * kLargePage;

void* map_large_pages(std::size_t bytes) {
  // One large page more than needed, so that a range aligned to large pages lies inside; the ends are given back.
  void* const mapping = ::mmap(nullptr, bytes + kLargePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) throw std::bad_alloc();
  auto* const begin = static_cast<char*>(mapping);
  const std::size_t before = (kLargePage - reinterpret_cast<std::uintptr_t>(begin) % kLargePage) % kLargePage;
  if (before != 0) ::munmap(begin, before);
  ::munmap(begin + before + bytes, kLargePage - before);
  prefer_large_pages(begin + before, bytes);
  return begin + before;
}

}  // namespace

struct Arena::Block {
  Block* before;
  std::size_t bytes;  // all of them, these included
};

Arena::~Arena() {
  while (last_ != nullptr) {
    Block* const block = last_;
    last_ = block->before;
    if (block->bytes < kLargePage) {
      ::operator delete(block);
    } else {
      ::munmap(block, block->bytes);
    }
  }
}

void* Arena::begin_in_new_block(std::size_t bytes, std::size_t alignment) {
  const std::size_t needed = sizeof(Block) + alignment + bytes;
  if (needed < bytes) throw std::bad_alloc();
  const bool is_small = last_ == nullptr && needed <= kFirstBlock;
  const std::size_t usual = last_ == nullptr ? kLargePage : std::clamp(2 * last_->bytes, kLargePage, kLargestBlock);
  const std::size_t size = is_small ? kFirstBlock : (std::max(needed, usual) + kLargePage - 1) / kLargePage * kLargePage;
  last_ = new (is_small ? ::operator new(size) : map_large_pages(size)) Block{last_, size};
  free_ = last_ + 1;
  free_size_ = size - sizeof(Block);
  return std::align(alignment, bytes, free_, free_size_);
}

}  // namespace macroscope::onnx
