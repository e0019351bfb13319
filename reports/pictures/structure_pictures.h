// Structure pictures: how do channels run through dense blocks, branches and bottlenecks?  Bars as wide as what each layer has.
#pragma once

#include <vector>

#include "reports/tables/figures.h"

namespace macroscope {

/// Appends a section for each; none where the model has no such structure or where channels are no numbers.  Of many blocks the first are
/// shown, of many bottlenecks those of different widths.
void add_structure_pictures(std::vector<Section>& sections, const Figures& figures);

}  // namespace macroscope
