#include "analyzer/passes/training/saved_activations.h"

#include <algorithm>
#include <string_view>

#include "analyzer/operators/notation/formula.h"

namespace macroscope {
namespace {

constexpr std::string_view kSums[] = {
    "Add",
    "Sub",
    "Sum",
    "Mean",
    "Neg",
    "AveragePool",
    "GlobalAveragePool",
    "ReduceMean",
    "ReduceSum",
    "CumSum",
    "Identity",
    "Dropout",
    "Resize",
    "Upsample",
    "Floor",
    "Ceil",
    "Round",
    "Sign",
    "QuantizeLinear",
    "Trilu",
    "DFT",
    "Col2Im",
};
constexpr std::string_view kToldByValue[] = {
    "Relu", "LeakyRelu", "Sigmoid", "Tanh", "Exp", "Sqrt", "Reciprocal", "Softmax", "LogSoftmax", "Elu", "HardSigmoid",
};

template <std::size_t N>
bool stands_in(const std::string_view (&names)[N], const Node& node) {
  return node.domain.empty() && std::find(std::begin(names), std::end(names), node.op) != std::end(names);
}

bool any_but(const NeedsGradient& needs, std::size_t operand) {
  for (std::size_t other = 0; other < needs.size(); ++other)
    if (other != operand && needs[other]) return true;
  return false;
}

}  // namespace

Kept kept_by(const Node& node, const Operator* row, const NeedsGradient& needs) {
  Kept kept;
  if (std::find(needs.begin(), needs.end(), true) == needs.end() || stands_in(kSums, node)) return kept;
  if (row != nullptr && std::holds_alternative<Moves>(row->meaning)) return kept;
  if (stands_in(kToldByValue, node)) {
    kept.output = true;
    return kept;
  }
  const auto* loops = row == nullptr ? nullptr : std::get_if<Loops>(&row->meaning);
  const bool is_contraction = loops != nullptr && formula_of(loops->nest.formula).is_contraction();
  const bool is_product = (node.domain.empty() && (node.op == "Mul" || node.op == "Einsum")) || is_contraction;
  for (std::uint32_t operand = 0; operand < node.inputs.size(); ++operand) {
    if (node.inputs[operand] == kAbsent) continue;
    if (is_contraction) {
      const std::size_t factors = formula_of(loops->nest.formula).operands.size();
      const auto* end = loops->operands.begin() + factors;
      if (std::find(loops->operands.begin(), end, operand) == end) continue;
    }
    if (!is_product || any_but(needs, operand)) kept.inputs.push_back(operand);
  }
  return kept;
}

}  // namespace macroscope
