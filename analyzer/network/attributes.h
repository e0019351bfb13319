// Attribute equality: do two lists of attributes say the same?
#pragma once

#include <span>

#include "analyzer/network/network.h"

namespace macroscope {

/// True if both give the same names the same contents in the same order.  What stands for something else (a tensor, a type, a reference)
/// is the same only if it is one object; an attribute that no rule reads and a reference are not, but in a list that is one itself.
[[nodiscard]] bool same_attributes(std::span<const Attribute> a, std::span<const Attribute> b);

}  // namespace macroscope
