// Sliding window: where does it go along an axis, and how many of its taps meet the input?
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "analyzer/network/network.h"
#include "analyzer/operators/op_context.h"

namespace macroscope {

/// One spatial axis of a convolution or pooling.
struct Window {
  Dim kernel = 1;
  Dim stride = 1;
  Dim dilation = 1;
  Dim pad_begin;
  Dim pad_end;

  /// From the first tap to the last: (kernel - 1) * dilation + 1.
  [[nodiscard]] Dim reach() const { return (kernel - 1) * dilation + 1; }
};

/// The windows that a node's attributes (strides, dilations, pads, auto_pad) describe over axes of extent `input` with `kernel` taps, and in
/// `positions` how many places each takes: floor((input + pads - reach) / stride) + 1, or with ceil_mode the ceiling, where no window starts
/// in the padding behind the input.  Records the assumption that each kernel fits. \throws RuleError
std::vector<Window> windows_over(const OpContext& context, std::span<const Dim> input, std::span<const Dim> kernel,
                                 std::vector<Dim>& positions);

/// The same for a transposed convolution, whose windows move over the output: `extent` receives the output's extents from `positions` by
/// (positions - 1) * stride + reach + output_padding - pads, or as auto_pad and output_shape say. \throws RuleError
std::vector<Window> windows_under(const OpContext& context, std::span<const Dim> positions, std::span<const Dim> kernel,
                                  std::vector<Dim>& extent);

/// Some of a window's taps: `count` of them from `first` on.
struct TapRange {
  Dim first;
  Dim count;
};

/// How many pairs of place and tap lie inside [0, extent): the rest fall into padding, or are cropped.
Dim taps_inside(const Window& window, const Dim& positions, const Dim& extent);
/// The same of some of its taps.
Dim taps_inside(const Window& window, const TapRange& taps, const Dim& positions, const Dim& extent);
/// The same over several axes, of those taps that a mask keeps.
Dim taps_inside(std::span<const Window> windows, TapMask mask, std::span<const Dim> positions, std::span<const Dim> extents);

/// How many taps of a kernel a mask keeps.
Dim taps_kept(std::span<const Dim> kernel, TapMask mask);

}  // namespace macroscope
