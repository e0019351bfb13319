// Operators that draw random numbers.  Work: what a straightforward generator computes from uniform random bits.
#include <optional>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"

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

/// Box and Muller: two numbers from one logarithm, one root, one sine and one cosine.
Work normal_work(const OpContext& context) { return per_output(context, {.add = 1, .mul = 2, .special = 2}); }
constexpr Lines kUniform{.text = "| Y[i..] = low + random * range", .shape = random_of_shape, .axes = axis_maps::nothing};
constexpr Lines kUniformLike{.text = "X | Y[i..] = low + random * range", .shape = random_like, .axes = axis_maps::nothing};
constexpr Lines kBernoulli{.text = "Y[i..] = random < X[i..]", .shape = random_like, .axes = axis_maps::elementwise};
/// Probabilities are summed up once; each of m samples is looked for among the sums.
constexpr Lines kMultinomial{.text = "X | s[n,c] += Exp(X[n,c]); t[n,c,m] = random < s[n,c]; Y[n,m] = Cast(t[n,@drawn,m])",
                             .shape = multinomial,
                             .axes = axis_maps::rows};

constexpr std::string_view kNormal = "1 add + 2 mul + 2 special per element";

constexpr Operator kRandomRows[] = {
    {.name = "Bernoulli", .meaning = line_body<kBernoulli>, .traits = Trait::random},
    {.name = "Multinomial", .meaning = line_body<kMultinomial>, .traits = Trait::random},
    {.name = "RandomNormal",
     .meaning = Rules{random_of_shape, normal_work, axis_maps::nothing},
     .cost = kNormal,
     .traits = Trait::random},
    {.name = "RandomNormalLike",
     .meaning = Rules{random_like, normal_work, axis_maps::nothing},
     .roles = "type",
     .cost = kNormal,
     .traits = Trait::random},
    {.name = "RandomUniform", .meaning = line_body<kUniform>, .traits = Trait::random},
    {.name = "RandomUniformLike", .meaning = line_body<kUniformLike>, .roles = "type", .traits = Trait::random},
};

}  // namespace

Family families::random() { return {"", "random numbers", kRandomRows}; }

}  // namespace macroscope
