#include "analyzer/operators/access/einsum.h"

#include <algorithm>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/notation/einsum_order.h"

namespace macroscope {

std::vector<Fact> einsum_shape(const OpContext& context) {
  try {
    const einsum::Equation equation = einsum::read_equation(context);
    std::vector<Dim> dims;
    for (const std::size_t label : equation.output) dims.push_back(equation.extents[label]);
    return {Fact::tensor(context.dtype(0), Shape(dims))};
  } catch (const Unknown&) {
    return {Fact::tensor(context.dtype(0))};
  }
}

AxisMap einsum_axes(const OpContext& context) {
  const einsum::Equation equation = einsum::read_equation(context);
  AxisMap map;
  for (std::size_t operand = 0; operand < equation.axes.size(); ++operand) {
    const Shape& shape = context.known_shape(operand);
    std::vector<AccessMap> axes;
    for (const std::size_t label : equation.axes[operand]) {
      const Dim& extent = shape[axes.size()];
      const auto place = std::find(equation.output.begin(), equation.output.end(), label);
      const bool is_stretched = extent.is(1) && !equation.extents[label].is(1);
      axes.push_back(place == equation.output.end() ? AccessMap::whole(extent)
                     : is_stretched                 ? AccessMap::at(0)
                                    : AccessMap::along(static_cast<std::size_t>(place - equation.output.begin())));
    }
    map.reads(0, operand, std::move(axes));
  }
  return map;
}

Work einsum_work(const OpContext& context) {
  const einsum::Equation equation = einsum::read_equation(context);
  const bool is_counted = is_floating(context.dtype(0));
  Work work;
  for (std::size_t operand = 0; operand < equation.operands.size(); ++operand)
    if (equation.alone(operand) != 0 && is_counted) work.of(Flop::add) += equation.volume(equation.operands[operand]);
  const einsum::Contraction contraction = einsum::contract(equation);
  if (!contraction.macs.is(0)) work.add_macs(contraction.macs, context.dtype(0));
  if (is_counted) work.of(Flop::mul) += contraction.products;
  return work;
}

}  // namespace macroscope
