// Dilated kernels: how does dilation spread a kernel?  As a Kronecker product: K' = K (x) A, where A is D x D with a single 1 at its corner.
#pragma once

#include <optional>
#include <string>

#include "analyzer/operators/notation/nest.h"

namespace macroscope {

/// Matrices by rows: `[k11 k12; k21 k22]`.
struct DilatedKernel {
  std::string kernel;   // K, the taps that are stored
  std::string spread;   // A
  std::string product;  // K', whose last D - 1 rows and columns are 0
  std::string support;  // `3 x 3`: from the first tap to the last, (F - 1) D + 1
};

/// Empty where nothing is dilated, a size is no number, or the matrix is too large to show.
[[nodiscard]] std::optional<DilatedKernel> dilated_kernel(const BoundNest& nest);

}  // namespace macroscope
