// Steps of optimizers: a learning rate, a count of updates, then lists of tensors: values, gradients and what is kept of earlier gradients.
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

constexpr std::size_t kFirstList = 2;

/// Number of optimized tensors, if each comes with `kept` further tensors besides its gradient.
std::size_t optimized_count(const OpContext& context, std::size_t kept) {
  const std::size_t lists = 2 + kept;
  const std::size_t count = context.input_count();
  require(count > kFirstList && (count - kFirstList) % lists == 0, "operand-count",
          "{} operands do not make up {} lists of equal length", count, lists);
  return (count - kFirstList) / lists;
}

/// New values and new kept tensors, each like the old one.
template <std::size_t kept>
std::vector<Fact> step_shape(const OpContext& context) {
  const std::size_t tensors = optimized_count(context, kept);
  for (std::size_t which = 0; which < tensors; ++which) {
    const Shape& value = context.shape(kFirstList + which);
    for (std::size_t list = 1; list < 2 + kept; ++list) {
      const Shape& other = context.shape(kFirstList + list * tensors + which);
      if (!value.known() || !other.known()) continue;
      require(value.rank() == other.rank(), "shape-mismatch", "{} and {} belong to one tensor", value, other);
      for (std::size_t axis = 0; axis < value.rank(); ++axis)
        context.must_equal(value[axis], other[axis], "an axis of a tensor and its gradient");
    }
  }
  std::vector<Fact> results;
  for (std::size_t list = 0; list < 2 + kept; ++list) {
    if (list == 1) continue;  // gradients
    for (std::size_t which = 0; which < tensors; ++which) {
      const Fact& old = context.input(kFirstList + list * tensors + which);
      results.push_back(Fact::tensor(old.type.dtype, old.type.shape));
    }
  }
  return results;
}

Work step_work(const OpContext& context, std::size_t kept, const Effort& per_element, const Effort& once) {
  Work work;
  for (std::size_t which = 0; which < optimized_count(context, kept); ++which)
    work.add(per_element, elements_of(context.input(kFirstList + which)));
  work.add(once, 1);
  return work;
}

Work adagrad_work(const OpContext& context) {
  return step_work(context, 1, {.add = 4, .mul = 3, .div = 1, .special = 1}, {.add = 1, .mul = 1, .div = 1});
}

Work adam_work(const OpContext& context) {
  return step_work(context, 2, {.add = 5, .mul = 8, .div = 1, .special = 1}, {.add = 2, .mul = 1, .div = 1, .special = 3});
}

Work momentum_work(const OpContext& context) {
  const bool nesterov = context.text("mode", "standard") == "nesterov";
  return step_work(context, 1, {.add = nesterov ? 4 : 3, .mul = nesterov ? 5 : 4}, {});
}

/// One gradient for each of the first operands, of its own shape.
std::vector<Fact> gradient_shape(const OpContext& context) {
  std::vector<Fact> results;
  for (std::size_t index = 0; index < context.output_count(); ++index)
    results.push_back(Fact::tensor(context.dtype(index), context.shape(index)));
  return results;
}

Work unknown_work(const OpContext&) { throw Unknown(); }

constexpr Operator kTrainingRows[] = {
    {.name = "Adagrad",
     .meaning = Rules{step_shape<1>, adagrad_work},
     .cost = "4 add, 3 mul, 1 div, 1 special per optimized element; 1 add, 1 mul, 1 div for the rate"},
    {.name = "Adam",
     .meaning = Rules{step_shape<2>, adam_work},
     .cost = "5 add, 8 mul, 1 div, 1 special per optimized element; 2 add, 1 mul, 1 div, 3 special for the rate"},
    {.name = "Gradient",
     .meaning = Rules{gradient_shape, unknown_work},
     .cost = "not counted: it differentiates the graph around it",
     .traits = {Trait::unconfirmed_shape, Trait::unconfirmed_cost}},
    {.name = "Momentum",
     .meaning = Rules{step_shape<1>, momentum_work},
     .cost = "3 add, 4 mul per optimized element; Nesterov's 1 add, 1 mul more"},
};

}  // namespace

Family families::training() { return {"ai.onnx.preview.training", "training", kTrainingRows}; }

}  // namespace macroscope
