// Mixtures of experts: each token is routed to k of them, each two products (three where the activation has a gate of its own).
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/microsoft/fused.h"

namespace macroscope {
namespace {

/// Where one of these operators has its operands.
struct OperandIndices {
  std::size_t first, first_bias, second, second_bias, gate, gate_bias, router_weights;
  bool is_packed;
};

constexpr OperandIndices kFloating{2, 3, 4, 5, 6, 7, kNoOperand, false};
constexpr OperandIndices kQuantized{2, 4, 5, 7, 8, 10, 14, true};

struct Experts {
  Dim tokens, width, count;
  std::int64_t chosen = 1;
  Dim first_rows;  // of the first product: twice the inner width where the gate is part of it
  Dim inner;
};

bool is_gated(std::string_view activation) { return activation == "swiglu" || activation == "geglu"; }

/// Rows of the first product, [experts, rows, width]; earlier files of floats have [experts, width, rows].
Dim first_rows(const Shape& weight, const Dim& width, bool is_packed) {
  const bool is_transposed =
      !is_packed && equal(weight[2], width) == Certainty::never && equal(weight[1], width) != Certainty::never;
  return weight[is_transposed ? 2 : 1];
}

Experts experts_of(const OpContext& context, const OperandIndices& operands) {
  const Shape &input = context.known_shape(0), &first = context.known_shape(operands.first);
  require_rank(context, operands.first, 3);
  Experts experts{rows_of(input), last_of(input), first[0], context.integer("k", 1), 0, 0};
  require(experts.chosen > 0, "bad-attribute", "k is {}", experts.chosen);
  experts.first_rows = first_rows(first, experts.width, operands.is_packed);
  const bool holds_gate = is_gated(context.text("activation_type", "relu")) && !context.has_input(operands.gate);
  experts.inner = holds_gate ? exact_share(context, experts.first_rows, 2, "rows of gate and value") : experts.first_rows;
  return experts;
}

template <const OperandIndices& operands>
std::vector<Fact> experts_shape(const OpContext& context) {
  require_inputs(context, 3);
  require(context.has_input(operands.second), "missing-input", "the second weight is left out");
  const Shape &input = context.shape(0), &router = context.shape(1);
  require(!input.known() || input.rank() == 2 || input.rank() == 3, "bad-rank", "operand 0 has shape {}, its rank must be 2 or 3",
          input);
  require_rank(context, 1, 2);
  if (input.known() && router.known()) context.must_equal(rows_of(input), router[0], "tokens of input and router");
  return like_first(context);
}

/// Per element between the products.
Effort between(const OpContext& context, bool has_gate) {
  const std::string_view activation = context.text("activation_type", "relu");
  if (activation == "geglu") return kGeluByTanh + Effort{.mul = 1};
  Effort effort = activation == "swiglu" ? kSilu : effort_of_activation(activation);
  if (has_gate || activation == "swiglu") effort.mul += 1;
  if (activation != "swiglu") return effort;
  if (context.real("activation_alpha", 1) != 1) effort.mul += 1;
  if (context.real("activation_beta", 0) != 0) effort.add += 1;
  if (context.has_attribute("swiglu_limit")) effort.compare += 3;
  return effort;
}

/// A softmax over all experts, the k largest, their shares of the whole.
void add_routing(Work& work, const OpContext& context, const Experts& experts) {
  work.add(kSoftmax + Effort{.compare = 1}, experts.tokens * experts.count);
  if (context.integer("normalize_routing_weights", 0) != 0) work.add({.add = 1, .div = 1}, experts.tokens * experts.chosen);
}

void add_mixture(Work& work, const Experts& experts) {
  work.add({.mul = 1}, experts.tokens * experts.chosen * experts.width);
  work.add({.add = 1}, experts.tokens * (experts.chosen - 1) * experts.width);
}

template <const OperandIndices& operands>
Work experts_work(const OpContext& context) {
  const Experts experts = experts_of(context, operands);
  const bool has_gate = context.has_input(operands.gate);
  const Dim routed = experts.tokens * experts.chosen;
  const Dim rows = experts.first_rows + experts.inner * (has_gate ? 2 : 1);  // of all products, each of one width
  Work work;
  add_routing(work, context, experts);
  work.add_macs(routed * rows * experts.width, context.dtype(0));
  if (context.has_input(operands.first_bias)) work.add({.add = 1}, routed * experts.first_rows);
  if (has_gate && context.has_input(operands.gate_bias)) work.add({.add = 1}, routed * experts.inner);
  if (context.has_input(operands.second_bias)) work.add({.add = 1}, routed * experts.width);
  work.add(between(context, has_gate), routed * experts.inner);
  // Each expert that is chosen is dequantised once: no more than there are, and than are asked for.
  if (operands.is_packed) work.add(kDequantize, min(experts.count, routed) * rows * experts.width);
  add_mixture(work, experts);
  return work;
}

// MoEPacked: gate [experts, inner, bytes], value of the same form, down [experts, width, bytes].

constexpr std::size_t kPackedGate = 2, kPackedUp = 3, kPackedDown = 4, kPackedRouter = 5;

std::vector<Fact> packed_shape(const OpContext& context) {
  require_inputs(context, 3);
  require(context.has_input(kPackedDown), "missing-input", "the down weight is left out");
  for (const std::size_t index : {kPackedGate, kPackedUp, kPackedDown}) require_rank(context, index, 3);
  return like_first(context);
}

Work packed_work(const OpContext& context) {
  const Shape &input = context.known_shape(0), &gate = context.known_shape(kPackedGate);
  Experts experts{rows_of(input), last_of(input), gate[0], context.integer("k", 1), gate[1], gate[1]};
  const Dim routed = experts.tokens * experts.chosen;
  const Dim rows = experts.inner * (context.has_input(kPackedUp) ? 3 : 2);
  Work work;
  if (context.has_input(kPackedRouter)) {
    work.add({.compare = 1}, experts.tokens * experts.count);
  } else {
    work.add(kSoftmax + Effort{.compare = 1}, experts.tokens * experts.count);
  }
  if (context.integer("normalize_routing_weights", 1) != 0) work.add({.add = 1, .div = 1}, routed);
  work.add_macs(routed * rows * experts.width, context.dtype(0));
  work.add({.mul = 1}, min(experts.count, routed) * rows * experts.width);
  const std::string_view activation = context.text("activation_type", "swiglu");
  work.add(activation == "swiglu" ? kSilu + Effort{.mul = 1} : effort_of_activation(activation), routed * experts.inner);
  add_mixture(work, experts);
  return work;
}

// MoEGroupRouter: sigmoid scores, with a bias that only chooses; the best groups, then the best experts of these.

struct Routed {
  Dim tokens, experts;
};

Routed routed_of(const OpContext& context) {
  const Shape& logits = context.known_shape(0);
  return {rows_of(logits), context.has_input(2) ? context.known_shape(2)[0] : last_of(logits)};
}

std::vector<Fact> router_shape(const OpContext& context) {
  require_inputs(context, 2);
  require_rank(context, 2, 2);
  Shape shape = Shape::unknown();
  if (context.shape(0).known() && (!context.has_input(2) || context.shape(2).known())) {
    const Routed routed = routed_of(context);
    shape = {routed.tokens, routed.experts};
  }
  return {Fact::tensor(context.dtype(0), shape), Fact::tensor(DataType::float32, shape), Fact::tensor(DataType::float32, shape)};
}

Work router_work(const OpContext& context) {
  const Routed routed = routed_of(context);
  const Dim scores = routed.tokens * routed.experts;
  Work work;
  if (context.has_input(2)) work.add_macs(scores * last_of(context.known_shape(0)), context.dtype(0));
  work.add({.add = 2, .div = 1, .special = 1}, scores);
  if (!context.has_output(0)) return work;
  // Largest of each group, their sums, largest groups, largest experts; logarithms of those.
  work.add({.add = 1, .compare = 2}, scores);
  work.add({.compare = 1, .special = 1}, routed.tokens * positive(context, "top_k"));
  return work;
}

// Hyper-connections: C streams of one width, mixed into the input of a block and out of its result.

struct Streams {
  Dim rows, count, width;
};

/// [.., C, width], or with num_branches [.., C * width].
Streams streams_of(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  if (const std::int64_t count = context.integer("num_branches", 0); count > 0)
    return {rows_of(shape), count, exact_share(context, last_of(shape), count, "width of all streams")};
  require_rank_at_least(context, 0, 2);
  return {product(shape.dims().first(shape.rank() - 2)), shape[shape.rank() - 2], last_of(shape)};
}

Shape one_stream(const OpContext& context, const Dim& extent) {
  const Shape& shape = context.shape(0);
  const std::size_t dropped = context.integer("num_branches", 0) > 0 ? 1 : 2;
  std::vector<Dim> dims(shape.begin(), shape.end() - static_cast<std::ptrdiff_t>(dropped));
  dims.push_back(extent);
  return Shape(dims);
}

std::vector<Fact> pre_mix_shape(const OpContext& context) {
  require_inputs(context, 2);
  if (!context.shape(0).known()) return {Fact::tensor(context.dtype(0))};
  return {Fact::tensor(context.dtype(0), one_stream(context, streams_of(context).width))};
}

Work pre_mix_work(const OpContext& context) {
  const Streams streams = streams_of(context);
  Work work;
  work.add_macs(streams.rows * streams.count * streams.width, context.dtype(0));
  if (context.real("reduction_scale", 1) != 1) work.add({.mul = 1}, streams.rows * streams.width);
  return work;
}

std::vector<Fact> post_mix_shape(const OpContext& context) {
  require_inputs(context, 3);
  return like_first(context);
}

Work post_mix_work(const OpContext& context) {
  const Streams streams = streams_of(context);
  const Dim elements = streams.rows * streams.count * streams.width;
  Work work;
  if (context.has_input(3)) work.add_macs(elements * streams.count, context.dtype(0));
  work.add({.add = 1, .mul = 1}, elements);
  return work;
}

std::vector<Fact> low_rank_shape(const OpContext& context) {
  require_inputs(context, 5);
  positive(context, "num_branches");
  const DataType dtype = context.dtype(0);
  if (!context.shape(0).known()) return {Fact::tensor(dtype), Fact::tensor(dtype), Fact::tensor(dtype)};
  const Streams streams = streams_of(context);
  return {Fact::tensor(dtype, one_stream(context, streams.width)), Fact::tensor(dtype, one_stream(context, streams.count)),
          Fact::tensor(dtype, context.shape(0))};
}

Work low_rank_work(const OpContext& context) {
  const Streams streams = streams_of(context);
  const Dim width = streams.count * streams.width, elements = streams.rows * width;
  const Dim& rank = context.known_shape(2)[1];
  Work work;
  if (context.has_input(5)) work.add({.add = 1, .mul = 1}, elements);
  work.add({.add = 1, .mul = 3}, elements);
  work.add({.add = 1, .div = 1, .special = 1}, streams.rows * streams.count);
  work.add_macs(elements * (rank * 2 + streams.count + 1), context.dtype(0));
  work.add(kSilu + Effort{.mul = 1}, streams.rows * rank);
  work.add({.add = 1, .div = 1, .special = 1}, elements);
  work.add({.add = 1, .mul = 1, .div = 2, .special = 1}, streams.rows * streams.count);
  if (context.real("reduction_scale", 1) != 1) work.add({.mul = 1}, streams.rows * streams.width);
  return work;
}

constexpr std::string_view kCost =
    "tokens * k * width * (rows of all products) MACs in the input's dtype; per token and expert a softmax and 1 compare; "
    "biases, the activation, "
    "and k mul, k - 1 add per element of the mixture";

constexpr Operator kExpertsRows[] = {
    {.name = "HyperConnectionLowRankMix",
     .meaning = Rules{low_rank_shape, low_rank_work},
     .roles = "data weight",
     .cost = "rows * C * width * (2 rank + C + 1) MACs; RMSNormalization of each stream, ScaledSiLU, sigmoids of the gates"},
    {.name = "HyperConnectionPostMix",
     .meaning = Rules{post_mix_shape, post_mix_work},
     .cost = "1 mul, 1 add per element; elements * C MACs with a stream matrix"},
    {.name = "HyperConnectionPreMix",
     .meaning = Rules{pre_mix_shape, pre_mix_work},
     .cost = "rows * C * width MACs; 1 mul per output element for a scale"},
    {.name = "MoE",
     .meaning = Rules{experts_shape<kFloating>, experts_work<kFloating>},
     .roles = "data*2 weight bias weight bias weight bias",
     .cost = kCost},
    {.name = "MoEGroupRouter",
     .meaning = Rules{router_shape, router_work},
     .roles = "data bias weight",
     .cost = "a sigmoid and 1 add per token and expert; to choose 2 compare, 1 add; 1 compare, 1 special per chosen expert"},
    {.name = "MoEPacked", .meaning = Rules{packed_shape, packed_work}, .roles = "data*2 packed*3 data", .cost = kCost},
    {.name = "QMoE",
     .meaning = Rules{experts_shape<kQuantized>, experts_work<kQuantized>},
     .roles =
         "data*2 packed quantisation bias packed quantisation bias packed quantisation bias quantisation*3 data quantisation",
     .cost = kCost},
};

}  // namespace

Family families::microsoft_experts() { return {"com.microsoft", "experts and streams", kExpertsRows}; }

}  // namespace macroscope
