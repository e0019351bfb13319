// Mixtures of experts: each token is routed to k of them, each two products (three where the activation has a gate of its own).
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/microsoft/fused.h"

namespace macroscope {
namespace {

/// Where one of these operators has its operands.
struct Places {
  std::size_t first, first_bias, second, second_bias, gate, gate_bias, router_weights;
  bool is_packed;
};

constexpr Places kFloating{2, 3, 4, 5, 6, 7, kNoOperand, false};
constexpr Places kQuantized{2, 4, 5, 7, 8, 10, 14, true};

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

Experts experts_of(const Site& site, const Places& places) {
  const Shape &input = site.known_shape(0), &first = site.known_shape(places.first);
  require_rank(site, places.first, 3);
  Experts experts{rows_of(input), last_of(input), first[0], site.integer("k", 1), 0, 0};
  require(experts.chosen > 0, "bad-attribute", "k is {}", experts.chosen);
  experts.first_rows = first_rows(first, experts.width, places.is_packed);
  const bool holds_gate = is_gated(site.text("activation_type", "relu")) && !site.has_input(places.gate);
  experts.inner = holds_gate ? exact_share(site, experts.first_rows, 2, "rows of gate and value") : experts.first_rows;
  return experts;
}

template <const Places& places>
std::vector<Fact> experts_shape(const Site& site) {
  require_inputs(site, 3);
  require(site.has_input(places.second), "missing-input", "the second weight is left out");
  const Shape &input = site.shape(0), &router = site.shape(1);
  require(!input.known() || input.rank() == 2 || input.rank() == 3, "bad-rank", "operand 0 has shape {}, its rank must be 2 or 3",
          input);
  require_rank(site, 1, 2);
  if (input.known() && router.known()) site.must_equal(rows_of(input), router[0], "tokens of input and router");
  return like_first(site);
}

/// Per element between the products.
Effort between(const Site& site, bool has_gate) {
  const std::string_view activation = site.text("activation_type", "relu");
  if (activation == "geglu") return kGeluByTanh + Effort{.mul = 1};
  Effort effort = activation == "swiglu" ? kSilu : effort_of_activation(activation);
  if (has_gate || activation == "swiglu") effort.mul += 1;
  if (activation != "swiglu") return effort;
  if (site.real("activation_alpha", 1) != 1) effort.mul += 1;
  if (site.real("activation_beta", 0) != 0) effort.add += 1;
  if (site.has_attribute("swiglu_limit")) effort.compare += 3;
  return effort;
}

/// A softmax over all experts, the k largest, their shares of the whole.
void add_routing(Work& work, const Site& site, const Experts& experts) {
  work.add(kSoftmax + Effort{.compare = 1}, experts.tokens * experts.count);
  if (site.integer("normalize_routing_weights", 0) != 0) work.add({.add = 1, .div = 1}, experts.tokens * experts.chosen);
}

void add_mixture(Work& work, const Experts& experts) {
  work.add({.mul = 1}, experts.tokens * experts.chosen * experts.width);
  work.add({.add = 1}, experts.tokens * (experts.chosen - 1) * experts.width);
}

template <const Places& places>
Work experts_work(const Site& site) {
  const Experts experts = experts_of(site, places);
  const bool has_gate = site.has_input(places.gate);
  const Dim routed = experts.tokens * experts.chosen;
  const Dim rows = experts.first_rows + experts.inner * (has_gate ? 2 : 1);  // of all products, each of one width
  Work work;
  add_routing(work, site, experts);
  work.add_macs(routed * rows * experts.width, site.dtype(0));
  if (site.has_input(places.first_bias)) work.add({.add = 1}, routed * experts.first_rows);
  if (has_gate && site.has_input(places.gate_bias)) work.add({.add = 1}, routed * experts.inner);
  if (site.has_input(places.second_bias)) work.add({.add = 1}, routed * experts.width);
  work.add(between(site, has_gate), routed * experts.inner);
  // Each expert that is chosen is dequantised once: no more than there are, and than are asked for.
  if (places.is_packed) work.add(kDequantize, min(experts.count, routed) * rows * experts.width);
  add_mixture(work, experts);
  return work;
}

// MoEPacked: gate [experts, inner, bytes], value of the same form, down [experts, width, bytes].

constexpr std::size_t kPackedGate = 2, kPackedUp = 3, kPackedDown = 4, kPackedRouter = 5;

std::vector<Fact> packed_shape(const Site& site) {
  require_inputs(site, 3);
  require(site.has_input(kPackedDown), "missing-input", "the down weight is left out");
  for (const std::size_t index : {kPackedGate, kPackedUp, kPackedDown}) require_rank(site, index, 3);
  return like_first(site);
}

Work packed_work(const Site& site) {
  const Shape &input = site.known_shape(0), &gate = site.known_shape(kPackedGate);
  Experts experts{rows_of(input), last_of(input), gate[0], site.integer("k", 1), gate[1], gate[1]};
  const Dim routed = experts.tokens * experts.chosen;
  const Dim rows = experts.inner * (site.has_input(kPackedUp) ? 3 : 2);
  Work work;
  if (site.has_input(kPackedRouter)) {
    work.add({.compare = 1}, experts.tokens * experts.count);
  } else {
    work.add(kSoftmax + Effort{.compare = 1}, experts.tokens * experts.count);
  }
  if (site.integer("normalize_routing_weights", 1) != 0) work.add({.add = 1, .div = 1}, routed);
  work.add_macs(routed * rows * experts.width, site.dtype(0));
  work.add({.mul = 1}, min(experts.count, routed) * rows * experts.width);
  const std::string_view activation = site.text("activation_type", "swiglu");
  work.add(activation == "swiglu" ? kSilu + Effort{.mul = 1} : effort_of_activation(activation), routed * experts.inner);
  add_mixture(work, experts);
  return work;
}

// MoEGroupRouter: sigmoid scores, with a bias that only chooses; the best groups, then the best experts of these.

struct Routed {
  Dim tokens, experts;
};

Routed routed_of(const Site& site) {
  const Shape& logits = site.known_shape(0);
  return {rows_of(logits), site.has_input(2) ? site.known_shape(2)[0] : last_of(logits)};
}

std::vector<Fact> router_shape(const Site& site) {
  require_inputs(site, 2);
  require_rank(site, 2, 2);
  Shape shape = Shape::unknown();
  if (site.shape(0).known() && (!site.has_input(2) || site.shape(2).known())) {
    const Routed routed = routed_of(site);
    shape = {routed.tokens, routed.experts};
  }
  return {Fact::tensor(site.dtype(0), shape), Fact::tensor(DataType::float32, shape), Fact::tensor(DataType::float32, shape)};
}

Work router_work(const Site& site) {
  const Routed routed = routed_of(site);
  const Dim scores = routed.tokens * routed.experts;
  Work work;
  if (site.has_input(2)) work.add_macs(scores * last_of(site.known_shape(0)), site.dtype(0));
  work.add({.add = 2, .div = 1, .special = 1}, scores);
  if (!site.has_output(0)) return work;
  // Largest of each group, their sums, largest groups, largest experts; logarithms of those.
  work.add({.add = 1, .compare = 2}, scores);
  work.add({.compare = 1, .special = 1}, routed.tokens * positive(site, "top_k"));
  return work;
}

// Hyper-connections: C streams of one width, mixed into the input of a block and out of its result.

struct Streams {
  Dim rows, count, width;
};

/// [.., C, width], or with num_branches [.., C * width].
Streams streams_of(const Site& site) {
  const Shape& shape = site.known_shape(0);
  if (const std::int64_t count = site.integer("num_branches", 0); count > 0)
    return {rows_of(shape), count, exact_share(site, last_of(shape), count, "width of all streams")};
  require_rank_at_least(site, 0, 2);
  return {product(shape.dims().first(shape.rank() - 2)), shape[shape.rank() - 2], last_of(shape)};
}

Shape one_stream(const Site& site, const Dim& extent) {
  const Shape& shape = site.shape(0);
  const std::size_t dropped = site.integer("num_branches", 0) > 0 ? 1 : 2;
  std::vector<Dim> dims(shape.begin(), shape.end() - static_cast<std::ptrdiff_t>(dropped));
  dims.push_back(extent);
  return Shape(dims);
}

std::vector<Fact> pre_mix_shape(const Site& site) {
  require_inputs(site, 2);
  if (!site.shape(0).known()) return {Fact::tensor(site.dtype(0))};
  return {Fact::tensor(site.dtype(0), one_stream(site, streams_of(site).width))};
}

Work pre_mix_work(const Site& site) {
  const Streams streams = streams_of(site);
  Work work;
  work.add_macs(streams.rows * streams.count * streams.width, site.dtype(0));
  if (site.real("reduction_scale", 1) != 1) work.add({.mul = 1}, streams.rows * streams.width);
  return work;
}

std::vector<Fact> post_mix_shape(const Site& site) {
  require_inputs(site, 3);
  return like_first(site);
}

Work post_mix_work(const Site& site) {
  const Streams streams = streams_of(site);
  const Dim elements = streams.rows * streams.count * streams.width;
  Work work;
  if (site.has_input(3)) work.add_macs(elements * streams.count, site.dtype(0));
  work.add({.add = 1, .mul = 1}, elements);
  return work;
}

std::vector<Fact> low_rank_shape(const Site& site) {
  require_inputs(site, 5);
  positive(site, "num_branches");
  const DataType dtype = site.dtype(0);
  if (!site.shape(0).known()) return {Fact::tensor(dtype), Fact::tensor(dtype), Fact::tensor(dtype)};
  const Streams streams = streams_of(site);
  return {Fact::tensor(dtype, one_stream(site, streams.width)), Fact::tensor(dtype, one_stream(site, streams.count)),
          Fact::tensor(dtype, site.shape(0))};
}

Work low_rank_work(const Site& site) {
  const Streams streams = streams_of(site);
  const Dim width = streams.count * streams.width, elements = streams.rows * width;
  const Dim& rank = site.known_shape(2)[1];
  Work work;
  if (site.has_input(5)) work.add({.add = 1, .mul = 1}, elements);
  work.add({.add = 1, .mul = 3}, elements);
  work.add({.add = 1, .div = 1, .special = 1}, streams.rows * streams.count);
  work.add_macs(elements * (rank * 2 + streams.count + 1), site.dtype(0));
  work.add(kSilu + Effort{.mul = 1}, streams.rows * rank);
  work.add({.add = 1, .div = 1, .special = 1}, elements);
  work.add({.add = 1, .mul = 1, .div = 2, .special = 1}, streams.rows * streams.count);
  if (site.real("reduction_scale", 1) != 1) work.add({.mul = 1}, streams.rows * streams.width);
  return work;
}

constexpr std::string_view kCost =
    "tokens * k * width * (rows of all products) MACs in the input's dtype; per token and expert a softmax and 1 compare; "
    "biases, the activation, "
    "and k mul, k - 1 add per element of the mixture";

constexpr Operator kRows[] = {
    {"HyperConnectionLowRankMix", Rules{low_rank_shape, low_rank_work}, "xw", 1,
     "rows * C * width * (2 rank + C + 1) MACs; RMSNormalization of each stream, ScaledSiLU, sigmoids of the gates"},
    {"HyperConnectionPostMix", Rules{post_mix_shape, post_mix_work}, "x", 1,
     "1 mul, 1 add per element; elements * C MACs with a stream matrix"},
    {"HyperConnectionPreMix", Rules{pre_mix_shape, pre_mix_work}, "x", 1,
     "rows * C * width MACs; 1 mul per output element for a scale"},
    {"MoE", Rules{experts_shape<kFloating>, experts_work<kFloating>}, "xxwbwbwb", 1, kCost},
    {"MoEGroupRouter", Rules{router_shape, router_work}, "xbw", 1,
     "a sigmoid and 1 add per token and expert; to choose 2 compare, 1 add; 1 compare, 1 special per chosen expert"},
    {"MoEPacked", Rules{packed_shape, packed_work}, "xxpppx", 1, kCost},
    {"QMoE", Rules{experts_shape<kQuantized>, experts_work<kQuantized>}, "xxpqbpqbpqbqqqxq", 1, kCost},
};

}  // namespace

Family families::contrib_experts() noexcept { return {"com.microsoft", "experts and streams", kRows}; }

}  // namespace macroscope
