#include "analyzer/operators/notation/einsum.h"

#include <algorithm>

#include "analyzer/operators/notation/einsum_order.h"

namespace macroscope {

std::vector<Fact> einsum_shape(const Site& site) {
  try {
    const einsum::Equation equation = einsum::read_equation(site);
    std::vector<Dim> dims;
    for (const std::size_t label : equation.output) dims.push_back(equation.extents[label]);
    return {Fact::tensor(site.dtype(0), Shape(dims))};
  } catch (const NotKnown&) {
    return {Fact::tensor(site.dtype(0))};
  }
}

AxisMap einsum_axes(const Site& site) {
  const einsum::Equation equation = einsum::read_equation(site);
  AxisMap map;
  for (std::size_t operand = 0; operand < equation.axes.size(); ++operand) {
    const Shape& shape = site.known_shape(operand);
    std::vector<Reading> axes;
    for (const std::size_t label : equation.axes[operand]) {
      const Dim& extent = shape[axes.size()];
      const auto place = std::find(equation.output.begin(), equation.output.end(), label);
      const bool is_stretched = extent.is(1) && !equation.extents[label].is(1);
      axes.push_back(place == equation.output.end() ? Reading::whole(extent)
                     : is_stretched                 ? Reading::at(0)
                                                    : Reading::along(static_cast<std::size_t>(place - equation.output.begin())));
    }
    map.reads(0, operand, std::move(axes));
  }
  return map;
}

Work einsum_work(const Site& site) {
  const einsum::Equation equation = einsum::read_equation(site);
  const bool is_counted = is_floating(site.dtype(0));
  Work work;
  for (std::size_t operand = 0; operand < equation.operands.size(); ++operand)
    if (equation.alone(operand) != 0 && is_counted) work.of(Flop::add) += equation.volume(equation.operands[operand]);
  const einsum::Contraction contraction = einsum::contract(equation);
  if (!contraction.macs.is(0)) work.add_macs(contraction.macs, site.dtype(0));
  if (is_counted) work.of(Flop::mul) += contraction.products;
  return work;
}

}  // namespace macroscope
