// Windows of calls: which window does a call of a convolution or pooling describe?
#pragma once

#include <vector>

#include "frontends/dsl/layers/layer_call.h"

namespace macroscope::dsl {

/// The shape of a map: [batch, channels, 1 to 3 spatial axes]. \throws BuildError
Shape map_shape(const GraphBuilder& build, Handle x);

/// Reads kernel, stride, pad and dilation, one number for all spatial axes or a list with one for each.
class Windowed {
 public:
  /// `stride_is_kernel`: what a pooling's stride is where it is not given. \throws BuildError
  Windowed(GraphBuilder& build, const LayerCall& call, const Shape& input, bool stride_is_kernel = false);

  [[nodiscard]] const std::vector<Dim>& kernel() const noexcept { return kernel_; }
  /// As ONNX's attributes, without those that say what holds anyway.
  [[nodiscard]] std::vector<Attribute> attributes() const;
  /// Turns `same` into numbers, for operators without auto_pad. \throws BuildError where the extents do not tell them
  void pad_by_numbers(const Shape& input);

 private:
  void read_pads(const LayerCall& call);

  GraphBuilder& build_;
  std::vector<Dim> kernel_, strides_, dilations_;
  std::vector<Dim> pads_;  // begins, then ends; empty where `same`
  bool is_same_ = false;
};

}  // namespace macroscope::dsl
