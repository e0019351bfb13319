#include "analyzer/passes/shapes/representable_size.h"

#include <cstdint>

namespace macroscope {

bool has_representable_bytes(const Type& type) {
  constexpr std::int64_t kMostElements = std::int64_t{1} << 59;  // of 16 bytes at most
  if (!type.shape.known()) return true;
  try {
    const Dim elements = type.shape.elements();
    return !elements.integer() || (elements.number() && *elements.number() <= kMostElements);
  } catch (const AlgebraError&) {
    return false;
  }
}

}  // namespace macroscope
