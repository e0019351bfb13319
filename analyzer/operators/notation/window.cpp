#include "analyzer/operators/notation/window.h"

#include <algorithm>
#include <array>

#include "analyzer/algebra/work_budget.h"

namespace macroscope {
namespace {

enum class AutoPad : std::uint8_t { explicitly, same_upper, same_lower, valid };

AutoPad auto_pad_of(const OpContext& context) {
  const std::string_view text = context.text("auto_pad", "NOTSET");
  if (text == "NOTSET" || text.empty()) return AutoPad::explicitly;
  if (text == "SAME_UPPER") return AutoPad::same_upper;
  if (text == "SAME_LOWER") return AutoPad::same_lower;
  require(text == "VALID", "bad-attribute", "auto_pad is '{}', not NOTSET, SAME_UPPER, SAME_LOWER or VALID", text);
  return AutoPad::valid;
}

/// A list attribute of `count` entries, each at least `least`.
std::optional<Sizes> list_of(const OpContext& context, std::string_view name, std::size_t count, std::int64_t least) {
  std::optional<Sizes> list = context.size_list(name);
  if (!list) return list;
  require(list->size() == count, "bad-attribute", "{} has {} entries for {} spatial axes", name, list->size(), count);
  for (const Dim& entry : *list) {
    const Certainty holds = at_least(entry, least);
    require(holds != Certainty::never, "bad-attribute", "{} holds {}, less than {}", name, entry, least);
    if (holds == Certainty::unknown) context.assume(Assumption::at_least(entry, least));
  }
  return list;
}

std::vector<Window> described(const OpContext& context, std::span<const Dim> kernel) {
  const std::size_t axes = kernel.size();
  const std::optional<Sizes> strides = list_of(context, "strides", axes, 1);
  const std::optional<Sizes> dilations = list_of(context, "dilations", axes, 1);
  std::vector<Window> windows(axes);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    windows[axis].kernel = kernel[axis];
    if (strides) windows[axis].stride = (*strides)[axis];
    if (dilations) windows[axis].dilation = (*dilations)[axis];
  }
  return windows;
}

void pad_explicitly(const OpContext& context, std::vector<Window>& windows) {
  if (!context.has_attribute("pads")) return;
  const std::optional<Sizes> pads = context.size_list("pads");
  require(pads->size() == 2 * windows.size(), "bad-attribute", "pads has {} entries for {} spatial axes", pads->size(),
          windows.size());
  for (const Dim& pad : *pads) require(at_least(pad, 0) != Certainty::never, "bad-attribute", "pads holds {}", pad);
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

void assume_fits(const OpContext& context, const Window& window, const Dim& input) {
  if (at_least(input, window.reach()) != Certainty::always) context.assume(Assumption::at_least(input, window.reach()));
}

/// floor((input + pads - reach) / stride) + 1, or the ceiling without windows that start behind the input.
Dim places(const OpContext& context, const Window& window, const Dim& input, bool ceiling) {
  const Dim room = input + window.pad_begin + window.pad_end - window.reach();
  if (at_least(room, 0) == Certainty::never)
    fail("kernel-exceeds-input", "a window of {} does not fit into {} with padding {} + {}", window.reach().text(), input.text(),
         window.pad_begin.text(), window.pad_end.text());
  // The stronger assumption of the two: with it, the count of taps that meet the input has a closed form as well.
  if (!input.is_number() || !window.reach().is_number()) assume_fits(context, window, input);
  if (!ceiling) return floor_div(room, window.stride) + 1;
  return min(ceil_div(room, window.stride) + 1, ceil_div(input + window.pad_begin, window.stride));
}

}  // namespace

std::vector<Window> windows_over(const OpContext& context, std::span<const Dim> input, std::span<const Dim> kernel,
                                 std::vector<Dim>& positions) {
  std::vector<Window> windows = described(context, kernel);
  const AutoPad how = auto_pad_of(context);
  if (how == AutoPad::explicitly) pad_explicitly(context, windows);
  const bool ceiling = context.integer("ceil_mode", 0) != 0;
  positions.clear();
  for (std::size_t axis = 0; axis < windows.size(); ++axis) {
    Window& window = windows[axis];
    if (how == AutoPad::same_upper || how == AutoPad::same_lower) {
      positions.push_back(ceil_div(input[axis], window.stride));
      if (!window.kernel.is_number()) assume_fits(context, window, input[axis]);
      // With a stride of 1 that is reach - 1, which is never below 0.
      const Dim missing = (positions.back() - 1) * window.stride + window.reach() - input[axis];
      pad_by(window, window.stride.is(1) ? missing : max(missing, 0), how);
    } else {
      positions.push_back(places(context, window, input[axis], ceiling));
    }
  }
  return windows;
}

std::vector<Window> windows_under(const OpContext& context, std::span<const Dim> positions, std::span<const Dim> kernel,
                                  std::vector<Dim>& extent) {
  std::vector<Window> windows = described(context, kernel);
  const std::size_t axes = windows.size();
  const AutoPad how = auto_pad_of(context);
  const std::optional<Sizes> output_padding = list_of(context, "output_padding", axes, 0);
  std::optional<Sizes> output_shape = context.size_list("output_shape");
  if (output_shape && output_shape->size() > axes)  // some write batch and channels, too
    output_shape->erase(output_shape->begin(), output_shape->end() - static_cast<std::ptrdiff_t>(axes));
  require(!output_shape || output_shape->size() == axes, "bad-attribute", "output_shape has {} entries for {} spatial axes",
          output_shape ? output_shape->size() : 0, axes);
  require(how == AutoPad::explicitly || !context.has_attribute("pads"), "bad-attribute", "pads and auto_pad are both given");
  if (how == AutoPad::explicitly) pad_explicitly(context, windows);
  extent.clear();
  for (std::size_t axis = 0; axis < axes; ++axis) {
    Window& window = windows[axis];
    const Dim further = output_padding ? (*output_padding)[axis] : Dim(0);
    const Dim full = (positions[axis] - 1) * window.stride + window.reach() + further;
    const bool same = how == AutoPad::same_upper || how == AutoPad::same_lower;
    if (output_shape || same) {
      extent.push_back(output_shape ? (*output_shape)[axis] : positions[axis] * window.stride);
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

/// For each tap of a window, the first place where it lies behind the input, of those that exist.  Both candidates are
/// floor(numerator / stride) + 1, so where the places follow from the extent the numerators decide.
class FirstBehind {
 public:
  FirstBehind(const Window& window, const Dim& positions, const Dim& extent)
      : window_(window),
        positions_(positions),
        extent_(extent),
        room_(extent + window.pad_begin + window.pad_end - window.reach()),
        places_follow_(positions == floor_div(room_, window.stride) + 1) {}

  [[nodiscard]] Dim at(const Dim& offset) const {
    const Dim last_inside = extent_ - offset - 1;
    if (places_follow_ && at_least(last_inside, room_) == Certainty::always) return positions_;
    Dim behind = floor_div(last_inside, window_.stride) + 1;
    if (places_follow_ && at_least(room_, last_inside) == Certainty::always) return behind;
    return min(behind, positions_);
  }

 private:
  const Window& window_;
  const Dim& positions_;
  const Dim& extent_;
  Dim room_;
  bool places_follow_;
};

/// Numbers of taps, places and elements, all of them below 2^62, which leaves room for the sums.
struct NumericTaps {
  std::int64_t first, count, stride, dilation, pad, positions, extent;
};

std::optional<NumericTaps> numeric(const Window& window, const TapRange& taps, const Dim& positions, const Dim& extent) {
  const std::array<const Dim*, 7> all{&taps.first,       &taps.count, &window.stride, &window.dilation,
                                      &window.pad_begin, &positions,  &extent};
  if (!std::all_of(all.begin(), all.end(), [](const Dim* dim) { return dim->is_number(); })) return std::nullopt;
  return NumericTaps{*taps.first.number(),       *taps.count.number(), *window.stride.number(), *window.dilation.number(),
                     *window.pad_begin.number(), *positions.number(),  *extent.number()};
}

/// The same where all is known, without a Dim for each tap.
Dim numeric_taps_inside(const NumericTaps& taps) {
  Int128 inside = 0;
  for (std::int64_t tap = taps.first; tap < taps.first + taps.count; ++tap) {
    const Int128 offset = Int128{tap} * taps.dilation - taps.pad;
    const Int128 first = offset >= 0 ? 0 : (-offset + taps.stride - 1) / taps.stride;
    const Int128 room = Int128{taps.extent} - offset;
    const Int128 behind = room <= 0 ? 0 : std::min<Int128>((room + taps.stride - 1) / taps.stride, taps.positions);
    inside += std::max<Int128>(behind - first, 0);
  }
  return Dim::of_int128(inside);
}

/// The sum of max(pad - tap * dilation, 0) over `count` taps from `first` on: how many places of a stride of 1 each of them loses.
Dim lost_in(const Dim& pad, const Dim& dilation, const Dim& first, const Dim& count) {
  const Dim room = pad - first * dilation;
  const Dim losing = max(min(ceil_div(room, dilation), count), 0);
  return losing * room - dilation * floor_div(losing * (losing - 1), 2);
}

/// Taps of a window whose number is a symbol.  \throws Unknown where there is no closed form
Dim symbolic_taps_inside(const Window& window, const TapRange& taps, const Dim& positions, const Dim& extent) {
  if (!window.stride.is(1)) throw Unknown();
  const Dim behind = (positions - 1) + window.reach() - window.pad_begin - extent;  // places that the last tap loses
  const Dim taps_behind = window.kernel - taps.first - taps.count;
  return taps.count * positions - lost_in(window.pad_begin, window.dilation, taps.first, taps.count) -
         lost_in(behind, window.dilation, taps_behind, taps.count);
}

bool never_leaves(const Window& window, const Dim& positions, const Dim& extent) {
  if (!window.pad_begin.is(0)) return false;
  if (window.pad_end.is(0) && positions == floor_div(extent - window.reach(), window.stride) + 1) return true;
  return at_least(extent, (positions - 1) * window.stride + window.reach()) == Certainty::always;
}

}  // namespace

Dim taps_inside(const Window& window, const Dim& positions, const Dim& extent) {
  return taps_inside(window, {0, window.kernel}, positions, extent);
}

Dim taps_inside(const Window& window, const TapRange& taps, const Dim& positions, const Dim& extent) {
  if (never_leaves(window, positions, extent)) return positions * taps.count;
  constexpr std::int64_t kMaxTaps = 4096;
  constexpr std::int64_t kMaxTapsPastBudget = 32;
  const std::optional<std::int64_t> first_tap = taps.first.number(), count = taps.count.number();
  if (!first_tap || !count) return symbolic_taps_inside(window, taps, positions, extent);
  if (*count > kMaxTaps) throw Unknown();
  if (const auto known = numeric(window, taps, positions, extent)) return numeric_taps_inside(*known);
  if (algebra::is_budget_spent() && *count > kMaxTapsPastBudget) throw Unknown();
  const FirstBehind first_behind(window, positions, extent);
  Dim inside;
  for (std::int64_t tap = *first_tap; tap < *first_tap + *count; ++tap) {
    // Places p with 0 <= p * stride + offset < extent.
    const Dim offset = Dim(tap) * window.dilation - window.pad_begin;
    const Dim places_inside = first_behind.at(offset) - max(ceil_div(-offset, window.stride), 0);
    // A symbolic extent is assumed to hold the whole window; then no tap has fewer than no places.
    inside += places_inside;
  }
  return inside;
}

Dim taps_inside(std::span<const Window> windows, TapMask mask, std::span<const Dim> positions, std::span<const Dim> extents) {
  const auto inside = [&](std::size_t axis, const TapRange& taps) {
    return taps_inside(windows[axis], taps, positions[axis], extents[axis]);
  };
  if (mask == TapMask::none) {
    Dim pairs = 1;
    for (std::size_t axis = 0; axis < windows.size(); ++axis) pairs *= inside(axis, {0, windows[axis].kernel});
    return pairs;
  }
  // In row-major order a tap comes before the middle one if it does on the first axis where the two differ.
  Dim kept;
  Dim in_the_middle = 1;
  for (std::size_t axis = 0; axis < windows.size(); ++axis) {
    const Dim middle = floor_div(windows[axis].kernel, 2);
    Dim before = in_the_middle * inside(axis, {0, middle});
    for (std::size_t further = axis + 1; further < windows.size(); ++further)
      before *= inside(further, {0, windows[further].kernel});
    kept += before;
    in_the_middle *= inside(axis, {middle, 1});
  }
  return mask == TapMask::through_centre ? kept + in_the_middle : kept;
}

Dim taps_kept(std::span<const Dim> kernel, TapMask mask) {
  const Dim taps = product(kernel);
  if (mask == TapMask::none) return taps;
  return floor_div(taps, 2) + (mask == TapMask::through_centre ? 1 : 0);
}

}  // namespace macroscope
