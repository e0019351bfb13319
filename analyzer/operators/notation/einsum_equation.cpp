#include "analyzer/operators/notation/einsum_equation.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <utility>

#include "analyzer/operators/broadcast.h"

namespace macroscope::einsum {
namespace {

std::optional<std::size_t> label_of(char letter) {
  if (letter >= 'A' && letter <= 'Z') return static_cast<std::size_t>(letter - 'A');
  if (letter >= 'a' && letter <= 'z') return static_cast<std::size_t>(letter - 'a') + 26;
  return std::nullopt;
}

class EquationReader {
 public:
  explicit EquationReader(const OpContext& context) : site_(context) {}

  Equation read() {
    for (const char c : site_.text("equation", ""))
      if (c != ' ') text_ += c;
    shown_ = text_.size() > kMaxShown ? text_.substr(0, kMaxShown) + "..." : text_;
    const std::size_t arrow = text_.find("->");
    const std::string_view left = std::string_view(text_).substr(0, arrow);
    std::size_t start = 0;
    for (std::size_t operand = 0; start <= left.size(); ++operand) {
      const std::size_t end = std::min(left.find(',', start), left.size());
      require(operand < site_.input_count(), "bad-equation", "'{}' has more terms than there are operands", shown_);
      read_operand(left.substr(start, end - start), operand);
      start = end + 1;
    }
    require(equation_.operands.size() == site_.input_count(), "bad-equation", "'{}' has {} terms for {} operands", shown_,
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
    require(label.has_value(), "bad-equation", "'{}' holds something other than letters, commas, `...` and `->`", shown_);
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
    equation_.shared |= seen_ & labels;
    seen_ |= labels;
    equation_.operands.push_back(labels);
  }

  LabelSet bind(std::size_t label, const Dim& extent, std::size_t operand) {
    if ((equation_.bound & bit_of(label)) == 0) {
      equation_.extents[label] = extent;
      equation_.bound |= bit_of(label);
    } else {
      site_.must_equal(equation_.extents[label], extent, fmt::format("a label of '{}' in operand {}", shown_, operand));
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
      require((equation_.bound & bit_of(label)) != 0, "bad-equation", "'{}' has a label after `->` that no operand has", shown_);
      require(std::find(equation_.output.begin(), equation_.output.end(), label) == equation_.output.end(), "bad-equation",
              "'{}' repeats a label after `->`", shown_);
      equation_.output.push_back(label);
    }
  }

  /// Letters of an equation that a message shows: it is written once for each axis.
  static constexpr std::size_t kMaxShown = 120;

  const OpContext& site_;
  std::string text_;
  std::string shown_;
  Equation equation_;
  LabelSet seen_ = 0;
  std::array<int, kLetters> appearances_{};
  std::size_t ellipsis_ = 0;
};

}  // namespace

LabelSet Equation::output_set() const {
  LabelSet set = 0;
  for (const std::size_t label : output) set |= bit_of(label);
  return set;
}

Dim Equation::volume(LabelSet labels) const {
  Dim volume = 1;
  for (; labels != 0; labels &= labels - 1) volume *= extents[static_cast<std::size_t>(std::countr_zero(labels))];
  return volume;
}

LabelSet Equation::alone(std::size_t operand) const { return operands[operand] & ~(output_set() | shared); }

Equation read_equation(const OpContext& context) { return EquationReader(context).read(); }

}  // namespace macroscope::einsum
