#include "analyzer/operators/notation/einsum_order.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

namespace macroscope::einsum {
namespace {

constexpr std::size_t kMaxOrderedOperands = 6;

bool is_cheaper(const Contraction& a, const Contraction& b) {
  if (a.degree != b.degree) return a.degree < b.degree;
  const Dim total_a = a.total(), total_b = b.total();
  return total_a.is_number() && total_b.is_number() && *total_a.number() < *total_b.number();
}

/// What is left to contract: an operand, or what a pair made.
struct Value {
  std::size_t number = 0;
  LabelSet labels = 0;
};

class OrderSearch {
 public:
  explicit OrderSearch(const Equation& equation) : equation_(equation), output_(equation.output_set()) {}

  Contraction best() {
    std::vector<Value> values;
    for (std::size_t operand = 0; operand < equation_.operands.size(); ++operand)
      values.push_back({operand, equation_.operands[operand] & ~equation_.alone(operand)});
    if (values.size() > kMaxOrderedOperands) return left_to_right(values);
    search(values, {});
    return std::move(*best_);
  }

 private:
  [[nodiscard]] Pair pair_of(const std::vector<Value>& values, std::size_t a, std::size_t b) const {
    LabelSet needed = output_;
    for (std::size_t other = 0; other < values.size(); ++other)
      if (other != a && other != b) needed |= values[other].labels;
    const LabelSet labels = values[a].labels | values[b].labels;
    return {values[a].number, values[b].number, labels, labels & needed};
  }

  [[nodiscard]] Contraction with(Contraction so_far, const Pair& pair) const {
    (pair.sums() ? so_far.macs : so_far.products) += equation_.volume(pair.labels);
    int degree = 0;
    for (LabelSet rest = pair.labels; rest != 0; rest &= rest - 1)
      if (!equation_.extents[static_cast<std::size_t>(std::countr_zero(rest))].is_number()) ++degree;
    so_far.degree = std::max(so_far.degree, degree);
    so_far.pairs.push_back(pair);
    return so_far;
  }

  void merge(std::vector<Value>& values, std::size_t a, std::size_t b, const Contraction& so_far) const {
    values[a] = {equation_.operands.size() + so_far.pairs.size() - 1, so_far.pairs.back().result};
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(b));
  }

  void search(const std::vector<Value>& values, const Contraction& so_far) {
    if (values.size() < 2) {
      if (!best_ || is_cheaper(so_far, *best_)) best_ = so_far;
      return;
    }
    for (std::size_t a = 0; a < values.size(); ++a)
      for (std::size_t b = a + 1; b < values.size(); ++b) {
        const Contraction next = with(so_far, pair_of(values, a, b));
        std::vector<Value> rest = values;
        merge(rest, a, b, next);
        search(rest, next);
      }
  }

  /// What those behind each operand need is worked out once: to ask for each pair anew takes the square of the operands.
  [[nodiscard]] Contraction left_to_right(const std::vector<Value>& values) const {
    std::vector<LabelSet> needed(values.size() + 1, output_);
    for (std::size_t i = values.size(); i-- > 0;) needed[i] = needed[i + 1] | values[i].labels;
    Contraction contraction;
    Value left = values.front();
    for (std::size_t i = 1; i < values.size(); ++i) {
      const LabelSet labels = left.labels | values[i].labels;
      contraction = with(std::move(contraction), {left.number, values[i].number, labels, labels & needed[i + 1]});
      left = {equation_.operands.size() + contraction.pairs.size() - 1, contraction.pairs.back().result};
    }
    return contraction;
  }

  const Equation& equation_;
  LabelSet output_;
  std::optional<Contraction> best_;
};

/// Labels of an operand without those along which it has one entry only, which meets many.
LabelSet walked_by(const Equation& equation, std::size_t operand, const Shape& shape) {
  LabelSet labels = 0;
  for (std::size_t axis = 0; axis < equation.axes[operand].size(); ++axis) {
    const std::size_t label = equation.axes[operand][axis];
    if (!shape[axis].is(1) || equation.extents[label].is(1)) labels |= bit_of(label);
  }
  return labels & ~equation.alone(operand);
}

}  // namespace

Contraction contract(const Equation& equation) { return OrderSearch(equation).best(); }

std::vector<SideGradient> gradients_by_pair(const Equation& equation, const OpContext& context, const std::vector<bool>& needs) {
  const Contraction contraction = contract(equation);
  const std::size_t operands = equation.operands.size();
  std::vector<LabelSet> labels;
  std::vector<bool> is_needed;
  for (std::size_t operand = 0; operand < operands; ++operand) {
    labels.push_back(walked_by(equation, operand, context.known_shape(operand)));
    is_needed.push_back(operand < needs.size() && needs[operand]);
  }
  for (const Pair& pair : contraction.pairs) {
    labels.push_back(pair.result & (labels[pair.a] | labels[pair.b]));
    is_needed.push_back(is_needed[pair.a] || is_needed[pair.b]);
  }
  std::vector<SideGradient> gradients;
  for (std::size_t index = contraction.pairs.size(); index-- > 0;) {
    const Pair& pair = contraction.pairs[index];
    for (const auto& [side, other] : {std::pair(pair.a, pair.b), std::pair(pair.b, pair.a)}) {
      if (!is_needed[side]) continue;
      const bool sums = labels[side] != (labels[side] | labels[other] | labels[operands + index]);
      gradients.push_back({index, side, other, sums ? equation.volume(pair.labels) : Dim(0)});
    }
  }
  return gradients;
}

}  // namespace macroscope::einsum
