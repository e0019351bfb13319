// Resize and Upsample: extents by scales or by sizes, and what interpolating costs.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/access/resize_access.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

/// Where the operands stand; their order changed over the versions.
struct OperandIndices {
  std::size_t roi = kNoOperand;
  std::size_t scales = kNoOperand;
  std::size_t sizes = kNoOperand;
};

OperandIndices operands_of(const OpContext& context) {
  if (context.node().op == "Upsample" || context.version() < 11) return {.scales = 1};
  return {.roi = 1, .scales = 2, .sizes = 3};
}

/// floor(extent * factor) for the exact value of the factor, which is a multiple of a power of two; empty where that is out of reach.
std::optional<Dim> floor_product(const Dim& extent, double factor) {
  if (!std::isfinite(factor)) return std::nullopt;
  constexpr int kMantissaBits = 53, kMaxShift = 62;
  int exponent = 0;
  auto mantissa = static_cast<std::int64_t>(std::ldexp(std::frexp(factor, &exponent), kMantissaBits));
  exponent -= kMantissaBits;
  while (mantissa != 0 && mantissa % 2 == 0) {
    mantissa /= 2;
    ++exponent;
  }
  if (exponent >= 0)
    return exponent > kMaxShift ? std::nullopt
                                : std::optional<Dim>(extent * Dim(mantissa) * power(2, static_cast<unsigned>(exponent)));
  if (-exponent > kMaxShift) return std::nullopt;
  return floor_div(extent * Dim(mantissa), Dim(std::int64_t{1} << -exponent));
}

/// Whether an operand is given and no empty list, which stood for none before operands could be left out.
bool has_numbers(const OpContext& context, std::size_t index) {
  const Shape& shape = context.shape(index);
  return context.has_input(index) && !(shape.known() && shape.elements().is(0));
}

/// Numbers of an operand; those that are not known are empty; the whole is empty if there is none.
std::optional<Reals> reals_of(const OpContext& context, std::size_t index, std::size_t count) {
  if (!has_numbers(context, index)) return std::nullopt;
  const ValuePointer& value = context.input(index).value;
  return value && value->reals() ? *value->reals() : Reals(count);
}

/// Scales of the axes as they are in an operand or in the attributes of the old forms; empty where sizes decide.
std::optional<Reals> stated_scales(const OpContext& context, const OperandIndices& operands, std::size_t count) {
  if (const auto listed = context.real_list("scales")) return Reals(listed->begin(), listed->end());
  if (context.has_attribute("height_scale") || context.has_attribute("width_scale")) {
    require(count == 4, "bad-rank", "'height_scale' and 'width_scale' are for 4 axes, not {}", count);
    return Reals{1.0, 1.0, context.real("height_scale", 1.0), context.real("width_scale", 1.0)};
  }
  return reals_of(context, operands.scales, count);
}

std::optional<Reals> scales_of(const OpContext& context, const OperandIndices& operands, std::size_t count) {
  std::optional<Reals> scales = stated_scales(context, operands, count);
  for (std::size_t axis = 0; scales && axis < scales->size(); ++axis) {
    const auto& scale = (*scales)[axis];
    const std::optional<double> number = scale ? scale->number() : std::nullopt;
    require(!number || (std::isfinite(*number) && *number > 0), "bad-resize", "the scale of axis {} is {}", axis,
            number.value_or(0));
  }
  return scales;
}

/// How much of each axis is resized: all of it, but for tf_crop_and_resize.
Reals fractions_of(const OpContext& context, const OperandIndices& operands, std::size_t count) {
  Reals fractions(count, 1.0);
  if (context.text("coordinate_transformation_mode", "half_pixel") != "tf_crop_and_resize") return fractions;
  const Reals roi = reals_of(context, operands.roi, 2 * count).value_or(Reals(2 * count));
  require(roi.size() == 2 * count, "bad-resize", "'roi' has {} numbers for {} axes", roi.size(), count);
  for (std::size_t index = 0; index < count; ++index) {
    const auto begin = roi[index] ? negated(*roi[index]) : std::nullopt;
    const auto& end = roi[index + count];
    fractions[index] = begin && end ? sum(*end, *begin) : std::nullopt;
  }
  return fractions;
}

/// floor(extent * fraction * scale); empty where that is not known.
std::optional<Dim> scaled(const Dim& extent, const std::optional<Real>& scale, const std::optional<Real>& fraction) {
  const std::optional<Real> factor = scale && fraction ? product(*fraction, *scale) : std::nullopt;
  if (!factor) return std::nullopt;
  if (const std::optional<double> number = factor->number()) return floor_product(extent, *number);
  const std::optional<Real> result = product(Real::ratio(extent), *factor);
  const std::optional<Real> whole = result ? floor(*result) : std::nullopt;
  return whole ? whole->whole() : std::nullopt;
}

/// Sizes changed so that the aspect ratio stays: the least or largest scale of all holds for each axis, halves are rounded up.
void keep_aspect_ratio(std::vector<std::optional<Dim>>& sizes, const std::vector<Dim>& extents, bool not_larger) {
  for (std::size_t axis = 0; axis < sizes.size(); ++axis)
    if (!sizes[axis] || extents[axis].is(0)) {
      std::fill(sizes.begin(), sizes.end(), std::nullopt);
      return;
    }
  std::vector<std::optional<Dim>> kept(sizes.size());
  for (std::size_t axis = 0; axis < sizes.size(); ++axis)
    for (std::size_t by = 0; by < sizes.size(); ++by) {
      const Dim resized = by == axis ? *sizes[axis] : floor_div(2 * *sizes[by] * extents[axis] + extents[by], 2 * extents[by]);
      kept[axis] = !kept[axis] ? resized : not_larger ? min(*kept[axis], resized) : max(*kept[axis], resized);
    }
  sizes = std::move(kept);
}

