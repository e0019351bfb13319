#include "analyzer/operators/gradients/nest_gradients.h"

#include <fmt/format.h>

namespace macroscope {
std::string words_of_repetition(const Shape& operand, const Shape& output) {
  if (!operand.known() || !output.known() || operand == output) return {};
  return operand.elements().is(1)
             ? "summed over all entries, as the operand is one number"
             : fmt::format("summed over the axes along which the operand was repeated, to {}", operand.text());
}

}  // namespace macroscope
