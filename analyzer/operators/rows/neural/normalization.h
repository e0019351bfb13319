// Normalisation: what does it cost to normalise groups of elements to a mean of 0 and a variance of 1?
#pragma once

#include "analyzer/operators/work.h"

namespace macroscope {

/// What follows the normalization itself, per element: 1 where there is a scale, 1 where there is a shift.
struct Affine {
  int mul = 0;
  int add = 0;
};

/// Mean and variance of each group, and every element less the one over the root of the other.
void add_normalization(Work& work, const Dim& elements, const Dim& groups, const Affine& affine);

/// The same by the root of the mean square alone, with a scale.
void add_rms_normalization(Work& work, const Dim& elements, const Dim& groups);

}  // namespace macroscope