/// New extents of the axes that are resized; those that are not known are empty.
std::vector<std::optional<Dim>> resized(const OpContext& context, const std::vector<Dim>& extents) {
  const OperandIndices operands = operands_of(context);
  const std::size_t count = extents.size();
  const std::optional<Reals> scales = scales_of(context, operands, count);
  const bool has_sizes = has_numbers(context, operands.sizes);
  if (scales) {
    require(!has_sizes, "bad-resize", "both scales and sizes are given");
    require(scales->size() == count, "bad-resize", "{} scales for {} axes", scales->size(), count);
    const Reals fractions = fractions_of(context, operands, count);
    std::vector<std::optional<Dim>> results;
    for (std::size_t axis = 0; axis < count; ++axis) results.push_back(scaled(extents[axis], (*scales)[axis], fractions[axis]));
    return results;
  }
  require(has_sizes, "missing-input", "neither scales nor sizes are given");
  const std::string_view policy =
      choice(context, "keep_aspect_ratio_policy", "stretch", {"stretch", "not_larger", "not_smaller"});
  std::vector<std::optional<Dim>> sizes = list_of(context, operands.sizes).value_or(Integers(count));
  require(sizes.size() == count, "bad-resize", "{} sizes for {} axes", sizes.size(), count);
  if (policy != "stretch") keep_aspect_ratio(sizes, extents, policy == "not_larger");
  return sizes;
}

/// The axes that are resized: all, or those that are named.
std::vector<std::size_t> resized_axes(const OpContext& context, std::size_t rank) {
  if (context.has_attribute("axes")) return axes_of(context, kNoOperand, "axes", rank).value();
  std::vector<std::size_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0U);
  return axes;
}

std::vector<Fact> resize(const OpContext& context) {
  const bool is_upsample = context.node().op == "Upsample";
  require_operands(context, 1, is_upsample ? (context.version() < 9 ? 1 : 2) : (context.version() < 11 ? 2 : 4));
  choice(context, "mode", "nearest", {"nearest", "linear", "bilinear", "cubic"});
  const Shape& data = context.shape(0);
  if (!data.known()) return {Fact::tensor(context.dtype(0))};
  const std::vector<std::size_t> axes = resized_axes(context, data.rank());
  std::vector<Dim> taken;
  taken.reserve(axes.size());
  for (const std::size_t axis : axes) taken.push_back(data[axis]);
  const std::vector<std::optional<Dim>> sizes = resized(context, taken);
  std::vector<Dim> extents(data.begin(), data.end());
  for (std::size_t index = 0; index < axes.size(); ++index)
    extents[axes[index]] = sizes[index] ? *sizes[index] : fresh_extent(context, 0, axes[index]);
  return {Fact::tensor(context.dtype(0), checked_shape(extents))};
}

/// Interpolation along one axis after the other: as many input elements for each as its filter is wide.  With `antialias` a filter that
/// shrinks the axis is widened by as much.
Work resize_work(const OpContext& context) {
  Work work;
  const std::string_view mode = context.text("mode", "nearest");
  if (mode == "nearest" || !is_floating(context.dtype(0))) return work;
  const Shape &data = context.known_shape(0), &result = context.output(0).type.shape;
  if (!result.known()) throw Unknown();
  Dim taps_before = 1, muls, adds;
  for (std::size_t axis = 0; axis < data.rank(); ++axis) {
    if (data[axis] == result[axis]) continue;
    Dim taps = mode == "cubic" ? 4 : 2;
    if (context.integer("antialias", 0) != 0) taps *= max(1, result[axis].is(0) ? Dim(1) : ceil_div(data[axis], result[axis]));
    muls += taps_before * taps;
    adds += taps_before * (taps - 1);
    taps_before *= taps;
  }
  const Dim elements = result.elements();
  work.of(Flop::mul) = muls * elements;
  work.of(Flop::add) = adds * elements;
  return work;
}

AxisMap resize_axes(const OpContext& context) {
  const Shape &data = context.known_shape(0), &result = context.output(0).type.shape;
  if (!result.known()) throw Unknown();
  const std::vector<std::size_t> axes = resized_axes(context, data.rank());
  const std::optional<Reals> scales = scales_of(context, operands_of(context), axes.size());
  std::vector<AccessMap> read = axis_maps::same(data.rank());
  for (std::size_t index = 0; index < axes.size(); ++index) {
    const std::size_t axis = axes[index];
    const bool has_scale = scales && index < scales->size() && (*scales)[index];
    const std::optional<double> number = has_scale ? (*scales)[index]->number() : std::nullopt;
    const std::optional<AxisScale> scale = axis_scale(number, data[axis], result[axis]);
    if (!scale) throw Unknown();
    read[axis] = resized_access(context, axis, *scale, data[axis], result[axis]);
  }
  AxisMap map;
  map.reads(0, 0, std::move(read));
  return map;
}

constexpr std::string_view kCost =
    "nearest 0; linear over d axes (2^d - 1) (2 mul + 1 add), cubic (4^d - 1)/3 (4 mul + 3 add) per output element";

constexpr Operator kResizingRows[] = {
    {.name = "Resize",
     .meaning = Rules{resize, resize_work, resize_axes},
     .roles = "data constant*3",
     .cost = kCost,
     .traits = Trait::keeps_axes,
     .saves = Saves::nothing},
    {.name = "Upsample",
     .meaning = Rules{resize, resize_work, resize_axes},
     .roles = "data constant",
     .cost = kCost,
     .traits = Trait::keeps_axes,
     .channels = ChannelAxis::second,
     .saves = Saves::nothing},
};

}  // namespace

Family families::resizing() { return {"", "resizing", kResizingRows}; }

}  // namespace macroscope
