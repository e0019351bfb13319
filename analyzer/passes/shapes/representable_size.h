// Representable sizes: does the number of bytes of a tensor fit 64 bits?
#pragma once

#include "analyzer/network/type.h"

namespace macroscope {

/// By 64 bits; with symbols, whether 128 bits hold the expression.  True where too little is known.
[[nodiscard]] bool has_representable_bytes(const Type& type);

}  // namespace macroscope
