// Access maps of interpolation: which elements does an element of a resized axis lie between?
#pragma once

#include "analyzer/operators/access/axis_map.h"

namespace macroscope {

/// How an axis is scaled: `over` elements of the result for `under` of the operand.
struct AxisScale {
  std::int64_t over = 1, under = 1;
};

/// The scale of an axis that is `scale` times as long, where that is a fraction of small numbers; otherwise from the extents.
std::optional<AxisScale> axis_scale(std::optional<double> scale, const Dim& extent, const Dim& resized);

/// By the attributes mode, coordinate_transformation_mode, nearest_mode and antialias. \throws Unknown
AccessMap resized_access(const OpContext& context, std::size_t axis, const AxisScale& scale, const Dim& extent,
                         const Dim& resized);

}  // namespace macroscope
