#include "reports/worked/worked_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "reports/worked/worked_size.h"

namespace macroscope {
namespace {

/// A weight, and perhaps a bias with one number for each filter or unit.
struct WeightAndBias {
  const Parameter* weight = nullptr;
  const Parameter* bias = nullptr;
};

/// Empty where the layer counts anything else.
std::optional<WeightAndBias> weight_and_bias(const std::vector<const Parameter*>& parameters, const Scope& scope) {
  WeightAndBias found;
  for (const Parameter* parameter : parameters) {
    const Shape& shape = scope.facts[parameter->tensor].type.shape;
    if (!shape.known()) return std::nullopt;
    const Parameter*& place = shape.rank() > 1 ? found.weight : found.bias;
    if (place != nullptr) return std::nullopt;
    place = parameter;
  }
  if (found.weight == nullptr) return std::nullopt;
  return found;
}

/// The extent of the loop of this letter; empty where there is none.
std::optional<Dim> extent_of(const BoundNest& nest, std::string_view loop) {
  const auto& loops = nest.formula->loops;
  const auto found = std::find(loops.begin(), loops.end(), loop);
  if (found == loops.end()) return std::nullopt;
  const auto& extents = nest.loops[static_cast<std::size_t>(found - loops.begin())].extents;
  return extents.size() == 1 ? std::optional(extents.front()) : std::nullopt;
}

std::optional<Worked> of_convolution(const BoundNest& nest, const OpContext& context, bool has_bias, const Dim& total) {
  const std::optional<ConvolutionSizes> sizes = convolution_sizes(nest, context);
  if (!sizes) return std::nullopt;
  const KernelLetters kernel(sizes->kernel);
  std::vector<Letter> letters{{"F", sizes->filters}, {"C", sizes->channels}, {"G", sizes->groups}};
  letters.insert(letters.end(), kernel.letters().begin(), kernel.letters().end());
  Dim taps = 1;
  for (const Dim& extent : sizes->kernel) taps *= extent;
  const Dim bias = has_bias ? sizes->groups : Dim(0);
  if ((bias + taps * sizes->channels) * sizes->filters != total * sizes->groups) return std::nullopt;
  const std::string one_filter = fmt::format("{}*C{}", kernel.product(), sizes->groups.is(1) ? "" : "/G");
  return worked_out(has_bias ? fmt::format("(1 + {}) * F", one_filter) : fmt::format("{} * F", one_filter), letters, total);
}

/// A matrix product with a stored matrix: inputs times units.
std::optional<Worked> of_product(const BoundNest& nest, bool has_bias, const Dim& total) {
  const auto inputs = extent_of(nest, "k");
  const auto units = extent_of(nest, "n");
  if (!inputs || !units || !nest.windows.empty() || (*inputs + (has_bias ? 1 : 0)) * *units != total) return std::nullopt;
  const std::vector<Letter> letters{{"I", *inputs}, {"U", *units}};
  return worked_out(has_bias ? "(1 + I) * U" : "I * U", letters, total);
}

/// Scale and shift of a normalization: the same extent each.
std::optional<Worked> of_vectors(const std::vector<const Parameter*>& parameters, const Scope& scope, const Dim& total) {
  if (parameters.size() != 2) return std::nullopt;
  const Shape& first = scope.facts[parameters.front()->tensor].type.shape;
  if (!first.known() || first.rank() != 1 || first[0] * 2 != total) return std::nullopt;
  const std::vector<Letter> letters{{"C", first[0]}};
  return worked_out("2C", letters, total);
}

Worked of_extents(const std::vector<const Parameter*>& parameters, const Scope& scope, const Dim& total) {
  Worked worked;
  std::string terms;
  Dim sum;
  for (const Parameter* parameter : parameters) {
    const Shape& shape = scope.facts[parameter->tensor].type.shape;
    if (!shape.known()) continue;
    terms += (terms.empty() ? "" : " + ") + product_text(shape);
    sum += shape.elements();
  }
  const std::string result = result_text(total);
  if (!terms.empty() && sum == total && terms != result) {
    worked.steps = {{"", terms}, {"=", result}};
  } else {
    worked.steps = {{"", result}};
  }
  return worked;
}

}  // namespace

Worked worked_parameters(const std::vector<const Parameter*>& parameters, const BoundNest* nest, const OpContext& context,
                         const Scope& scope, const Dim& total) {
  if (nest != nullptr && nest->formula->is_contraction()) {
    if (const std::optional<WeightAndBias> found = weight_and_bias(parameters, scope)) {
      const bool has_bias = found->bias != nullptr;
      if (std::optional<Worked> worked = of_convolution(*nest, context, has_bias, total)) return *worked;
      if (std::optional<Worked> worked = of_product(*nest, has_bias, total)) return *worked;
    }
  }
  if (std::optional<Worked> worked = of_vectors(parameters, scope, total)) return *worked;
  return of_extents(parameters, scope, total);
}

}  // namespace macroscope
