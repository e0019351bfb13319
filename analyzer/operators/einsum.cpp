#include "analyzer/operators/einsum.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>

#include "analyzer/operators/broadcast.h"

namespace macroscope {
namespace {

/// 52 letters, then the axes that an ellipsis stands for, counted from the last.
constexpr std::size_t kLetters = 52;
constexpr std::size_t kMaxLabels = 64;
constexpr std::size_t kMaxOrderedOperands = 6;

using LabelSet = std::uint64_t;

std::optional<std::size_t> label_of(char letter) {
  if (letter >= 'A' && letter <= 'Z') return static_cast<std::size_t>(letter - 'A');
  if (letter >= 'a' && letter <= 'z') return static_cast<std::size_t>(letter - 'a') + 26;
  return std::nullopt;
}

constexpr LabelSet bit_of(std::size_t label) { return LabelSet{1} << label; }

struct Equation {
  std::array<Dim, kMaxLabels> extents{};
  LabelSet bound = 0;
  std::vector<LabelSet> operands;
  std::vector<std::vector<std::size_t>> axes;  // the label of each axis of each operand
  std::vector<std::size_t> output;
  [[nodiscard]] LabelSet output_set() const {
    LabelSet set = 0;
    for (const std::size_t label : output) set |= bit_of(label);
    return set;
  }
  [[nodiscard]] Dim volume(LabelSet labels) const {
    Dim volume = 1;
    for (; labels != 0; labels &= labels - 1) volume *= extents[static_cast<std::size_t>(std::countr_zero(labels))];
    return volume;
  }
};

class EquationReader {
 public:
  explicit EquationReader(const Site& site) : site_(site) {}

  Equation read() {
    for (const char c : site_.text("equation", ""))
      if (c != ' ') text_ += c;
    const std::size_t arrow = text_.find("->");
    const std::string_view left = std::string_view(text_).substr(0, arrow);
    std::size_t start = 0;
    for (std::size_t operand = 0; start <= left.size(); ++operand) {
      const std::size_t end = std::min(left.find(',', start), left.size());
      require(operand < site_.input_count(), "bad-equation", "'{}' has more terms than there are operands", text_);
      read_operand(left.substr(start, end - start), operand);
      start = end + 1;
    }
    require(equation_.operands.size() == site_.input_count(), "bad-equation", "'{}' has {} terms for {} operands", text_,
            equation_.operands.size(), site_.input_count());
    if (arrow == std::string::npos) {
      imply_output();
    } else {
      read_output(std::string_view(text_).substr(arrow + 2));
    }
    return std::move(equation_);
  }

 private:
  std::size_t letter(char c) const {
    const auto label = label_of(c);
    require(label.has_value(), "bad-equation", "'{}' holds something other than letters, commas, `...` and `->`", text_);
    return *label;
  }

  void read_operand(std::string_view term, std::size_t operand) {
    const Shape& shape = site_.known_shape(operand);
    const std::size_t dots = term.find("...");
    const std::size_t letters = term.size() - (dots == std::string_view::npos ? 0 : 3);
    const bool fits = dots == std::string_view::npos ? shape.rank() == letters : shape.rank() >= letters;
    require(fits, "rank-mismatch", "operand {} is {}, but its term '{}' names {} axes", operand, shape, term, letters);
    const std::size_t further = shape.rank() - letters;
    require(further <= kMaxLabels - kLetters, "bad-equation", "an ellipsis stands for more than {} axes", kMaxLabels - kLetters);
    if (dots != std::string_view::npos) ellipsis_ = std::max(ellipsis_, further);
    LabelSet labels = 0;
    std::vector<std::size_t>& axes = equation_.axes.emplace_back();
    std::size_t axis = 0;
    for (std::size_t position = 0; position < term.size(); ++position) {
      if (position == dots) {
        for (std::size_t index = 0; index < further; ++index) {
          axes.push_back(kLetters + further - 1 - index);
          labels |= broadcast_label(axes.back(), shape[axis++]);
        }
        position += 2;
      } else {
        axes.push_back(letter(term[position]));
        labels |= bind(axes.back(), shape[axis++], operand);
        ++appearances_[letter(term[position])];
      }
    }
    equation_.operands.push_back(labels);
  }

  LabelSet bind(std::size_t label, const Dim& extent, std::size_t operand) {
    if ((equation_.bound & bit_of(label)) == 0) {
      equation_.extents[label] = extent;
      equation_.bound |= bit_of(label);
    } else {
      site_.must_equal(equation_.extents[label], extent, fmt::format("a label of '{}' in operand {}", text_, operand));
      if (extent.is_number()) equation_.extents[label] = extent;
    }
    return bit_of(label);
  }

  LabelSet broadcast_label(std::size_t label, const Dim& extent) {
    const bool bound = (equation_.bound & bit_of(label)) != 0;
    equation_.extents[label] = bound ? broadcast(site_, equation_.extents[label], extent) : extent;
    equation_.bound |= bit_of(label);
    return bit_of(label);
  }

  void add_ellipsis() {
    for (std::size_t index = 0; index < ellipsis_; ++index) equation_.output.push_back(kLetters + ellipsis_ - 1 - index);
  }

  void imply_output() {
    add_ellipsis();
    for (std::size_t label = 0; label < kLetters; ++label)
      if (appearances_[label] == 1) equation_.output.push_back(label);
  }

