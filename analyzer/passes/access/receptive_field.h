// Receptive fields: which part of each network input does an element of a tensor depend on?
//
// Along each spatial axis of an input (spatial_axes.h) the element at index i reads positions within [floor(start + i * jump), that + size).
// `start` counts from the input's first element and is negative where the padding before it is read; `size` is that of elements whose
// field does not reach over a border.  Several paths give the hull of their fields.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/operators/access/access_map.h"
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

/// over / under in lowest terms.
struct Ratio {
  Dim over = 0;
  Dim under = 1;
  [[nodiscard]] bool is_whole() const noexcept { return under.is(1); }
  /// `2`, `1/2`, `(N - 1)/2`
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Ratio&, const Ratio&) = default;
};

/// Along one axis of an input.
struct AxisField {
  enum class Kind : std::uint8_t {
    extent,
    all,     // the whole axis
    unknown  // not known, or follows no single step
  };
  Kind kind = Kind::unknown;
  Dim size{};
  Ratio jump{}, start{};
  /// Whether all paths have one centre.
  bool aligned = true;
  /// Everything before, or behind, belongs to it: causal operators.  `size` is that of the element that reads most.
  bool before = false, after = false;
  /// Positions count on from the end of the axis at its start, and the other way round: cyclic shifts.
  bool wraps = false;
};

/// Of one tensor, an input that it depends on.
struct InputField {
  std::uint32_t input = 0;      // its place in ReceptiveFields::inputs
  std::vector<AxisField> axes;  // one for each of the input's spatial axes
};

struct TrackedInput {
  TensorId tensor = 0;
  std::vector<std::uint32_t> axes;
};

class ReceptiveFields {
 public:
  /// Inputs of the main graph that have spatial axes, in its order.
  std::vector<TrackedInput> inputs;
  /// How many more there are; their fields are not told, so that memory stays in bounds.
  std::size_t inputs_left_out = 0;

  /// Of a tensor of the main graph.  Inputs that it does not depend on are left out.
  [[nodiscard]] std::vector<InputField> of(TensorId tensor, const Shapes& shapes) const;

  /// A reading along one axis of an input; `source` counts the spatial axes of all inputs.
  struct SourceReading {
    std::uint32_t source = 0;
    AccessMap access;
  };
  /// Ordered by source.  Many tensors share one.
  using AccessMaps = std::shared_ptr<const std::vector<SourceReading>>;
  /// By TensorId; null for tensors that depend on no input.
  std::vector<AccessMaps> tensors;
};

ReceptiveFields find_receptive_fields(const Network& network, const Shapes& shapes);

/// The model may have more inputs than fields are told of; quick, and false for nearly all.
bool may_leave_inputs_out(const Network& network, const Shapes& shapes);

}  // namespace macroscope
