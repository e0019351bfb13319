// The graph of the model in the DOT language: modules as clusters, layers as boxes, or modules rolled up.
#pragma once

#include <cstddef>

#include "reports/document/sink.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// \param depth levels of modules that are boxes of their own; 0: every layer, within clusters
void write_dot(const Figures& figures, std::size_t depth, Sink& sink);

}  // namespace macroscope
