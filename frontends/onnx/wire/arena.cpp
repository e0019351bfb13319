#include "frontends/onnx/wire/arena.h"

namespace macroscope::onnx {
namespace {

/// What the smallest models need comes from the heap.
constexpr std::size_t kFirstBlock = std::size_t{16} << 10U;
constexpr std::size_t kFirstSharedBlock = std::size_t{64} << 10U;
/// Parts of shared pages double up to this size, so that little of the last is left over.
constexpr std::size_t kLargestSharedBlock = std::size_t{256} << 10U;
/// An arena that has taken a large page's worth has pages of its own from then on, which go when it goes, and double up to this size.
constexpr std::size_t kLargestBlock = 8 * LargePages::kSize;

}  // namespace

struct Arena::Block {
  Block* before;
  std::size_t bytes;  // all of them, these included
};

Arena::~Arena() {
  while (last_ != nullptr) {
    Block* const block = last_;
    last_ = block->before;
    if (block->bytes < LargePages::kSize) {
      ::operator delete(block);
    } else {
      LargePages::unmap(block);
    }
  }
}

void* Arena::begin_in_new_block(std::size_t bytes, std::size_t alignment) {
  const std::size_t needed = sizeof(Block) + alignment + bytes;
  if (needed < bytes) throw std::bad_alloc();
  std::size_t size = std::max(needed, next_size_);
  if (next_size_ == 0 && needed <= kFirstBlock) {
    size = kFirstBlock;
    begin_block(::operator new(size), size);
    next_size_ = kFirstSharedBlock;
  } else if (size < LargePages::kSize) {
    size = std::max(size, kFirstSharedBlock);
    // Not a block to give back: the page is shared.
    free_ = pages_->take(size);
    free_size_ = size;
    shared_size_ += size;
    next_size_ = shared_size_ < LargePages::kSize ? std::min(2 * size, kLargestSharedBlock) : LargePages::kSize;
  } else {
    size = (size + LargePages::kSize - 1) / LargePages::kSize * LargePages::kSize;
    begin_block(LargePages::map(size), size);
    next_size_ = std::min(2 * size, kLargestBlock);
  }
  return std::align(alignment, bytes, free_, free_size_);
}

void Arena::begin_block(void* memory, std::size_t size) noexcept {
  last_ = new (memory) Block{last_, size};
  free_ = last_ + 1;
  free_size_ = size - sizeof(Block);
}

}  // namespace macroscope::onnx
