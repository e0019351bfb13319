// Model graph as SVG: how does it look?
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "reports/notation/sink.h"
#include "reports/pictures/model_graph.h"

namespace macroscope {

/// A colour of heat, for light and dark pages alike: one hue that darkens, so that it reads without colours too.
[[nodiscard]] std::string_view heat_colour(int level) noexcept;
/// Of text upon it.
[[nodiscard]] std::string_view ink_on(int level) noexcept;

/// What the script of a page finds of a box.
struct BoxLinks {
  /// The row of the table of layers, or -1: `data-r`.
  std::int64_t row = -1;
  /// The picture of what is inside, or kNone: `data-i`.
  std::uint32_t inside = kNone;
  /// The row from which that picture counts its own: `data-b`, left out where it is the row below this box's.
  std::int64_t inside_row = 0;
};

struct PictureStyle {
  /// A document of its own, with everything that a viewer needs, rather than a part of a page.
  bool is_document = false;
  /// Nothing if the picture stands alone.
  std::function<BoxLinks(const GraphBox&)> links_of{};
};

/// Heat shows `metric`, the one that the picture was made with.
void draw_picture(const GraphPicture& picture, const Figures& figures, const PictureStyle& style, Metric metric, Sink& sink);

}  // namespace macroscope
