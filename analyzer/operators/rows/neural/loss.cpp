#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"

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

std::vector<Fact> negative_log_likelihood_shape(const OpContext& context) { return {loss(context)}; }

std::vector<Fact> cross_entropy_shape(const OpContext& context) {
  return {loss(context), Fact::tensor(context.dtype(kScores), context.shape(kScores))};
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

bool is_reduced(const OpContext& context) { return context.text("reduction", "mean") != "none"; }
bool is_mean(const OpContext& context) { return context.text("reduction", "mean") == "mean"; }

/// Targets t; rows r of scores for c classes.
void loss_loops(const OpContext& context, LoopExtents& extents) {
  const Shape targets = target_shape(context);
  if (!targets.known()) throw Unknown();
  extents.set("t", targets.elements());
  const Shape& scores = context.shape(kScores);
  if (!scores.known()) return;
  extents.set("c", scores[1]);
  extents.set("r", scores[0] * product(scores.dims().subspan(2)));
}

/// The score of each target, negated (a comparison) and weighted, summed up; a mean is divided by the sum of the weights.
constexpr Lines kNegativeLogLikelihood{
    .text =
        "scores, target, W -> loss | p[t] = Neg(scores[t,@target]) * W?[@target]; when W: v[t] = W[@target];"
        "when reduced: loss[] += p[t]; when mean, W: w[] += v[t]; when mean: loss[] = loss[] / weights",
    .conditions = {{{"reduced", is_reduced}, {"mean", is_mean}}},
    .loops = loss_loops,
    .shape = negative_log_likelihood_shape,
    .axes = loss_axes};

/// The same of log-probabilities.
constexpr Lines kCrossEntropy{
    .text =
        "scores, target, W -> loss, log_prob | m[r] max= scores[r,c]; d[r,c] = scores[r,c] - m[r]; s[r] += Exp(d[r,c]);"
        "l[r] = Log(s[r]); log_prob[r,c] = d[r,c] - l[r];"
        "p[t] = Neg(log_prob[@t,@target]) * W?[@target]; when W: v[t] = W[@target];"
        "when reduced: loss[] += p[t]; when mean, W: w[] += v[t]; when mean: loss[] = loss[] / weights",
    .conditions = {{{"reduced", is_reduced}, {"mean", is_mean}}},
    .loops = loss_loops,
    .shape = cross_entropy_shape,
    .axes = loss_axes};

constexpr Operator kLossRows[] = {
    {.name = "NegativeLogLikelihoodLoss", .meaning = line_body<kNegativeLogLikelihood>, .roles = "data*2 constant", .since = 12},
    {.name = "SoftmaxCrossEntropyLoss", .meaning = line_body<kCrossEntropy>, .roles = "data*2 constant", .since = 12},
};

}  // namespace

Family families::loss() { return {"", "loss", kLossRows}; }

}  // namespace macroscope
