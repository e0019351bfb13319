// Skip connections of a picture: which arrows lead around what lies between their ends?
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "reports/pictures/graph_layout.h"

namespace macroscope {

/// By edge: whether another way leads from its source to its target as well.  Past a bound on the work edges count as plain.
/// \param edges sorted, between boxes in an order in which they can be evaluated; none of those against that order is one
[[nodiscard]] std::vector<bool> skip_connections(std::size_t boxes, std::span<const LayoutEdge> edges);

}  // namespace macroscope
