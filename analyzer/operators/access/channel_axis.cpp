#include "analyzer/operators/access/channel_axis.h"

#include "analyzer/operators/notation/formula.h"
#include "analyzer/operators/notation/nest.h"

namespace macroscope {
namespace {

/// `Y[n,c,p..]` has channels second, `Y[n,p..,c]` last: the axes of the map are those that stand for several.
std::optional<ChannelAxis> of_map(const Operand& output) {
  if (output.axes.size() != 3) return std::nullopt;
  if (output.repeated_at == 2) return ChannelAxis::second;
  return output.repeated_at == 1 ? std::optional(ChannelAxis::last) : std::nullopt;
}

}  // namespace

ChannelAxis channel_axis_of(const Operator& row, const OpContext& context) noexcept {
  const auto* loops = std::get_if<Loops>(&row.meaning);
  if (loops == nullptr || !of_map(formula_of(loops->nests.front().formula).output)) return row.channels;
  try {
    return of_map(formula_of(nest_of(*loops, context).formula).output).value_or(row.channels);
  } catch (const Unknown&) {
  } catch (const RuleError&) {
  } catch (const AlgebraError&) {}
  return row.channels;
}

}  // namespace macroscope
