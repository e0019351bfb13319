#include "analyzer/algebra/shape.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <utility>

#include "analyzer/algebra/expression.h"

namespace macroscope {

/// The dims are in the same allocation, right behind the block, and behind those of a shape with open sizes their product.
struct alignas(Dim) Shape::Block {
  using Product = std::atomic<const algebra::Expression*>;

  constexpr Block(std::size_t rank_of, bool numeric) noexcept : rank(rank_of), is_numeric(numeric) {}

  mutable std::atomic<std::size_t> references{1};
  std::size_t rank;
  bool is_numeric;

  [[nodiscard]] const Dim* dims() const noexcept { return std::launder(reinterpret_cast<const Dim*>(this + 1)); }
  /// Null where nobody has asked, or where it is a number after all.  Passes ask over and over, and an open product takes a while.
  [[nodiscard]] Product& product() const noexcept {
    return *std::launder(reinterpret_cast<Product*>(const_cast<Dim*>(dims()) + rank));
  }

  static const Block* make(std::span<const Dim> dims) {
    static_assert(alignof(Product) <= alignof(Dim));
    if (dims.empty()) return &kScalar;
    const bool numeric = std::all_of(dims.begin(), dims.end(), [](const Dim& dim) { return dim.is_number(); });
    void* const memory = ::operator new(sizeof(Block) + dims.size_bytes() + (numeric ? 0 : sizeof(Product)));
    auto* const block = new (memory) Block(dims.size(), numeric);
    Dim* const behind = std::uninitialized_copy(dims.begin(), dims.end(), reinterpret_cast<Dim*>(block + 1));
    if (!numeric) new (behind) Product(nullptr);
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
    if (!block->is_numeric) {
      if (const algebra::Expression* const product = block->product().load(std::memory_order_acquire)) algebra::release(product);
    }
    std::destroy_n(block->dims(), block->rank);
    ::operator delete(const_cast<Block*>(block));
  }

  static const Block kScalar;
};

constinit const Shape::Block Shape::Block::kScalar{0, true};

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
  if (!known() || is_numeric()) return product(dims());
  Block::Product& known_product = block_->product();
  if (const algebra::Expression* const known = known_product.load(std::memory_order_acquire)) {
    algebra::retain(*known);
    return algebra::Expression::adopt(known);
  }
  Dim elements = product(dims());
  const algebra::Expression* const body = algebra::Expression::of(elements);
  if (body == nullptr) return elements;
  algebra::retain(*body);
  const algebra::Expression* nobody = nullptr;
  if (!known_product.compare_exchange_strong(nobody, body, std::memory_order_acq_rel)) algebra::release(body);
  return elements;
}

bool Shape::is_numeric() const noexcept { return known() && block_->is_numeric; }

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
