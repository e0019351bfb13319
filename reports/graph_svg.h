// How does a picture of the model look as SVG?
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "reports/model_graph.h"
#include "reports/sink.h"

namespace macroscope {

/// A colour of heat, for light and dark pages alike: one hue that darkens, so that it reads without colours too.
[[nodiscard]] std::string_view heat_colour(int level) noexcept;
/// Of text upon it.
[[nodiscard]] std::string_view ink_on(int level) noexcept;

struct PictureStyle {
  /// A document of its own, with everything that a viewer needs, rather than a part of a page.
  bool is_document = false;
  /// Names the table row that a box stands for: `data-r`; -1 for none.
  std::function<std::int64_t(const GraphBox&)> row_of{};
};

/// Heat shows `measure`, the one that the picture was made with.
void draw_picture(const GraphPicture& picture, const Figures& figures, const PictureStyle& style, Measure measure, Sink& sink);

}  // namespace macroscope
