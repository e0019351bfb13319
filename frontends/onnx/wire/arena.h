// Arena: where do the texts and lists of a model live?  In an arena that is freed as a whole: no element is ever destroyed.
//
// The tree of a model is small structs by the hundred thousand, and the time to read it is mostly the time to touch memory for the first
// time.  So a text and a list are one pointer each, with the length in front of the elements, and an arena takes large pages.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <memory>
#include <memory_resource>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "frontends/onnx/wire/large_pages.h"
#include "frontends/onnx/wire/read_error.h"

namespace macroscope::onnx {

class Arena final : public std::pmr::memory_resource {
 public:
  /// Beside others that take from the same pages, and keep them.
  explicit Arena(std::shared_ptr<LargePages> pages = std::make_shared<LargePages>()) noexcept : pages_(std::move(pages)) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() override;

  /// As of every memory resource, without the way through a virtual function: most of what is asked for is a few bytes.
  void* allocate(std::size_t bytes, std::size_t alignment) {
    void* const begin = std::align(alignment, bytes, free_, free_size_) != nullptr ? free_ : begin_in_new_block(bytes, alignment);
    free_ = static_cast<char*>(begin) + bytes;
    free_size_ -= bytes;
    return begin;
  }

  /// Lets what was allocated last, and ends at `end`, be so many bytes longer. \return false if that cannot be
  bool extend(const void* end, std::size_t bytes) noexcept {
    if (end != free_ || bytes > free_size_) return false;
    free_ = static_cast<char*>(free_) + bytes;
    free_size_ -= bytes;
    return true;
  }

 private:
  struct Block;

  void* begin_in_new_block(std::size_t bytes, std::size_t alignment);
  void begin_block(void* memory, std::size_t size) noexcept;
  void* do_allocate(std::size_t bytes, std::size_t alignment) override { return allocate(bytes, alignment); }
  void do_deallocate(void* /*memory*/, std::size_t /*bytes*/, std::size_t /*alignment*/) override {}
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

  std::shared_ptr<LargePages> pages_;
  void* free_ = nullptr;
  std::size_t free_size_ = 0;
  std::size_t next_size_ = 0;
  /// Bytes taken of pages that others share.
  std::size_t shared_size_ = 0;
  /// Of the blocks that no other arena has a part of.
  Block* last_ = nullptr;
};

/// A default T that lives as long as the arena.
template <typename T>
T* make(Arena& arena) {
  static_assert(std::is_trivially_destructible_v<T>);
  return new (arena.allocate(sizeof(T), alignof(T))) T{};
}

/// A text of an arena: one pointer, to the length and the bytes behind it.
class Text {
 public:
  Text() = default;
  Text(Arena& arena, std::string_view text) {
    if (text.empty()) return;
    if (text.size() > std::numeric_limits<std::uint32_t>::max()) throw ReadError(0, "a text is longer than 4 GiB");
    const auto size = static_cast<std::uint32_t>(text.size());
    auto* block = static_cast<char*>(arena.allocate(sizeof size + size, 1));
    std::memcpy(block, &size, sizeof size);
    std::memcpy(block + sizeof size, text.data(), size);
    block_ = block;
  }

  [[nodiscard]] std::string_view view() const noexcept {
    if (block_ == nullptr) return {};
    std::uint32_t size = 0;
    std::memcpy(&size, block_, sizeof size);
    return {block_ + sizeof size, size};
  }
  operator std::string_view() const noexcept { return view(); }  // NOLINT(google-explicit-constructor)
  [[nodiscard]] bool empty() const noexcept { return block_ == nullptr; }
  friend bool operator==(const Text& a, std::string_view b) noexcept { return a.view() == b; }

 private:
  const char* block_ = nullptr;
};

/// A short list.
template <typename T>
class Array {
  struct alignas(std::uint64_t) Block {
    std::uint32_t size;
    std::uint32_t capacity;
    [[nodiscard]] T* elements() noexcept { return reinterpret_cast<T*>(this + 1); }
  };

 public:
  Array() = default;
  Array(Arena& arena, std::span<const T> elements) {
    if (!elements.empty()) append(arena, elements);
  }

  [[nodiscard]] std::size_t size() const noexcept { return block_ == nullptr ? 0 : block_->size; }
  [[nodiscard]] bool empty() const noexcept { return block_ == nullptr; }
  [[nodiscard]] std::span<const T> span() const noexcept {
    return block_ == nullptr ? std::span<const T>{} : std::span<const T>{block_->elements(), block_->size};
  }
  [[nodiscard]] const T* begin() const noexcept { return span().data(); }
  [[nodiscard]] const T* end() const noexcept { return begin() + size(); }
  [[nodiscard]] const T& operator[](std::size_t index) const noexcept { return block_->elements()[index]; }

