// Type as text: what is a tensor, in a word?  `float32[1, 64, 56, 56]`, `sequence`, `?`.
#pragma once

#include <string>

#include "analyzer/network/network.h"

namespace macroscope {

[[nodiscard]] std::string type_text(const Type& type);

}  // namespace macroscope
