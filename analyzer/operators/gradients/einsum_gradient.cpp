#include <bit>
#include <string>
#include <utility>

#include "analyzer/operators/gradients/nest_gradients.h"
#include "analyzer/operators/notation/einsum_order.h"

namespace macroscope {
namespace {

using einsum::bit_of;
using einsum::LabelSet;
using Labels = std::vector<std::size_t>;

/// Operands are called a, b, c ..., what pairs of them make p, q, r ...
constexpr std::size_t kMaxOperands = 10;

/// An operand, what a pair of them makes, or the result: an entry of it at the indices of a sum.
struct Value {
  std::string name;
  std::vector<IndexSum::Index> indices{};
  Shape shape = Shape::unknown();

  [[nodiscard]] IndexSum::Factor factor() const { return {name, indices}; }
  [[nodiscard]] IndexSum::Factor gradient() const { return {"dL/d" + name, indices}; }
};

/// Writes an Einsum as sums over its letters, one for each pair of operands.
class EinsumWriter {
 public:
  EinsumWriter(const OpContext& context, const Graph& graph)
      : site_(context), equation_(einsum::read_equation(context)), pairs_(einsum::contract(equation_).pairs) {
    if (equation_.operands.size() > kMaxOperands) throw Unknown();
    name_loops();
    for (std::size_t operand = 0; operand < equation_.operands.size(); ++operand)
      values_.push_back(value_of(name_of(operand, graph), equation_.axes[operand], context.known_shape(operand)));
    for (std::size_t pair = 0; pair + 1 < pairs_.size(); ++pair) {
      const Labels labels = labels_of(pairs_[pair].result);
      values_.push_back(value_of(std::string(1, static_cast<char>('p' + pair)), labels, extents_of(labels)));
    }
    values_.push_back(value_of("z", equation_.output, extents_of(equation_.output)));
  }

  [[nodiscard]] Gradients derive() const {
    if (pairs_.empty()) return {{{sum(values_[1].factor(), {values_[0].factor()})}}, {gradient(0, {values_[1].gradient()}, 0)}};
    Gradients gradients;
    const std::size_t operands = equation_.operands.size();
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair)
      gradients.forward.push_back(
          {sum(values_[operands + pair].factor(), {values_[pairs_[pair].a].factor(), values_[pairs_[pair].b].factor()})});
    for (const einsum::SideGradient& side : einsum::gradients_by_pair(equation_, site_, std::vector<bool>(operands, true)))
      gradients.of_inputs.push_back(
          gradient(side.value, {values_[operands + side.pair].gradient(), values_[side.other].factor()}, side.macs));
    return gradients;
  }

 private:
  /// By the equation's letters; axes of an ellipsis take one that it has not, and a number where they are several.
  void name_loops() {
    std::string free = "nmlkjihgfedcbaopqrstuvwxyz";
    const auto dots = static_cast<std::size_t>(std::popcount(equation_.bound >> einsum::kLetters));
    for (std::size_t label = 0; label < einsum::kLetters; ++label) {
      const char letter = einsum::letter_of(label);
      if ((equation_.bound & bit_of(label)) != 0) std::erase(free, letter);
      loops_.push_back({std::string(1, letter), equation_.extents[label]});
    }
    if (dots > 0 && free.empty()) throw Unknown();
    for (std::size_t axis = 0; axis < dots; ++axis)
      loops_.push_back(
          {free.front() + (dots == 1 ? std::string() : std::to_string(dots - axis)), equation_.extents[einsum::kLetters + axis]});
  }

  /// A stored operand is w and the other one x; others are a, b, c.
  [[nodiscard]] std::string name_of(std::size_t operand, const Graph& graph) const {
    const auto is_stored = [&](std::size_t index) { return graph.tensors[site_.node().inputs[index]].stored != kNone; };
    const std::size_t count = equation_.operands.size();
    if (count == 1) return "x";
    if (count == 2 && is_stored(0) != is_stored(1)) return is_stored(operand) ? "w" : "x";
    return {static_cast<char>('a' + operand)};
  }

  static Labels labels_of(LabelSet set) {
    Labels labels;
    for (; set != 0; set &= set - 1) labels.push_back(static_cast<std::size_t>(std::countr_zero(set)));
    return labels;
  }

  [[nodiscard]] Shape extents_of(const Labels& labels) const {
    std::vector<Dim> extents;
    for (const std::size_t label : labels) extents.push_back(equation_.extents[label]);
    return Shape(extents);
  }

  /// An axis of one entry that meets many of another operand has no index.
  [[nodiscard]] Value value_of(std::string name, const Labels& labels, const Shape& shape) const {
    Value value{std::move(name), {}, shape};
    for (std::size_t axis = 0; axis < labels.size(); ++axis) {
      const bool is_stretched = shape[axis].is(1) && !equation_.extents[labels[axis]].is(1);
      value.indices.push_back(is_stretched ? IndexSum::Index{} : IndexSum::Index{{{labels[axis], 1}}, 0, true});
    }
    return value;
  }

  [[nodiscard]] WrittenEquation sum(IndexSum::Factor result, std::vector<IndexSum::Factor> factors) const {
    IndexSum sum;
    sum.loops = loops_;
    sum.result = std::move(result);
    sum.factors = std::move(factors);
    return sum.written();
  }

  [[nodiscard]] Gradient gradient(std::size_t of, std::vector<IndexSum::Factor> factors, const Dim& macs) const {
    const Value& value = values_[of];
    const bool is_operand = of < equation_.operands.size();
    return {is_operand ? std::optional(of) : std::nullopt, sum(value.gradient(), std::move(factors)), words_of(of), value.shape,
            macs};
  }

  [[nodiscard]] std::string words_of(std::size_t of) const {
    if (of >= equation_.operands.size()) return {};
    const LabelSet alone = equation_.alone(of);
    std::string words;
    for (std::size_t label = 0; label < loops_.size(); ++label)
      if ((alone & bit_of(label)) != 0) words += (words.empty() ? "the same for every " : ", ") + loops_[label].name;
    const Labels& axes = equation_.axes[of];
    const bool is_diagonal = static_cast<std::size_t>(std::popcount(equation_.operands[of])) < axes.size();
    if (is_diagonal) words += std::string(words.empty() ? "" : "; ") + "0 off the diagonal";
    return words;
  }

  const OpContext& site_;
  einsum::Equation equation_;
  std::vector<einsum::Pair> pairs_;
  /// By label.
  std::vector<IndexSum::Loop> loops_;
  /// Operands, then what pairs make, then the result.
  std::vector<Value> values_;
};

}  // namespace

Gradients gradients_of_einsum(const OpContext& context, const Graph& graph) {
  if (!is_floating(context.dtype(0))) return {};
  return EinsumWriter(context, graph).derive();
}

}  // namespace macroscope
