// The classifiers and regressors of ai.onnx.ml.  Their parameters are attributes, in lists whose lengths say how large they are.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/programs/tree_ensemble.h"

namespace macroscope {
namespace {

std::size_t length_of(const OpContext& context, std::string_view reals) {
  const auto list = context.real_list(reals);
  return list ? list->size() : 0;
}

/// Rows of the input: [N, F], or [F], which is one row.
std::optional<Dim> rows_of(const OpContext& context) {
  const Shape& shape = context.shape(0);
  if (!shape.known()) return std::nullopt;
  require(shape.rank() == 1 || shape.rank() == 2, "bad-rank", "operand 0 is {}, not [N, F] or [F]", shape);
  return shape.rank() == 1 ? Dim(1) : shape[0];
}

Dim known_rows(const OpContext& context) {
  const auto rows = rows_of(context);
  if (!rows) throw Unknown();
  return *rows;
}

Dim features_of(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  return shape[shape.rank() - 1];
}

/// Labels of the classes, and the dtype they have.
struct Labels {
  std::size_t count = 0;
  DataType type = DataType::int64;
};

Labels labels_of(const OpContext& context, std::string_view integers) {
  if (const auto texts = context.text_list("classlabels_strings"); texts && !texts->empty())
    return {texts->size(), DataType::string};
  const auto numbers = context.integer_list(integers);
  return {numbers ? numbers->size() : 0, DataType::int64};
}

/// A label and a score for each class, for each row.
std::vector<Fact> classified(const OpContext& context, const Labels& labels, std::size_t scores) {
  const auto rows = rows_of(context);
  if (!rows) return {Fact::tensor(labels.type), Fact::tensor(DataType::float32)};
  return {Fact::tensor(labels.type, Shape{*rows}), Fact::tensor(DataType::float32, Shape{*rows, Dim::of_size(scores)})};
}

std::vector<Fact> regressed(const OpContext& context, DataType type, std::int64_t targets) {
  const auto rows = rows_of(context);
  return {Fact::tensor(type, rows ? checked_shape({*rows, targets}) : Shape::unknown())};
}

/// What turns raw scores into the ones given out, per score.
Effort transform_effort(const OpContext& context) {
  const std::string_view transform =
      choice(context, "post_transform", "NONE", {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"});
  if (transform == "NONE") return {};
  if (transform == "LOGISTIC") return {.add = 1, .div = 1, .special = 1};
  if (transform == "PROBIT") return {.special = 1};
  return {.add = 2, .div = 1, .compare = 1, .special = 1};
}

// Linear models.

std::vector<Fact> linear_classifier_shape(const OpContext& context) {
  require_inputs(context, 1);
  transform_effort(context);
  const Labels labels = labels_of(context, "classlabels_ints");
  require(context.real_list("coefficients").has_value(), "bad-attribute", "coefficients must be given");
  // Without labels there is a score for each intercept; of two classes one row of coefficients is enough.
  return classified(context, labels, labels.count == 0 ? length_of(context, "intercepts") : labels.count);
}

Work linear_classifier_work(const OpContext& context) {
  Work work;
  const Dim rows = known_rows(context);
  work.add_macs(rows * Dim::of_size(length_of(context, "coefficients")), DataType::float32);
  work.add({.add = 1}, rows * Dim::of_size(length_of(context, "intercepts")));
  work.add(transform_effort(context), elements_of(context.output(1)));
  work.add({.compare = 1}, elements_of(context.output(1)));
  return work;
}

std::vector<Fact> linear_regressor_shape(const OpContext& context) {
  require_inputs(context, 1);
  transform_effort(context);
  return regressed(context, DataType::float32, context.integer("targets", 1));
}

Work linear_regressor_work(const OpContext& context) {
  Work work;
  const Dim rows = known_rows(context);
  work.add_macs(rows * Dim::of_size(length_of(context, "coefficients")), DataType::float32);
  work.add({.add = 1}, rows * Dim::of_size(length_of(context, "intercepts")));
  work.add(transform_effort(context), elements_of(context.output(0)));
  return work;
}

// Support vector machines.

/// Rows against each support vector by the kernel.
void add_kernel(Work& work, const OpContext& context, const Dim& pairs) {
  const std::string_view kernel = choice(context, "kernel_type", "LINEAR", {"LINEAR", "POLY", "RBF", "SIGMOID"});
  if (kernel == "RBF") {
    work.add({.add = 2, .mul = 1}, pairs * features_of(context));
    work.add({.mul = 1, .special = 1}, pairs);
    return;
  }
  work.add_macs(pairs * features_of(context), DataType::float32);
  if (kernel != "LINEAR") work.add({.add = 1, .mul = 1, .special = 1}, pairs);
}

std::size_t support_count(const OpContext& context) {
  const auto per_class = context.integer_list("vectors_per_class");
  std::int64_t count = per_class ? 0 : context.integer("n_supports", 0);
  for (const std::int64_t vectors : per_class.value_or(std::span<const std::int64_t>{}))
    if (vectors > 0 && __builtin_add_overflow(count, vectors, &count)) return 0;
  return static_cast<std::size_t>(std::max<std::int64_t>(count, 0));
}

std::vector<Fact> svm_classifier_shape(const OpContext& context) {
  require_inputs(context, 1);
  const Labels labels = labels_of(context, "classlabels_ints");
  return classified(context, labels, labels.count);
}

Work svm_classifier_work(const OpContext& context) {
  Work work;
  const Dim rows = known_rows(context);
  const std::size_t supports = support_count(context);
  const Dim classes = Dim::of_size(labels_of(context, "classlabels_ints").count);
  if (supports == 0) {
    work.add_macs(rows * Dim::of_size(length_of(context, "coefficients")), DataType::float32);
  } else {
    add_kernel(work, context, rows * Dim::of_size(supports));
    // Every support vector votes in the decisions between its class and each other one.
    work.add_macs(rows * Dim::of_size(supports) * (classes - 1), DataType::float32);
  }
  work.add({.add = 1}, rows * Dim::of_size(length_of(context, "rho")));
  work.add(transform_effort(context), rows * classes);
  work.add({.compare = 1}, rows * classes);
  return work;
}

std::vector<Fact> svm_regressor_shape(const OpContext& context) {
  require_inputs(context, 1);
  return regressed(context, DataType::float32, 1);
}

Work svm_regressor_work(const OpContext& context) {
  Work work;
  const Dim rows = known_rows(context);
  const std::size_t supports = support_count(context);
  if (supports == 0) {
    work.add_macs(rows * Dim::of_size(length_of(context, "coefficients")), DataType::float32);
  } else {
    add_kernel(work, context, rows * Dim::of_size(supports));
    work.add_macs(rows * Dim::of_size(supports), DataType::float32);
  }
  work.add({.add = 1}, rows * Dim::of_size(length_of(context, "rho")));
  work.add(transform_effort(context), rows);
  return work;
}

// Ensembles of trees.

/// Which nodes a row passes only the data can tell: what is counted is the most that a row can take, and the least is said.
void state_bounds(const OpContext& context) {
  try {
    const TreeEnsemble ensemble = tree_ensemble_of(context);
    if (ensemble.most_comparisons == 0) return;
    context.assume(Assumption::stated(
        fmt::format("a row of '{}' takes {} to {} comparisons, the most are counted ({} trees, {} nodes, depth {})",
                    context.output_name(0), ensemble.fewest_comparisons, ensemble.most_comparisons, ensemble.trees,
                    ensemble.branches + ensemble.leaves, ensemble.depth)));
  } catch (const RuleError& error) {
    context.warn(error.code(), error.what(), "what it costs is unknown");  // its shape can
  }
}

std::vector<Fact> tree_classifier_shape(const OpContext& context) {
  require_inputs(context, 1);
  transform_effort(context);
  state_bounds(context);
  const Labels labels = labels_of(context, "classlabels_int64s");
  return classified(context, labels, labels.count);
}

std::vector<Fact> tree_regressor_shape(const OpContext& context) {
  require_inputs(context, 1);
  transform_effort(context);
  state_bounds(context);
  return regressed(context, DataType::float32, context.integer("n_targets", 1));
}

std::vector<Fact> tree_ensemble_shape(const OpContext& context) {
  require_inputs(context, 1);
  state_bounds(context);
  return regressed(context, context.dtype(0), context.integer("n_targets", 1));
}

/// The longest path of each tree, and the sum over the trees for each score or target.
Work tree_work(const OpContext& context, std::size_t scores_at, const Effort& transform, bool picks_label) {
  Work work;
  const TreeEnsemble ensemble = tree_ensemble_of(context);
  const Dim rows = known_rows(context), scores = elements_of(context.output(scores_at));
  work.add({.compare = 1}, rows * ensemble.most_comparisons);
  work.add({.add = 1}, scores * std::max<std::int64_t>(ensemble.trees - 1, 0));
  work.add(transform, scores);
  if (picks_label) work.add({.compare = 1}, scores);
  return work;
}

Work tree_classifier_work(const OpContext& context) { return tree_work(context, 1, transform_effort(context), true); }
Work tree_regressor_work(const OpContext& context) { return tree_work(context, 0, transform_effort(context), false); }
/// Its transform is a number: 0 none, 1 softmax, 2 logistic, 3 softmax of what is not 0, 4 probit.
Work tree_ensemble_work(const OpContext& context) {
  constexpr Effort kSoftmax{.add = 2, .div = 1, .compare = 1, .special = 1};
  constexpr std::array<Effort, 5> kTransforms{Effort{}, kSoftmax, Effort{.add = 1, .div = 1, .special = 1}, kSoftmax,
                                              Effort{.special = 1}};
  const std::int64_t transform = context.integer("post_transform", 0);
  require(transform >= 0 && static_cast<std::size_t>(transform) < kTransforms.size(), "bad-attribute", "post_transform is {}",
          transform);
  return tree_work(context, 0, kTransforms[static_cast<std::size_t>(transform)], false);
}

constexpr std::string_view kTrees =
    "per row 1 compare for each node on the longest path of each tree, which bounds what the data make of it; trees - 1 add and "
    "the transform per score";

constexpr Operator kMachineLearningModelsRows[] = {
    {.name = "LinearClassifier",
     .meaning = Rules{linear_classifier_shape, linear_classifier_work},
     .cost = "features MACs per row and class; 1 add for an intercept, 1 compare and the transform per score"},
    {.name = "LinearRegressor",
     .meaning = Rules{linear_regressor_shape, linear_regressor_work},
     .cost = "features MACs per row and target; 1 add for an intercept, the transform per score"},
    {.name = "SVMClassifier",
     .meaning = Rules{svm_classifier_shape, svm_classifier_work},
     .cost =
         "per row and support vector the kernel (features MACs, RBF features (2 add, 1 mul) + 1 mul + 1 special, others 1 mul, 1 "
         "add, 1 special more) and "
         "classes - 1 MACs; 1 add per decision, 1 compare and the transform per class"},
    {.name = "SVMRegressor",
     .meaning = Rules{svm_regressor_shape, svm_regressor_work},
     .cost = "per row and support vector the kernel, as SVMClassifier, and 1 MAC; 1 add per row"},
    {.name = "TreeEnsemble",
     .meaning = Rules{tree_ensemble_shape, tree_ensemble_work},
     .since = 5,
     .cost = kTrees,
     .traits = Trait::unconfirmed_cost},
    {.name = "TreeEnsembleClassifier", .meaning = Rules{tree_classifier_shape, tree_classifier_work}, .cost = kTrees},
    {.name = "TreeEnsembleRegressor", .meaning = Rules{tree_regressor_shape, tree_regressor_work}, .cost = kTrees},
};

}  // namespace

Family families::machine_learning_models() { return {"ai.onnx.ml", "models", kMachineLearningModelsRows}; }

}  // namespace macroscope
