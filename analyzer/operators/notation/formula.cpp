#include "analyzer/operators/notation/formula.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <stdexcept>
#include <utility>

#include "analyzer/algebra/characters.h"

namespace macroscope {
namespace {

class FormulaParser {
 public:
  explicit FormulaParser(std::string_view text) : text_(text) {}

  std::variant<Formula, FormulaError> parse() {
    operand(formula_.output, true);
    accumulation();
    do {
      operand(formula_.operands.emplace_back(), false);
    } while (accept("*"));
    skip_space();
    if (position_ != text_.size()) refuse("expected the end, or `*` and a further operand");
    check_output_loops();
    if (!error_.message.empty()) return error_;
    return std::move(formula_);
  }

 private:
  void refuse(std::string_view message) {
    if (error_.message.empty()) error_ = {position_, std::string(message)};
    position_ = text_.size();  // every further step fails without an effect
  }

  void skip_space() {
    while (position_ < text_.size() && text_[position_] == ' ') ++position_;
  }

  bool accept(std::string_view token) {
    skip_space();
    if (!text_.substr(position_).starts_with(token)) return false;
    position_ += token.size();
    return true;
  }

  void expect(std::string_view token) {
    if (!accept(token)) refuse("expected `" + std::string(token) + "`");
  }

  std::string_view word() {
    skip_space();
    const std::size_t start = position_;
    if (position_ < text_.size() && is_letter(text_[position_]))
      while (position_ < text_.size() && is_word(text_[position_])) ++position_;
    if (position_ == start) refuse("expected a name");
    return text_.substr(start, position_ - start);
  }

  std::uint8_t loop(std::string_view name) {
    const auto found = std::find(formula_.loops.begin(), formula_.loops.end(), name);
    if (found != formula_.loops.end()) return static_cast<std::uint8_t>(found - formula_.loops.begin());
    if (formula_.loops.size() == kMaxLoops) refuse("more than 16 loops");
    formula_.loops.emplace_back(name);
    return static_cast<std::uint8_t>(formula_.loops.size() - 1);
  }

  void accumulation() {
    if (accept("+=")) return;
    if (accept("max=")) {
      formula_.accumulate = Accumulate::max;
    } else if (accept("*=")) {
      formula_.accumulate = Accumulate::multiply;
    } else {
      refuse("expected `+=`, `max=` or `*=`");
    }
  }

  void operand(Operand& operand, bool is_output) {
    operand.name = word();
    expect("[");
    if (accept("]")) return;
    do {
      operand.axes.push_back(axis(is_output));
      if (!operand.axes.back().repeated) continue;
      if (operand.repeated_at >= 0) refuse("an operand has one repeated index at most");
      operand.repeated_at = static_cast<int>(operand.axes.size()) - 1;
    } while (accept(","));
    expect("]");
  }

  AxisIndex axis(bool is_output) {
    AxisIndex index;
    index.loop = loop(word());
    if (accept("*stride")) {
      index.form = AxisIndex::Form::window;
      expect("+");
      index.inner = loop(word());
      expect("*dilation");
      expect("-");
      expect("pad");
    } else if (accept("*")) {
      index.form = AxisIndex::Form::groups;
      index.inner = loop(word());
    } else if (is_output && accept("/")) {
      index.form = AxisIndex::Form::reduced;
      const std::string_view which = word();
      index.whole = which == "all";
      if (which != "all" && which != "axes") refuse("expected `axes` or `all`");
    }
    index.repeated = accept("..");
    if (index.form == AxisIndex::Form::reduced && !index.repeated) refuse("a reduced index is repeated: `i/axes..`");
    return index;
  }

  /// What is on the left must be walked by something on the right.
  void check_output_loops() {
    std::vector<bool> bound(formula_.loops.size(), false);
    for (const Operand& operand : formula_.operands)
      for (const AxisIndex& index : operand.axes) {
        bound[index.loop] = true;
        if (index.form == AxisIndex::Form::groups || index.form == AxisIndex::Form::window) bound[index.inner] = true;
      }
    for (std::size_t loop = 0; loop < bound.size(); ++loop)
      if (!bound[loop] && error_.message.empty()) refuse("loop `" + formula_.loops[loop] + "` stands on the left only");
  }

  std::string_view text_;
  std::size_t position_ = 0;
  Formula formula_;
  FormulaError error_;
};

}  // namespace

std::variant<Formula, FormulaError> parse_formula(std::string_view text) { return FormulaParser(text).parse(); }

const Formula& formula_of(std::string_view text) {
  struct Parsed {
    std::string text;
    Formula formula;
  };
  // By address first: most texts are those of the catalogue.
  thread_local boost::unordered_flat_map<const char*, const Parsed*> at_address;
  const Parsed*& at = at_address[text.data()];
  if (at != nullptr && at->text == text) return at->formula;
  thread_local boost::unordered_flat_map<std::string_view, std::unique_ptr<const Parsed>> known;
  if (const auto found = known.find(text); found != known.end()) {
    at = found->second.get();
    return at->formula;
  }
  auto result = parse_formula(text);
  const auto* error = std::get_if<FormulaError>(&result);
  if (error != nullptr) throw std::logic_error("formula '" + std::string(text) + "': " + error->message);
  auto parsed = std::make_unique<const Parsed>(Parsed{std::string(text), std::get<Formula>(std::move(result))});
  at = parsed.get();
  known.emplace(parsed->text, std::move(parsed));
  return at->formula;
}

}  // namespace macroscope
