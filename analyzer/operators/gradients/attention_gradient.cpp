#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "analyzer/operators/gradients/nest_gradients.h"

namespace macroscope {
namespace {

using Index = IndexSum::Index;

constexpr std::size_t kQuery = 0, kKey = 1, kValue = 2, kMask = 3, kPastKey = 4, kPastValue = 5;

/// Loops: batch, head of keys, query head of those that share it, query, key, place in a query or key, place in a value.
enum Loop : std::size_t { batch, head, member, query, key, width, value_width };

/// Extents of an operand, whose heads are an axis or lie beside each other in the last one.
struct Heads {
  bool have_axis = false;
  Dim count, width;
};

Heads heads_of(const OpContext& context, std::size_t index, std::string_view attribute) {
  const Shape& shape = context.known_shape(index);
  if (shape.rank() == 4) return {true, shape[1], shape[3]};
  if (shape.rank() != 3) throw Unknown();
  const Dim count = context.size(attribute, context.size("num_heads", 0));
  const std::optional<Dim> width = count.is(0) ? std::nullopt : exact_quotient(shape[2], count);
  if (!width) throw Unknown();
  return {false, count, *width};
}

/// Writes attention as its two products, with the softmax between them.
class AttentionWriter {
 public:
  explicit AttentionWriter(const OpContext& context)
      : site_(context),
        query_(heads_of(context, kQuery, "q_num_heads")),
        key_(heads_of(context, kKey, "kv_num_heads")),
        value_(heads_of(context, kValue, "kv_num_heads")) {
    const std::optional<Dim> members = exact_quotient(query_.count, key_.count);
    if (!members) throw Unknown();
    const auto length = [&](std::size_t operand, const Heads& heads) {
      return context.known_shape(operand)[heads.have_axis ? 2 : 1];
    };
    loops_ = {{"n", context.known_shape(kQuery)[0]},
              {"h", key_.count},
              {"g", *members},
              {"i", length(kQuery, query_)},
              {"j", length(kKey, key_)},
              {"d", query_.width},
              {"e", value_.width}};
  }

  [[nodiscard]] Gradients derive() const {
    const IndexSum::Factor q = of_queries("q", query_, width), k = of_keys("k", key_, width),
                           v = of_keys("v", value_, value_width);
    Gradients gradients;
    gradients.forward = {{sum(scores("s"), {q, k}, scale())},
                         {{"p", "=", "exp(s) / sum(exp(s))"}, "the softmax of s over the keys" + visible()},
                         {sum(of_queries("z", query_, value_width, value_.width), {scores("p"), v})}};
    const IndexSum::Factor dz = of_queries("dL/dz", query_, value_width, value_.width);
    const Shape of_scores = shape_of_scores();
    gradients.of_inputs = {
        {kValue, sum(of_keys("dL/dv", value_, value_width), {dz, scores("p")}), {}, site_.shape(kValue), macs(value_width)},
        {std::nullopt, sum(scores("dL/dp"), {dz, v}), "of the probabilities", of_scores, macs(value_width)},
        {std::nullopt, {"dL/ds", "=", "p * (dL/dp - sum(p * dL/dp))"}, "of the scores, with the sum over the keys", of_scores, 0},
        {kQuery, sum(of_queries("dL/dq", query_, width), {scores("dL/ds"), k}, scale()), {}, site_.shape(kQuery), macs(width)},
        {kKey, sum(of_keys("dL/dk", key_, width), {scores("dL/ds"), q}, scale()), {}, site_.shape(kKey), macs(width)}};
    add_mask(gradients);
    return gradients;
  }

 private:
  static Index at(Loop loop) { return {{{loop, 1}}, 0, true}; }
  /// A query's head is counted through all heads of keys.
  [[nodiscard]] Index query_head() const { return {{{head, loops_[member].extent}, {member, 1}}, 0, true}; }
  /// Heads beside each other in one axis, `of` entries each.
  static Index beside(const Index& heads, const Dim& of, Loop inner) {
    Index index = heads;
    for (IndexSum::Step& step : index.steps) step.factor *= of;
    index.steps.push_back({inner, 1});
    return index;
  }

  [[nodiscard]] IndexSum::Factor of_queries(std::string name, const Heads& heads, Loop inner,
                                            const std::optional<Dim>& of = {}) const {
    if (heads.have_axis) return {std::move(name), {at(batch), query_head(), at(query), at(inner)}};
    return {std::move(name), {at(batch), at(query), beside(query_head(), of.value_or(heads.width), inner)}};
  }
  static IndexSum::Factor of_keys(std::string name, const Heads& heads, Loop inner) {
    if (heads.have_axis) return {std::move(name), {at(batch), at(head), at(key), at(inner)}};
    return {std::move(name), {at(batch), at(key), beside(at(head), heads.width, inner)}};
  }
  [[nodiscard]] IndexSum::Factor scores(std::string name) const {
    return {std::move(name), {at(batch), query_head(), at(query), at(key)}};
  }
  [[nodiscard]] Shape shape_of_scores() const {
    return {loops_[batch].extent, query_.count, loops_[query].extent, loops_[key].extent};
  }
  [[nodiscard]] Dim macs(Loop inner) const { return shape_of_scores().elements() * loops_[inner].extent; }

  [[nodiscard]] std::string scale() const {
    if (const double given = site_.real("scale", 0); given != 0) return fmt::format("{:.6g} ", given);
    return fmt::format("1/sqrt({}) ", query_.width.text());
  }

  [[nodiscard]] std::string visible() const {
    const bool is_windowed = site_.integer("is_causal", site_.integer("unidirectional", 0)) != 0 ||
                             site_.has_attribute("left_window_size") || site_.has_attribute("right_window_size");
    return is_windowed || site_.has_input(kMask) ? " that a query sees; p is 0 for others" : "";
  }

  /// A mask of floats is added to the scores.
  void add_mask(Gradients& gradients) const {
    if (!site_.has_input(kMask) || !is_floating(site_.dtype(kMask)) || !site_.shape(kMask).known()) return;
    gradients.forward.front().equation.right += " + m";
    gradients.of_inputs.push_back(
        {kMask, {"dL/dm", "=", "dL/ds"}, words_of_repetition(site_.shape(kMask), shape_of_scores()), site_.shape(kMask), 0});
  }

  [[nodiscard]] WrittenEquation sum(IndexSum::Factor result, std::vector<IndexSum::Factor> factors,
                                    std::string scale = {}) const {
    IndexSum sum;
    sum.loops = loops_;
    sum.result = std::move(result);
    sum.factors = std::move(factors);
    sum.scale = std::move(scale);
    return sum.written();
  }

  const OpContext& site_;
  Heads query_, key_, value_;
  std::vector<IndexSum::Loop> loops_;
};

/// Keys of earlier calls, biases and caps of scores have no formulas here.
bool is_plain(const OpContext& context) {
  if (context.node().domain == "com.microsoft") {
    for (std::size_t input = kMask; input < context.input_count(); ++input)
      if (context.has_input(input)) return false;
    return context.has_input(kKey) && context.has_input(kValue);
  }
  return !context.has_input(kPastKey) && !context.has_input(kPastValue) && !(context.real("softcap", 0) > 0);
}

}  // namespace

Gradients gradients_of_attention(const OpContext& context, const Graph&) {
  if (!is_floating(context.dtype(kQuery)) || !is_plain(context)) return {};
  return AttentionWriter(context).derive();
}

}  // namespace macroscope
