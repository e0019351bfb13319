// Shared pictures: which modules look the same, so that one picture shows all of them?
//
// The blocks of a deep network differ in the rows of the table that they stand for and in nothing else.  A picture that counts its rows from
// where its module begins is the same for all of them, and a page holds it once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "reports/formats/html_layers.h"
#include "reports/pictures/model_graph.h"

namespace macroscope {

struct SharedPicture {
  /// What `data-i` of other pictures calls it.
  std::uint32_t id = 0;
  /// The first of the pictures that it stands for, and how many there are.
  std::size_t first = 0;
  std::size_t count = 0;
  /// SVG, a part of a page.
  std::string drawing;
};

/// Of nested_pictures(), in their order: the model itself comes first, and counts its rows from the first one of the table.
[[nodiscard]] std::vector<SharedPicture> shared_pictures(const std::vector<GraphPicture>& pictures, const Figures& figures,
                                                         const PageLayers& layers);

}  // namespace macroscope
