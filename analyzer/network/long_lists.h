// Long lists of a model: how are hundreds of functions and operator sets looked up without a walk over all of them?
#pragma once

#include <cstddef>
#include <vector>

#include "analyzer/network/network.h"

namespace macroscope {

/// Up to here a list is looked through from its front; longer ones are sorted, and looked up by halves.
inline constexpr std::size_t kFewEntries = 16;

/// To be called once a list is complete, for lists that may have more than a few entries: of equal ones the first holds.
void sort_if_many(std::vector<OperatorSet>& sets);
void sort_if_many(std::vector<Function>& functions);

}  // namespace macroscope
