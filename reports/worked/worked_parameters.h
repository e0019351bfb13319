// Derivation of parameters: how are a layer's learned parameters worked out?
#pragma once

#include <vector>

#include "analyzer/operators/notation/nest.h"
#include "analyzer/passes/cost/parameters.h"
#include "reports/document/worked.h"

namespace macroscope {

/// `(1 + K*K*C) * F` for a convolution and its bias, `(1 + I) * U` for a dense layer, `2C` for scale and shift, otherwise the extents of what is
/// stored: `30522*768 + 512*768`.
/// \param parameters those that the node counts; `total` is their sum
/// \param nest the node's loop nest, or null
[[nodiscard]] Worked worked_parameters(const std::vector<const Parameter*>& parameters, const BoundNest* nest,
                                       const OpContext& context, const Scope& scope, const Dim& total);

}  // namespace macroscope
