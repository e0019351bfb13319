// Known contents: what is in a tensor, where its elements decide about shapes?
//
// Shapes travel through a graph as small integer tensors (Shape, Gather, Concat, Reshape ...).  A Value is the known content of such
// a tensor, symbols included; also of small floating tensors (Resize scales) and strings.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "analyzer/algebra/real.h"
#include "analyzer/algebra/shape.h"

namespace macroscope {

/// Row-major elements.  Integers and bools (0, 1) are Dims; an element that is not known is empty.
using Integers = std::vector<std::optional<Dim>>;
using Reals = std::vector<std::optional<Real>>;
using Texts = std::vector<std::string>;
/// The shapes of the elements of a sequence.
using ElementShapes = std::vector<Shape>;

class Value {
 public:
  explicit Value(Integers integers) : content_(std::move(integers)) {}
  explicit Value(Reals reals) : content_(std::move(reals)) {}
  explicit Value(Texts texts) : content_(std::move(texts)) {}
  explicit Value(ElementShapes shapes) : content_(std::move(shapes)) {}

  /// The elements if this holds integers or bools, otherwise null.
  [[nodiscard]] const Integers* integers() const noexcept { return std::get_if<Integers>(&content_); }
  [[nodiscard]] const Reals* reals() const noexcept { return std::get_if<Reals>(&content_); }
  [[nodiscard]] const Texts* texts() const noexcept { return std::get_if<Texts>(&content_); }
  [[nodiscard]] const ElementShapes* element_shapes() const noexcept { return std::get_if<ElementShapes>(&content_); }
  [[nodiscard]] std::size_t size() const noexcept;
  friend bool operator==(const Value&, const Value&) = default;

  /// Contents of more elements than this are not followed.
  static constexpr std::size_t kMaxElements = 4096;

 private:
  std::variant<Integers, Reals, Texts, ElementShapes> content_;
};

using ValuePointer = std::shared_ptr<const Value>;

}  // namespace macroscope
