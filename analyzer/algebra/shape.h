// Tensor shape: how large is a tensor along each of its axes?
//
// A Shape is an immutable list of Dims behind one pointer: copying it, as element-wise operators do for their outputs, costs one
// increment.  A Shape of unknown rank is not a Shape: use std::optional, or the null state of `Shape::unknown()`.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "analyzer/algebra/dim.h"

namespace macroscope {

class Shape {
 public:
  /// The scalar: rank 0.
  Shape() noexcept;
  Shape(std::initializer_list<Dim> dims);
  explicit Shape(std::span<const Dim> dims);
  explicit Shape(const std::vector<Dim>& dims) : Shape(std::span<const Dim>(dims)) {}
  /// A shape of unknown rank: known() is false and nothing else may be asked of it.
  static Shape unknown() noexcept;

  Shape(const Shape& other) noexcept;
  Shape(Shape&& other) noexcept;
  Shape& operator=(const Shape& other) noexcept;
  Shape& operator=(Shape&& other) noexcept;
  ~Shape();

  [[nodiscard]] bool known() const noexcept;
  [[nodiscard]] std::size_t rank() const noexcept;
  [[nodiscard]] std::span<const Dim> dims() const noexcept;
  [[nodiscard]] const Dim& operator[](std::size_t axis) const noexcept { return dims()[axis]; }
  [[nodiscard]] auto begin() const noexcept { return dims().begin(); }
  [[nodiscard]] auto end() const noexcept { return dims().end(); }

  /// Product of all extents; 1 for a scalar.
  [[nodiscard]] Dim elements() const;
  /// True if every extent is a plain number.
  [[nodiscard]] bool is_numeric() const noexcept;
  [[nodiscard]] Shape substitute(const Bindings& bindings) const;

  /// `[1, 64, floor((H + 1)/2), 112]`; `[?]` where the rank is unknown.
  [[nodiscard]] std::string text() const;
  /// Same rank and equal extents; two unknown shapes are equal.
  friend bool operator==(const Shape& a, const Shape& b) noexcept;

 private:
  struct Block;  // reference count, rank, dims
  explicit Shape(const Block* owned) noexcept : block_(owned) {}
  const Block* block_;  // null: unknown rank
};

/// Product of some extents; 1 for none.
Dim product(std::span<const Dim> extents);

}  // namespace macroscope
