#include "analyzer/operators/gradients/nest_gradients.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace macroscope {
namespace {

struct Row {
  std::string_view domain, op;
  GradientRule rule;
};

constexpr Row kRows[] = {
    {"", "Attention", gradients_of_attention}, {"", "Einsum", gradients_of_einsum},
    {"", "GRU", gradients_of_recurrence},      {"", "LSTM", gradients_of_recurrence},
    {"", "RNN", gradients_of_recurrence},      {"com.microsoft", "MultiHeadAttention", gradients_of_attention},
};

}  // namespace

GradientRule gradient_rule_of(const Node& node) noexcept {
  const auto* found = std::find_if(std::begin(kRows), std::end(kRows),
                                   [&](const Row& row) { return row.domain == node.domain && row.op == node.op; });
  return found == std::end(kRows) ? nullptr : found->rule;
}

std::string words_of_repetition(const Shape& operand, const Shape& output) {
  if (!operand.known() || !output.known() || operand == output) return {};
  return operand.elements().is(1)
             ? "summed over all entries, as the operand is one number"
             : fmt::format("summed over the axes along which the operand was repeated, to {}", operand.text());
}

}  // namespace macroscope