  void read_output(std::string_view term) {
    for (std::size_t position = 0; position < term.size(); ++position) {
      if (term.substr(position, 3) == "...") {
        add_ellipsis();
        position += 2;
        continue;
      }
      const std::size_t label = letter(term[position]);
      require((equation_.bound & bit_of(label)) != 0, "bad-equation", "'{}' has a label after `->` that no operand has", text_);
      require(std::find(equation_.output.begin(), equation_.output.end(), label) == equation_.output.end(), "bad-equation",
              "'{}' repeats a label after `->`", text_);
      equation_.output.push_back(label);
    }
  }

  const Site& site_;
  std::string text_;
  Equation equation_;
  std::array<int, kLetters> appearances_{};
  std::size_t ellipsis_ = 0;
};

/// Cost of contracting a pair: by value where that is a number, by the number of symbolic extents where it is not.
struct PairCost {
  Dim volume;
  int degree = 0;
  bool sums = false;
};

/// One way to contract all operands.
struct Contraction {
  Dim macs;
  Dim products;
  Dim total;
  int degree = 0;
};

bool is_cheaper(const Contraction& a, const Contraction& b) {
  if (a.degree != b.degree) return a.degree < b.degree;
  return a.total.is_number() && b.total.is_number() && *a.total.number() < *b.total.number();
}

class Contracting {
 public:
  explicit Contracting(const Equation& equation) : equation_(equation), output_(equation.output_set()) {}

  Contraction best(const std::vector<LabelSet>& operands) {
    if (operands.size() > kMaxOrderedOperands) return left_to_right(operands);
    search(operands, {});
    return *best_;
  }

 private:
  LabelSet result_of(const std::vector<LabelSet>& operands, std::size_t a, std::size_t b) const {
    LabelSet needed = output_;
    for (std::size_t other = 0; other < operands.size(); ++other)
      if (other != a && other != b) needed |= operands[other];
    return (operands[a] | operands[b]) & needed;
  }

  Contraction with_pair(Contraction so_far, LabelSet labels, bool sums) const {
    const Dim volume = equation_.volume(labels);
    int degree = 0;
    for (LabelSet rest = labels; rest != 0; rest &= rest - 1)
      if (!equation_.extents[static_cast<std::size_t>(std::countr_zero(rest))].is_number()) ++degree;
    (sums ? so_far.macs : so_far.products) += volume;
    so_far.total += volume;
    so_far.degree = std::max(so_far.degree, degree);
    return so_far;
  }

  static std::vector<LabelSet> merged(const std::vector<LabelSet>& operands, std::size_t a, std::size_t b, LabelSet result) {
    std::vector<LabelSet> rest = operands;
    rest[a] = result;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(b));
    return rest;
  }

  void search(const std::vector<LabelSet>& operands, const Contraction& so_far) {
    if (operands.size() < 2) {
      if (!best_ || is_cheaper(so_far, *best_)) best_ = so_far;
      return;
    }
    for (std::size_t a = 0; a < operands.size(); ++a)
      for (std::size_t b = a + 1; b < operands.size(); ++b) {
        const LabelSet result = result_of(operands, a, b);
        const LabelSet labels = operands[a] | operands[b];
        search(merged(operands, a, b, result), with_pair(so_far, labels, result != labels));
      }
  }

  Contraction left_to_right(std::vector<LabelSet> operands) const {
    Contraction contraction;
    while (operands.size() > 1) {
      const LabelSet result = result_of(operands, 0, 1);
      const LabelSet labels = operands[0] | operands[1];
      contraction = with_pair(contraction, labels, result != labels);
      operands = merged(operands, 0, 1, result);
    }
    return contraction;
  }

  const Equation& equation_;
  LabelSet output_;
  std::optional<Contraction> best_;
};

}  // namespace

std::vector<Fact> einsum_shape(const Site& site) {
  try {
    const Equation equation = EquationReader(site).read();
    std::vector<Dim> dims;
    for (const std::size_t label : equation.output) dims.push_back(equation.extents[label]);
    return {Fact::tensor(site.dtype(0), Shape(dims))};
  } catch (const NotKnown&) {
    return {Fact::tensor(site.dtype(0))};
  }
}

AxisMap einsum_axes(const Site& site) {
  const Equation equation = EquationReader(site).read();
  AxisMap map;
  for (std::size_t operand = 0; operand < equation.axes.size(); ++operand) {
    const Shape& shape = site.known_shape(operand);
    std::vector<Reading> axes;
    for (const std::size_t label : equation.axes[operand]) {
      const Dim& extent = shape[axes.size()];
      const auto place = std::find(equation.output.begin(), equation.output.end(), label);
      const bool is_stretched = extent.is(1) && !equation.extents[label].is(1);
      axes.push_back(place == equation.output.end() ? Reading::whole(extent)
                     : is_stretched                 ? Reading::at(0)
                                                    : Reading::along(static_cast<std::size_t>(place - equation.output.begin())));
    }
    map.reads(0, operand, std::move(axes));
  }
  return map;
}

Work einsum_work(const Site& site) {
  const Equation equation = EquationReader(site).read();
  const bool is_counted = is_floating(site.dtype(0));
  Work work;
  std::vector<LabelSet> operands = equation.operands;
  for (std::size_t operand = 0; operand < operands.size(); ++operand) {
    LabelSet elsewhere = equation.output_set();
    for (std::size_t other = 0; other < operands.size(); ++other)
      if (other != operand) elsewhere |= operands[other];
    const LabelSet alone = operands[operand] & ~elsewhere;
    if (alone != 0 && is_counted) work.of(Flop::add) += equation.volume(operands[operand]);
    operands[operand] &= ~alone;
  }
  const Contraction contraction = Contracting(equation).best(operands);
  if (!contraction.macs.is(0)) work.add_macs(contraction.macs, site.dtype(0));
  if (is_counted) work.of(Flop::mul) += contraction.products;
  return work;
}

}  // namespace macroscope
