// Training section: what does a report say of training?
#pragma once

#include "reports/tables/figures.h"

namespace macroscope {

/// MACs of a step by what they compute, bytes by what they hold, and what recomputing activations would save.
Section training_section(const Figures& figures);

}  // namespace macroscope
