// Charts as SVG: how does one look?
//
// Accessible: a title, a description, names of points as tooltips.  Text and axes have the color of the text around them (`currentColor`), so
// that a page decides about light and dark; colors of series are ones that color-blind readers tell apart and that stand out from both,
// with dashes and shapes beside them.  Each series has a class (`series-0` ...) for pages that want other colors.
#pragma once

#include <string>
#include <string_view>

#include "reports/document/chart.h"
#include "reports/notation/sink.h"

namespace macroscope {

/// The element `<svg>`, for a page.  \param id distinguishes it from the others of the page: letters, digits and '-'
[[nodiscard]] std::string svg_chart(const Chart& chart, std::string_view id);

/// A file of its own, which follows the reader's choice of light or dark.  Several charts are below each other.
void write_svg_charts(const std::vector<const Chart*>& charts, Sink& sink);

}  // namespace macroscope