  /// One element more, without a copy of the others where nothing else was allocated meanwhile.  Copies of the list grow with it until it
  /// moves: only for a list that has none.
  void add(Arena& arena, const T& element) {
    if (block_ == nullptr || block_->size == block_->capacity) grow(arena);
    new (block_->elements() + block_->size++) T(element);
  }
  /// A list that was made in one go moves when it grows: copies of it stay as they are.
  void append(Arena& arena, std::span<const T> elements) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= sizeof(Block));
    if (elements.empty()) return;
    const std::size_t before = size();
    if (elements.size() > kMost - before) throw ReadError(0, "a list has more than 2^32 elements");
    const std::size_t after = before + elements.size();
    if (block_ == nullptr || after > block_->capacity) move_to(arena, std::min(std::max(after, 2 * before), kMost));
    std::uninitialized_copy(elements.begin(), elements.end(), block_->elements() + before);
    block_->size = static_cast<std::uint32_t>(after);
  }

 private:
  static constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();

  void grow(Arena& arena) {
    const std::size_t size = this->size();
    if (size == kMost) throw ReadError(0, "a list has more than 2^32 elements");
    if (block_ != nullptr && arena.extend(block_->elements() + size, sizeof(T))) {
      ++block_->capacity;
    } else {
      move_to(arena, std::min(std::max(std::size_t{1}, 2 * size), kMost));
    }
  }
  void move_to(Arena& arena, std::size_t capacity) {
    void* storage = arena.allocate(sizeof(Block) + capacity * sizeof(T), std::max(alignof(T), alignof(Block)));
    auto* larger = new (storage) Block{static_cast<std::uint32_t>(size()), static_cast<std::uint32_t>(capacity)};
    if (block_ != nullptr) std::uninitialized_copy(begin(), end(), larger->elements());
    block_ = larger;
  }

  Block* block_ = nullptr;
};

/// A long list that grows element by element and is walked from front to back: blocks that double up to kLargestBlock elements.
template <typename T>
class List {
  /// As aligned as any element, also where a pointer has four bytes.
  struct alignas(std::uint64_t) Block {
    Block* next;
    std::uint32_t size;
    std::uint32_t capacity;
    [[nodiscard]] T* elements() noexcept { return reinterpret_cast<T*>(this + 1); }
    [[nodiscard]] const T* elements() const noexcept { return reinterpret_cast<const T*>(this + 1); }
  };
  static_assert(alignof(T) <= alignof(Block) && std::is_trivially_destructible_v<T>);
  static constexpr std::uint32_t kFirstBlock = 2;
  static constexpr std::uint32_t kLargestBlock = 512;

 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    Iterator() = default;
    explicit Iterator(const Block* block) noexcept : block_(block) {}
    const T& operator*() const noexcept { return block_->elements()[index_]; }
    const T* operator->() const noexcept { return block_->elements() + index_; }
    Iterator& operator++() noexcept {
      if (++index_ == block_->size) *this = Iterator(block_->next);
      return *this;
    }
    Iterator operator++(int) noexcept {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const Block* block_ = nullptr;
    std::uint32_t index_ = 0;
  };

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] Iterator begin() const noexcept { return Iterator(first_); }
  [[nodiscard]] Iterator end() const noexcept { return Iterator(nullptr); }

  /// A new default element at the end; it does not move.
  T& add(Arena& arena) {
    if (last_ == nullptr || last_->size == last_->capacity) {
      const std::uint32_t capacity = last_ == nullptr ? kFirstBlock : std::min(last_->capacity * 2, kLargestBlock);
      void* storage = arena.allocate(sizeof(Block) + capacity * sizeof(T), alignof(Block));
      auto* block = new (storage) Block{nullptr, 0, capacity};
      (last_ == nullptr ? first_ : last_->next) = block;
      last_ = block;
    }
    ++size_;
    return *new (last_->elements() + last_->size++) T{};
  }

 private:
  Block* first_ = nullptr;
  Block* last_ = nullptr;
  std::size_t size_ = 0;
};

/// Elements of one list while its message is read: a part of a stack that nested messages share.
template <typename T>
class Collector {
 public:
  [[nodiscard]] explicit Collector(std::vector<T>& stack) noexcept : stack_(stack), base_(stack.size()) {}
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;
  ~Collector() { stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(base_), stack_.end()); }

  void add(T element) { stack_.push_back(std::move(element)); }
  [[nodiscard]] std::span<const T> elements() const noexcept { return std::span<const T>(stack_).subspan(base_); }
  [[nodiscard]] bool empty() const noexcept { return stack_.size() == base_; }

 private:
  std::vector<T>& stack_;
  std::size_t base_;
};

}  // namespace macroscope::onnx
