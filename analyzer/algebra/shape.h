// Tensor shape: how large is a tensor along each of its axes?
//
// A Shape is an immutable list of Dims behind one pointer: copying it, as element-wise operators do for their outputs, costs one
// increment.  A Shape of unknown rank is not a Shape: use std::optional, or the null state of `Shape::unknown()`.
#pragma once

#include <cstddef>
#include <exception>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "analyzer/algebra/dim.h"

namespace macroscope {

/// Something that is needed is not known (a shape, a content); no fault of the model.
class Unknown : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override { return "not known"; }
};

class Shape {
 public:
  /// The scalar: rank 0.
  Shape() noexcept;
  Shape(std::initializer_list<Dim> dims);
  explicit Shape(std::span<const Dim> dims);
  explicit Shape(const std::vector<Dim>& dims) : Shape(std::span<const Dim>(dims)) {}
  /// A shape of unknown rank: known() is false, it has no dims, and none may be asked for.
  static Shape unknown() noexcept;

  Shape(const Shape& other) noexcept;
  Shape(Shape&& other) noexcept;
  Shape& operator=(const Shape& other) noexcept;
  Shape& operator=(Shape&& other) noexcept;
  ~Shape();

  [[nodiscard]] bool known() const noexcept;
  [[nodiscard]] std::size_t rank() const noexcept;
  [[nodiscard]] std::span<const Dim> dims() const noexcept;
  /// Checked, since what a rule reads of an operand is the file's choice. \throws AlgebraError `bad-rank` if there is no such axis; Unknown if the
  /// rank is not known
  [[nodiscard]] const Dim& operator[](std::size_t axis) const {
    if (axis >= rank()) throw_missing(axis);
    return dims()[axis];
  }
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
  [[noreturn]] void throw_missing(std::size_t axis) const;
  explicit Shape(const Block* owned) noexcept : block_(owned) {}
  const Block* block_;  // null: unknown rank
};

/// Product of some extents; 1 for none.
Dim product(std::span<const Dim> extents);

}  // namespace macroscope
