#include "analyzer/algebra/shape.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <utility>

namespace macroscope {

/// The dims are in the same allocation, right behind the block.
struct alignas(Dim) Shape::Block {
  explicit constexpr Block(std::size_t rank_of) noexcept : rank(rank_of) {}

  mutable std::atomic<std::size_t> references{1};
  std::size_t rank;

  [[nodiscard]] const Dim* dims() const noexcept { return std::launder(reinterpret_cast<const Dim*>(this + 1)); }

  static const Block* make(std::span<const Dim> dims) {
    if (dims.empty()) return &kScalar;
    void* const memory = ::operator new(sizeof(Block) + dims.size_bytes());
    auto* const block = new (memory) Block(dims.size());
    std::uninitialized_copy(dims.begin(), dims.end(), reinterpret_cast<Dim*>(block + 1));
    return block;
  }

  static const Block* shared(const Block* block) noexcept {
    if (block != nullptr && block->rank != 0) block->references.fetch_add(1, std::memory_order_relaxed);
    return block;
  }

  static void release(const Block* block) noexcept {
    // The block of all scalars is not counted.
    if (block == nullptr || block->rank == 0) return;
    if (block->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    std::destroy_n(block->dims(), block->rank);
    ::operator delete(const_cast<Block*>(block));
  }

  static const Block kScalar;
};

constinit const Shape::Block Shape::Block::kScalar{0};

Shape::Shape() noexcept : block_(&Block::kScalar) {}
Shape::Shape(std::initializer_list<Dim> dims) : block_(Block::make({dims.begin(), dims.size()})) {}
Shape::Shape(std::span<const Dim> dims) : block_(Block::make(dims)) {}
Shape Shape::unknown() noexcept { return Shape(static_cast<const Block*>(nullptr)); }

Shape::Shape(const Shape& other) noexcept : block_(Block::shared(other.block_)) {}
Shape::Shape(Shape&& other) noexcept : block_(std::exchange(other.block_, &Block::kScalar)) {}

// NOLINTNEXTLINE(bugprone-unhandled-self-assignment): shares before it releases
Shape& Shape::operator=(const Shape& other) noexcept {
  Block::release(std::exchange(block_, Block::shared(other.block_)));
  return *this;
}

Shape& Shape::operator=(Shape&& other) noexcept {
  std::swap(block_, other.block_);
  return *this;
}

Shape::~Shape() { Block::release(block_); }

bool Shape::known() const noexcept { return block_ != nullptr; }
std::size_t Shape::rank() const noexcept { return block_ == nullptr ? 0 : block_->rank; }

std::span<const Dim> Shape::dims() const noexcept {
  if (rank() == 0) return {};
  return {block_->dims(), block_->rank};
}

void Shape::throw_missing(std::size_t axis) const {
  if (!known()) throw Unknown();
  throw AlgebraError("the shape " + text() + " has no axis " + std::to_string(axis), "bad-rank");
}

Dim Shape::elements() const {
  if (is_numeric()) return product(dims());
  // Neighbours in a network have the same shapes, and an expression that they share is made once.
  struct Last {
    Shape shape;
    Dim elements;
  };
  static thread_local Last last{Shape{}, 1};
  if (last.shape != *this) last = {*this, product(dims())};
  return last.elements;
}

bool Shape::is_numeric() const noexcept {
  return known() && std::all_of(begin(), end(), [](const Dim& dim) { return dim.is_number(); });
}

Shape Shape::substitute(const Bindings& bindings) const {
  if (rank() == 0 || is_numeric()) return *this;
  std::vector<Dim> result;
  result.reserve(rank());
  for (const Dim& dim : dims()) result.push_back(dim.substitute(bindings));
  return Shape(result);
}

std::string Shape::text() const {
  if (!known()) return "[?]";
  std::string text = "[";
  for (const Dim& dim : dims()) {
    if (text.size() > 1) text += ", ";
    text += dim.text();
  }
  return text + "]";
}

bool operator==(const Shape& a, const Shape& b) noexcept {
  return a.block_ == b.block_ || (a.known() == b.known() && std::equal(a.begin(), a.end(), b.begin(), b.end()));
}

Dim product(std::span<const Dim> extents) {
  Dim result = 1;
  for (const Dim& extent : extents) result *= extent;
  return result;
}

}  // namespace macroscope
