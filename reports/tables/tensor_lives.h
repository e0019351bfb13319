// Lives of tensors: from which step to which is each of them kept, and how much is it?  The bytes alive at a step are the sum of those.
#pragma once

#include "reports/tables/figures.h"

namespace macroscope {

/// A row a buffer.  Steps count the layers in the order in which they run, from 1 on; a tensor whose memory another one takes over at its last
/// step ends one step before that.
[[nodiscard]] Table tensor_lives_table(const Figures& figures);

}  // namespace macroscope
