// Activation checkpointing: what would it save to run parts of the network forward again instead of keeping their activations?
#pragma once

#include "analyzer/passes/training/gradient_walk.h"

namespace macroscope {

/// Cuts the order of nodes where a single activation is alive, and keeps as few of them as make what is kept at cuts and the largest segment
/// between them small together.  One segment where nothing is gained, or sizes are no numbers.
ActivationCheckpointing recomputed(const Network& network, const Shapes& shapes, const Costs& costs, const GradientWalk& walk,
                                   const GradientRun& run);

}  // namespace macroscope
