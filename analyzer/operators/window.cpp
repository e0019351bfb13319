#include "analyzer/operators/window.h"

#include <algorithm>

namespace macroscope {
namespace {

enum class AutoPad : std::uint8_t { explicitly, same_upper, same_lower, valid };

AutoPad auto_pad_of(const Site& site) {
  const std::string_view text = site.text("auto_pad", "NOTSET");
  if (text == "NOTSET" || text.empty()) return AutoPad::explicitly;
  if (text == "SAME_UPPER") return AutoPad::same_upper;
  if (text == "SAME_LOWER") return AutoPad::same_lower;
  require(text == "VALID", "bad-attribute", "auto_pad is '{}', not NOTSET, SAME_UPPER, SAME_LOWER or VALID", text);
  return AutoPad::valid;
}

/// A list attribute of `count` entries, each at least `least`; empty if it is absent.
std::span<const std::int64_t> list_of(const Site& site, std::string_view name, std::size_t count, std::int64_t least) {
  const auto list = site.integer_list(name);
  if (!list) return {};
  require(list->size() == count, "bad-attribute", "{} has {} entries for {} spatial axes", name, list->size(), count);
  for (const std::int64_t entry : *list)
    require(entry >= least, "bad-attribute", "{} holds {}, less than {}", name, entry, least);
  return *list;
}

std::vector<Window> described(const Site& site, std::span<const Dim> kernel) {
  const std::size_t axes = kernel.size();
  const auto strides = list_of(site, "strides", axes, 1);
  const auto dilations = list_of(site, "dilations", axes, 1);
  std::vector<Window> windows(axes);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    windows[axis].kernel = kernel[axis];
    if (!strides.empty()) windows[axis].stride = strides[axis];
    if (!dilations.empty()) windows[axis].dilation = dilations[axis];
  }
  return windows;
}

void pad_explicitly(const Site& site, std::vector<Window>& windows) {
  const auto pads = site.integer_list("pads");
  if (!pads) return;
  require(pads->size() == 2 * windows.size(), "bad-attribute", "pads has {} entries for {} spatial axes", pads->size(),
          windows.size());
  for (const std::int64_t pad : *pads) require(pad >= 0, "bad-attribute", "pads holds {}", pad);
  for (std::size_t axis = 0; axis < windows.size(); ++axis) {
    windows[axis].pad_begin = (*pads)[axis];
    windows[axis].pad_end = (*pads)[axis + windows.size()];
  }
}

void pad_by(Window& window, const Dim& total, AutoPad how) {
  const Dim smaller = floor_div(total, 2);
  window.pad_begin = how == AutoPad::same_upper ? smaller : total - smaller;
  window.pad_end = total - window.pad_begin;
}

/// floor((input + pads - reach) / stride) + 1, or the ceiling without windows that start behind the input.
Dim places(const Site& site, const Window& window, const Dim& input, bool ceiling) {
  const Dim room = input + window.pad_begin + window.pad_end - window.reach();
  if (at_least(room, 0) == Certainty::never)
    fail("kernel-exceeds-input", "a window of {} does not fit into {} with padding {} + {}", window.reach().text(), input.text(),
         window.pad_begin.text(), window.pad_end.text());
  // The stronger assumption of the two: with it, the count of taps that meet the input has a closed form as well.
  if (!input.is_number() && at_least(input, window.reach()) != Certainty::always)
    site.assume(fmt::format("{} >= {}", input.text(), window.reach().text()));
  if (!ceiling) return floor_div(room, window.stride) + 1;
  return min(ceil_div(room, window.stride) + 1, ceil_div(input + window.pad_begin, window.stride));
}

}  // namespace

std::vector<Window> windows_over(const Site& site, std::span<const Dim> input, std::span<const Dim> kernel,
                                 std::vector<Dim>& positions) {
  std::vector<Window> windows = described(site, kernel);
  const AutoPad how = auto_pad_of(site);
  if (how == AutoPad::explicitly) pad_explicitly(site, windows);
  const bool ceiling = site.integer("ceil_mode", 0) != 0;
  positions.clear();
  for (std::size_t axis = 0; axis < windows.size(); ++axis) {
    Window& window = windows[axis];
    if (how == AutoPad::same_upper || how == AutoPad::same_lower) {
      positions.push_back(ceil_div(input[axis], window.stride));
      pad_by(window, max((positions.back() - 1) * window.stride + window.reach() - input[axis], 0), how);
    } else {
      positions.push_back(places(site, window, input[axis], ceiling));
    }
  }
  return windows;
}

