// Operators that draw random numbers.  Work: what a straightforward generator computes from uniform random bits.
#include <optional>
#include <vector>

#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

std::vector<Fact> random_of_shape(const OpContext& context) {
  const auto listed = context.integer_list("shape");
  require(listed.has_value(), "missing-attribute", "'shape' is left out");
  return {Fact::tensor(dtype_attribute(context, "dtype", DataType::float32),
                       checked_shape(std::vector<Dim>(listed->begin(), listed->end())))};
}

std::vector<Fact> random_like(const OpContext& context) {
  require_operands(context, 1);
  return {Fact::tensor(dtype_attribute(context, "dtype", context.dtype(0)), context.shape(0))};
}

std::vector<Fact> multinomial(const OpContext& context) {
  require_operands(context, 1);
  require_rank(context, 0, 2);
  const std::int64_t samples = context.integer("sample_size", 1);
  const Shape& data = context.shape(0);
  return {Fact::tensor(dtype_attribute(context, "dtype", DataType::int32),
                       checked_shape({data.known() ? data[0] : fresh_extent(context, 0, 0), samples}))};
}

Work per_output(const OpContext& context, const Effort& effort) {
  Work work;
  work.add(effort, elements_of(context.output(0)));
  return work;
}

Work uniform_work(const OpContext& context) { return per_output(context, {.add = 1, .mul = 1}); }
/// Box and Muller: two numbers from one logarithm, one root, one sine and one cosine.
Work normal_work(const OpContext& context) { return per_output(context, {.add = 1, .mul = 2, .special = 2}); }
Work bernoulli_work(const OpContext& context) { return per_output(context, {.compare = 1}); }

/// Probabilities are summed up once; each sample is looked for among the sums.
Work multinomial_work(const OpContext& context) {
  Work work;
  work.add({.add = 1, .special = 1}, elements_of(context.input(0)));
  work.add({.compare = 1}, elements_of(context.input(0)) * context.integer("sample_size", 1));
  return work;
}

constexpr std::string_view kNormal = "1 add + 2 mul + 2 special per element";
constexpr std::string_view kUniform = "1 add + 1 mul per element";

constexpr Operator kRows[] = {
    {.name = "Bernoulli",
     .meaning = Rules{random_like, bernoulli_work, axis_maps::elementwise},
     .cost = "1 compare per element",
     .traits = Trait::random},
    {.name = "Multinomial",
     .meaning = Rules{multinomial, multinomial_work, axis_maps::rows},
     .cost = "1 add + 1 special per input element, 1 compare per input element and sample",
     .traits = Trait::random},
    {.name = "RandomNormal",
     .meaning = Rules{random_of_shape, normal_work, axis_maps::nothing},
     .cost = kNormal,
     .traits = Trait::random},
    {.name = "RandomNormalLike",
     .meaning = Rules{random_like, normal_work, axis_maps::nothing},
     .roles = "type",
     .cost = kNormal,
     .traits = Trait::random},
    {.name = "RandomUniform",
     .meaning = Rules{random_of_shape, uniform_work, axis_maps::nothing},
     .cost = kUniform,
     .traits = Trait::random},
    {.name = "RandomUniformLike",
     .meaning = Rules{random_like, uniform_work, axis_maps::nothing},
     .roles = "type",
     .cost = kUniform,
     .traits = Trait::random},
};

}  // namespace

Family families::random() { return {"", "random numbers", kRows}; }

}  // namespace macroscope
