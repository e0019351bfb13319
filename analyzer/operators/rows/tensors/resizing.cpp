// Resize and Upsample: extents by scales or by sizes, and what interpolating costs.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

#include "analyzer/operators/access/resize_access.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

/// Where the operands stand; their places changed over the versions.
struct Places {
  std::size_t roi = kNoOperand;
  std::size_t scales = kNoOperand;
  std::size_t sizes = kNoOperand;
};

Places places_of(const Site& site) {
  if (site.node().op == "Upsample" || site.version() < 11) return {.scales = 1};
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
bool has_numbers(const Site& site, std::size_t index) {
  const Shape& shape = site.shape(index);
  return site.has_input(index) && !(shape.known() && shape.elements().is(0));
}

/// Numbers of an operand; those that are not known are empty; the whole is empty if there is none.
std::optional<Reals> reals_of(const Site& site, std::size_t index, std::size_t count) {
  if (!has_numbers(site, index)) return std::nullopt;
  const ValuePointer& value = site.input(index).value;
  return value && value->reals() ? *value->reals() : Reals(count);
}

/// Scales of the axes as they stand in an operand or in the attributes of the old forms; empty where sizes decide.
std::optional<Reals> stated_scales(const Site& site, const Places& places, std::size_t count) {
  if (const auto listed = site.real_list("scales")) return Reals(listed->begin(), listed->end());
  if (site.has_attribute("height_scale") || site.has_attribute("width_scale")) {
    require(count == 4, "bad-rank", "'height_scale' and 'width_scale' are for 4 axes, not {}", count);
    return Reals{1.0, 1.0, site.real("height_scale", 1.0), site.real("width_scale", 1.0)};
  }
  return reals_of(site, places.scales, count);
}

std::optional<Reals> scales_of(const Site& site, const Places& places, std::size_t count) {
  std::optional<Reals> scales = stated_scales(site, places, count);
  for (std::size_t axis = 0; scales && axis < scales->size(); ++axis) {
    const auto& scale = (*scales)[axis];
    const std::optional<double> number = scale ? scale->number() : std::nullopt;
    require(!number || (std::isfinite(*number) && *number > 0), "bad-resize", "the scale of axis {} is {}", axis,
            number.value_or(0));
  }
  return scales;
}

/// How much of each axis is resized: all of it, but for tf_crop_and_resize.
Reals fractions_of(const Site& site, const Places& places, std::size_t count) {
  Reals fractions(count, 1.0);
  if (site.text("coordinate_transformation_mode", "half_pixel") != "tf_crop_and_resize") return fractions;
  const Reals roi = reals_of(site, places.roi, 2 * count).value_or(Reals(2 * count));
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
std::vector<std::optional<Dim>> resized(const Site& site, const std::vector<Dim>& extents) {
  const Places places = places_of(site);
  const std::size_t count = extents.size();
  const std::optional<Reals> scales = scales_of(site, places, count);
  const bool has_sizes = has_numbers(site, places.sizes);
  if (scales) {
    require(!has_sizes, "bad-resize", "both scales and sizes are given");
    require(scales->size() == count, "bad-resize", "{} scales for {} axes", scales->size(), count);
    const Reals fractions = fractions_of(site, places, count);
    std::vector<std::optional<Dim>> results;
    for (std::size_t axis = 0; axis < count; ++axis) results.push_back(scaled(extents[axis], (*scales)[axis], fractions[axis]));
    return results;
  }
  require(has_sizes, "missing-input", "neither scales nor sizes are given");
  const std::string_view policy = choice(site, "keep_aspect_ratio_policy", "stretch", {"stretch", "not_larger", "not_smaller"});
  std::vector<std::optional<Dim>> sizes = list_of(site, places.sizes).value_or(Integers(count));
  require(sizes.size() == count, "bad-resize", "{} sizes for {} axes", sizes.size(), count);
  if (policy != "stretch") keep_aspect_ratio(sizes, extents, policy == "not_larger");
  return sizes;
}

/// The axes that are resized: all, or those that are named.
std::vector<std::size_t> resized_axes(const Site& site, std::size_t rank) {
  if (site.has_attribute("axes")) return axes_of(site, kNoOperand, "axes", rank).value();
  std::vector<std::size_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0U);
  return axes;
}

std::vector<Fact> resize(const Site& site) {
  const bool is_upsample = site.node().op == "Upsample";
  require_operands(site, 1, is_upsample ? (site.version() < 9 ? 1 : 2) : (site.version() < 11 ? 2 : 4));
  choice(site, "mode", "nearest", {"nearest", "linear", "bilinear", "cubic"});
  const Shape& data = site.shape(0);
  if (!data.known()) return {Fact::tensor(site.dtype(0))};
  const std::vector<std::size_t> axes = resized_axes(site, data.rank());
  std::vector<Dim> taken;
  taken.reserve(axes.size());
  for (const std::size_t axis : axes) taken.push_back(data[axis]);
  const std::vector<std::optional<Dim>> sizes = resized(site, taken);
  std::vector<Dim> extents(data.begin(), data.end());
  for (std::size_t index = 0; index < axes.size(); ++index)
    extents[axes[index]] = sizes[index] ? *sizes[index] : fresh_extent(site, 0, axes[index]);
  return {Fact::tensor(site.dtype(0), checked_shape(extents))};
}

/// Interpolation along one axis after the other: as many input elements for each as its filter is wide.  With `antialias` a filter that
/// shrinks the axis is widened by as much.
Work resize_work(const Site& site) {
  Work work;
  const std::string_view mode = site.text("mode", "nearest");
  if (mode == "nearest" || !is_floating(site.dtype(0))) return work;
  const Shape &data = site.known_shape(0), &result = site.output(0).type.shape;
  if (!result.known()) throw NotKnown();
  Dim taps_before = 1, muls, adds;
  for (std::size_t axis = 0; axis < data.rank(); ++axis) {
    if (data[axis] == result[axis]) continue;
    Dim taps = mode == "cubic" ? 4 : 2;
    if (site.integer("antialias", 0) != 0) taps *= max(1, result[axis].is(0) ? Dim(1) : ceil_div(data[axis], result[axis]));
    muls += taps_before * taps;
    adds += taps_before * (taps - 1);
    taps_before *= taps;
  }
  const Dim elements = result.elements();
  work.of(Flop::mul) = muls * elements;
  work.of(Flop::add) = adds * elements;
  return work;
}

AxisMap resize_axes(const Site& site) {
  const Shape &data = site.known_shape(0), &result = site.output(0).type.shape;
  if (!result.known()) throw NotKnown();
  const std::vector<std::size_t> axes = resized_axes(site, data.rank());
  const std::optional<Reals> scales = scales_of(site, places_of(site), axes.size());
  std::vector<Reading> read = axis_maps::same(data.rank());
  for (std::size_t index = 0; index < axes.size(); ++index) {
    const std::size_t axis = axes[index];
    const bool has_scale = scales && index < scales->size() && (*scales)[index];
    const std::optional<double> number = has_scale ? (*scales)[index]->number() : std::nullopt;
    const std::optional<AxisScale> scale = axis_scale(number, data[axis], result[axis]);
    if (!scale) throw NotKnown();
    read[axis] = resized_reading(site, axis, *scale, data[axis], result[axis]);
  }
  AxisMap map;
  map.reads(0, 0, std::move(read));
  return map;
}

constexpr std::string_view kCost =
    "nearest 0; linear over d axes (2^d - 1) (2 mul + 1 add), cubic (4^d - 1)/3 (4 mul + 3 add) per output element";

constexpr Operator kRows[] = {
    {.name = "Resize", .meaning = Rules{resize, resize_work, resize_axes}, .roles = "xccc", .cost = kCost},
    {.name = "Upsample", .meaning = Rules{resize, resize_work, resize_axes}, .roles = "xc", .cost = kCost},
};

}  // namespace

Family families::resizing() noexcept { return {"", "resizing", kRows}; }

}  // namespace macroscope