std::vector<Window> windows_under(const Site& site, std::span<const Dim> positions, std::span<const Dim> kernel,
                                  std::vector<Dim>& extent) {
  std::vector<Window> windows = described(site, kernel);
  const std::size_t axes = windows.size();
  const AutoPad how = auto_pad_of(site);
  const auto output_padding = list_of(site, "output_padding", axes, 0);
  auto output_shape = site.integer_list("output_shape");
  if (output_shape && output_shape->size() > axes) output_shape = output_shape->last(axes);  // some write batch and channels, too
  require(!output_shape || output_shape->size() == axes, "bad-attribute", "output_shape has {} entries for {} spatial axes",
          output_shape ? output_shape->size() : 0, axes);
  require(how == AutoPad::explicitly || !site.has_attribute("pads"), "bad-attribute", "pads and auto_pad are both given");
  if (how == AutoPad::explicitly) pad_explicitly(site, windows);
  extent.clear();
  for (std::size_t axis = 0; axis < axes; ++axis) {
    Window& window = windows[axis];
    const Dim further = output_padding.empty() ? Dim(0) : Dim(output_padding[axis]);
    const Dim full = (positions[axis] - 1) * window.stride + window.reach() + further;
    const bool same = how == AutoPad::same_upper || how == AutoPad::same_lower;
    if (output_shape || same) {
      extent.push_back(output_shape ? Dim((*output_shape)[axis]) : positions[axis] * window.stride);
      pad_by(window, max(full - extent.back(), 0), how == AutoPad::same_upper ? how : AutoPad::same_lower);
    } else {
      extent.push_back(full - window.pad_begin - window.pad_end);
    }
    if (at_least(extent.back(), 0) == Certainty::never)
      fail("bad-attribute", "pads {} + {} exceed the full extent {}", window.pad_begin.text(), window.pad_end.text(),
           full.text());
  }
  return windows;
}

namespace {

/// The first place whose tap lies behind the input, of those that exist.  Both candidates are floor(numerator / stride) + 1, so where the
/// places follow from the extent the numerators decide.
Dim first_behind(const Window& window, const Dim& positions, const Dim& extent, const Dim& offset) {
  const Dim room = extent + window.pad_begin + window.pad_end - window.reach();
  const Dim last_inside = extent - offset - 1;
  const Dim behind = floor_div(last_inside, window.stride) + 1;
  if (positions == floor_div(room, window.stride) + 1) {
    if (at_least(last_inside, room) == Certainty::always) return positions;
    if (at_least(room, last_inside) == Certainty::always) return behind;
  }
  return min(behind, positions);
}

/// The same where all is known, without a Dim for each tap.  Extents below 2^62 leave room for the sums.
Dim numeric_taps_inside(const Window& window, std::int64_t kernel, std::int64_t positions, std::int64_t extent) {
  Int128 inside = 0;
  for (std::int64_t tap = 0; tap < kernel; ++tap) {
    const Int128 offset = Int128{tap} * window.dilation - *window.pad_begin.number();
    const Int128 first = offset >= 0 ? 0 : (-offset + window.stride - 1) / window.stride;
    const Int128 room = Int128{extent} - offset;
    const Int128 behind = room <= 0 ? 0 : std::min<Int128>((room + window.stride - 1) / window.stride, positions);
    inside += std::max<Int128>(behind - first, 0);
  }
  return Dim::of_int128(inside);
}

}  // namespace

Dim taps_inside(const Window& window, const Dim& positions, const Dim& extent) {
  const std::optional<std::int64_t> kernel = window.kernel.number();
  constexpr std::int64_t kMaxTaps = 4096;
  if (!kernel || *kernel > kMaxTaps) throw NotKnown();
  if (window.pad_begin.is(0) && at_least(extent, (positions - 1) * window.stride + window.reach()) == Certainty::always)
    return positions * window.kernel;
  if (extent.is_number() && positions.is_number() && window.pad_begin.is_number())
    return numeric_taps_inside(window, *kernel, *positions.number(), *extent.number());
  Dim inside;
  for (std::int64_t tap = 0; tap < *kernel; ++tap) {
    // Places p with 0 <= p * stride + offset < extent.
    const Dim offset = Dim(tap) * window.dilation - window.pad_begin;
    const Dim places_inside = first_behind(window, positions, extent, offset) - max(ceil_div(-offset, window.stride), 0);
    // A symbolic extent is assumed to hold the whole window; then no tap has fewer than no places.
    inside += places_inside;
  }
  return inside;
}

}  // namespace macroscope
