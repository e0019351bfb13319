#include "analyzer/operators/access/resize_access.h"

#include <cmath>
#include <numeric>

namespace macroscope {
namespace {

/// A position between elements, exactly.
struct Position {
  std::int64_t over = 0, under = 1;  // under > 0
};

std::int64_t floor_of(const Position& at) { return (at.over >= 0 ? at.over : at.over - at.under + 1) / at.under; }
std::int64_t ceil_of(const Position& at) { return -floor_of({-at.over, at.under}); }

std::int64_t nearest(const Position& at, std::string_view mode) {
  if (mode == "floor") return floor_of(at);
  if (mode == "ceil") return ceil_of(at);
  if (mode == "round_prefer_ceil") return floor_of({2 * at.over + at.under, 2 * at.under});
  return ceil_of({2 * at.over - at.under, 2 * at.under});  // round_prefer_floor
}

/// Where element `index` of the result lies among the operand's: index / scale, moved as the transformation says.
class Transformation {
 public:
  Transformation(std::string_view mode, const AxisScale& scale, const Dim& extent, const Dim& resized) : scale_(scale) {
    if (mode == "half_pixel" || mode == "half_pixel_symmetric" || mode == "pytorch_half_pixel") {
      is_centred_ = mode != "pytorch_half_pixel" || !resized.is(1);
    } else if (mode == "tf_half_pixel_for_nn") {
      is_centred_ = true;
      is_behind_ = true;
    } else if (mode == "align_corners") {
      const auto from = extent.number(), to = resized.number();
      if (!from || !to) throw Unknown();
      if (*to > 1 && *from > 1) {
        const std::int64_t common = std::gcd(*to - 1, *from - 1);
        scale_ = {(*to - 1) / common, (*from - 1) / common};
      }
    } else if (mode != "asymmetric") {
      throw Unknown();  // tf_crop_and_resize: a part of the axis
    }
  }

  [[nodiscard]] std::int64_t period() const { return scale_.over; }
  [[nodiscard]] std::int64_t advance() const { return scale_.under; }
  [[nodiscard]] Position of(std::int64_t index) const {
    if (!is_centred_) return {index * scale_.under, scale_.over};
    return {(2 * index + 1) * scale_.under - (is_behind_ ? 0 : scale_.over), 2 * scale_.over};
  }

 private:
  AxisScale scale_;
  bool is_centred_ = false;  // (index + 1/2) / scale
  bool is_behind_ = false;   // and not half an element before that
};

struct Bounds {
  std::int64_t low, high;
};

/// A filter of so many elements to each side, which `antialias` widens where the axis shrinks.
Bounds under_filter(const Position& at, std::int64_t reach, const AxisScale& scale, bool widens) {
  if (widens && scale.under > scale.over) {
    // [at - reach * under / over, at + reach * under / over], whose ends weigh nothing.
    const Position low{at.over * scale.over - reach * scale.under * at.under, at.under * scale.over};
    const Position high{at.over * scale.over + reach * scale.under * at.under, at.under * scale.over};
    return {floor_of(low) + 1, ceil_of(high) - 1};
  }
  if (at.over % at.under == 0) return {floor_of(at), floor_of(at)};  // on an element: the others weigh nothing
  return {floor_of(at) - reach + 1, floor_of(at) + reach};
}

}  // namespace

std::optional<AxisScale> axis_scale(std::optional<double> scale, const Dim& extent, const Dim& resized) {
  constexpr std::int64_t kMaxPart = static_cast<std::int64_t>(kMaxPeriod);
  constexpr double kSingle = 1e-6;  // scales are stored as float32: 4/3 is 1.3333334
  for (std::int64_t under = 1; scale && under <= kMaxPart; ++under) {
    const double over = std::round(*scale * static_cast<double>(under));
    if (over < 1 || over > static_cast<double>(kMaxPart)) continue;
    if (std::abs(*scale * static_cast<double>(under) - over) <= kSingle * over)
      return AxisScale{static_cast<std::int64_t>(over), under};
  }
  if (const auto longer = exact_quotient(resized, extent); longer && longer->number()) return AxisScale{*longer->number(), 1};
  if (const auto shorter = exact_quotient(extent, resized); shorter && shorter->number()) return AxisScale{1, *shorter->number()};
  const auto from = extent.number(), to = resized.number();
  if (!from || !to || *from < 1 || *to < 1) return std::nullopt;
  const std::int64_t common = std::gcd(*from, *to);
  return AxisScale{*to / common, *from / common};
}

AccessMap resized_access(const OpContext& context, std::size_t axis, const AxisScale& scale, const Dim& extent,
                         const Dim& resized) {
  if (extent == resized) return AccessMap::along(axis);
  const bool is_upsample = context.node().op == "Upsample";
  const bool is_old = is_upsample || context.version() < 11;
  const std::string_view mode = context.text("mode", "nearest");
  const Transformation transformation(is_old ? "asymmetric" : context.text("coordinate_transformation_mode", "half_pixel"), scale,
                                      extent, resized);
  const std::string_view rounding = is_old ? "floor" : context.text("nearest_mode", "round_prefer_floor");
  constexpr std::int64_t kMaxScale = 1 << 20;
  if (transformation.period() > static_cast<std::int64_t>(kMaxPeriod) || transformation.advance() > kMaxScale) throw Unknown();
  AccessTerm step{static_cast<std::uint32_t>(axis), transformation.advance()};
  for (std::int64_t index = 0; index < transformation.period(); ++index) {
    const Position at = transformation.of(index);
    const std::int64_t one = nearest(at, rounding);
    const Bounds bounds = mode == "nearest"
                              ? Bounds{one, one}
                              : under_filter(at, mode == "cubic" ? 2 : 1, scale, context.integer("antialias", 0) != 0);
    step.lows.emplace_back(bounds.low);
    step.highs.emplace_back(bounds.high);
  }
  if (step.period() > 1) return AccessMap::of_step(std::move(step));
  return AccessMap::along(axis, step.step, step.lows.front(), step.highs.front());
}

}  // namespace macroscope
