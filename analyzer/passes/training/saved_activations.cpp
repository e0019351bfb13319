#include "analyzer/passes/training/saved_activations.h"

#include <algorithm>
#include <optional>

#include "analyzer/operators/activation.h"
#include "analyzer/operators/notation/formula.h"

namespace macroscope {
namespace {

bool any_but(const NeedsGradient& needs, std::size_t operand) {
  for (std::size_t other = 0; other < needs.size(); ++other)
    if (other != operand && needs[other]) return true;
  return false;
}

const Loops* contraction_of(const Operator* row) {
  const auto* loops = row == nullptr ? nullptr : std::get_if<Loops>(&row->meaning);
  return loops != nullptr && formula_of(loops->nests.front().formula).is_contraction() ? loops : nullptr;
}

Saves saved_by(const Operator* row) {
  if (row == nullptr) return Saves::operands;
  if (row->saves != Saves::by_meaning) return row->saves;
  if (std::holds_alternative<Moves>(row->meaning)) return Saves::nothing;
  return contraction_of(row) != nullptr ? Saves::factors : Saves::operands;
}

/// Of a contraction the factors are the operands of its nest; offsets and a mask say where the gradient of every other one comes from.
bool is_kept(const Operator* row, Saves saves, std::uint32_t operand, const NeedsGradient& needs) {
  if (saves == Saves::operands) return true;
  if (const Loops* loops = contraction_of(row)) {
    const auto* end = loops->operands.begin() + formula_of(loops->nests.front().formula).operands.size();
    const bool is_factor = std::find(loops->operands.begin(), end, operand) != end;
    const bool is_offset = loops->offsets >= 0 && operand >= static_cast<std::uint32_t>(loops->offsets) &&
                           row->roles.of(operand) == OperandRole::data;
    if (!is_factor && !is_offset) return false;
    if (is_offset) return true;
  }
  return any_but(needs, operand);
}

}  // namespace

Kept kept_by(const OpContext& context, const Operator* row, const NeedsGradient& needs) {
  Kept kept;
  if (std::find(needs.begin(), needs.end(), true) == needs.end()) return kept;
  const Saves saves = saved_by(row);
  kept.output = saves == Saves::result;
  if (saves == Saves::factors || saves == Saves::operands)
    for (std::uint32_t operand = 0; operand < context.input_count(); ++operand)
      if (context.has_input(operand) && is_kept(row, saves, operand, needs)) kept.inputs.push_back(operand);
  if (row == nullptr || !row->activation.is_given()) return kept;
  if (const std::optional<AppliedActivation> activation = activation_of(*row, context)) {
    kept.output = kept.output || activation->saves == Saves::result;
    kept.before_activation = activation->saves == Saves::operands;
  }
  return kept;
}

}  // namespace macroscope
