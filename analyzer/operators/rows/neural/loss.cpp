#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

constexpr std::size_t kScores = 0, kTargets = 1, kWeights = 2;

/// Scores are [N, C, d1 ...], targets [N, d1 ...], weights [C].
void check_operands(const OpContext& context) {
  require_inputs(context, 2);
  require_rank_at_least(context, kScores, 2);
  require_rank(context, kWeights, 1);
  const Shape& scores = context.shape(kScores);
  const Shape& targets = context.shape(kTargets);
  if (!scores.known()) return;
  if (context.shape(kWeights).known()) context.must_equal(context.shape(kWeights)[0], scores[1], "weights of the classes");
  if (!targets.known()) return;
  if (targets.rank() + 1 != scores.rank()) {
    context.warn("bad-rank", fmt::format("targets are {}, scores are {}", targets.text(), scores.text()));
    return;
  }
  for (std::size_t axis = 0; axis < targets.rank(); ++axis)
    context.must_equal(targets[axis], scores[axis == 0 ? 0 : axis + 1], "an axis of targets and scores");
}

Shape target_shape(const OpContext& context) {
  const Shape& scores = context.shape(kScores);
  if (context.shape(kTargets).known() || !scores.known()) return context.shape(kTargets);
  std::vector<Dim> dims(scores.begin(), scores.end());
  dims.erase(dims.begin() + 1);
  return Shape(dims);
}

Fact loss(const OpContext& context) {
  check_operands(context);
  const std::string_view reduction = choice(context, "reduction", "mean", {"none", "sum", "mean"});
  return Fact::tensor(context.dtype(kScores), reduction == "none" ? target_shape(context) : Shape());
}

/// The negated, weighted score of each target, summed or averaged.
void add_loss(Work& work, const OpContext& context) {
  const Shape shape = target_shape(context);
  if (!shape.known()) throw Unknown();
  const Dim targets = shape.elements();
  const bool is_weighted = context.has_input(kWeights);
  const std::string_view reduction = context.text("reduction", "mean");
  work.add({.mul = is_weighted ? 1 : 0, .compare = 1}, targets);
  if (reduction == "none") return;
  work.add({.add = 1}, targets);
  if (reduction == "sum") return;
  if (is_weighted) work.add({.add = 1}, targets);
  work.add({.div = 1}, 1);
}

std::vector<Fact> negative_log_likelihood_shape(const OpContext& context) { return {loss(context)}; }

Work negative_log_likelihood_work(const OpContext& context) {
  Work work;
  add_loss(work, context);
  return work;
}

std::vector<Fact> cross_entropy_shape(const OpContext& context) {
  return {loss(context), Fact::tensor(context.dtype(kScores), context.shape(kScores))};
}

Work cross_entropy_work(const OpContext& context) {
  Work work;
  const Shape& scores = context.known_shape(kScores);
  work.add({.add = 3, .compare = 1, .special = 1}, scores.elements());
  work.add({.special = 1}, scores[0] * product(scores.dims().subspan(2)));
  add_loss(work, context);
  return work;
}

/// A loss for each target, or one of all; log probabilities keep the shape of the scores.
AxisMap loss_axes(const OpContext& context) {
  const Shape &scores = context.known_shape(0), &targets = context.known_shape(1);
  if (context.text("reduction", "mean") != "none") return axis_maps::everything(context);
  std::vector<AccessMap> of_scores;
  for (std::size_t axis = 0; axis < scores.rank(); ++axis)
    of_scores.push_back(axis == 1 ? AccessMap::whole(scores[1]) : AccessMap::along(axis == 0 ? 0 : axis - 1));
  AxisMap map;
  map.reads(0, 0, std::move(of_scores));
  map.reads(0, 1, axis_maps::same(targets.rank()));
  map.reads(1, 0, axis_maps::whole_between(scores, 1, 2));
  return map;
}

constexpr Operator kRows[] = {
    {"NegativeLogLikelihoodLoss", Rules{negative_log_likelihood_shape, negative_log_likelihood_work, loss_axes},
     "data*2 constant", 12,
     "per target 1 compare for the sign, 1 mul with weights, 1 add for a sum or mean, 1 more for the mean's weights; 1 div for a "
     "mean"},
    {"SoftmaxCrossEntropyLoss", Rules{cross_entropy_shape, cross_entropy_work, loss_axes}, "data*2 constant", 12,
     "as LogSoftmax on the scores and NegativeLogLikelihoodLoss on that"},
};

}  // namespace

Family families::loss() { return {"", "loss", kRows}; }

}  // namespace macroscope
