// Icicle chart as SVG: where in the model does a quantity lie?  Modules as bars that divide into those below them, as wide as their share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/notation/sink.h"

namespace macroscope {

/// A row of a tree, parents before their children.
struct IcicleRow {
  std::uint32_t level = 0;
  double weight = 0;
  std::string name;
};

/// Bars too thin to see are left out: the table has them all.  \param quantity what the widths show, in words
void draw_icicle(const std::vector<IcicleRow>& rows, std::string_view quantity, Sink& sink);

}  // namespace macroscope
