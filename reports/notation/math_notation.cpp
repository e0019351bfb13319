#include "reports/notation/math_notation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "analyzer/algebra/characters.h"
#include "reports/notation/escape.h"

namespace macroscope {
namespace {

/// Functions with the words of LaTeX around their argument.
struct Function {
  std::string_view name, open, close;
};
constexpr std::array<Function, 13> kFunctions{{
    {"floor", "\\left\\lfloor ", " \\right\\rfloor"},
    {"ceil", "\\left\\lceil ", " \\right\\rceil"},
    {"abs", "\\left\\lvert ", " \\right\\rvert"},
    {"sqrt", "\\sqrt{", "}"},
    {"min", "\\min\\left(", "\\right)"},
    {"max", "\\max\\left(", "\\right)"},
    {"mod", "\\operatorname{mod}\\left(", "\\right)"},
    {"exp", "\\exp\\left(", "\\right)"},
    {"sin", "\\sin\\left(", "\\right)"},
    {"cos", "\\cos\\left(", "\\right)"},
    {"mean", "\\operatorname{mean}\\left(", "\\right)"},
    {"sum", "\\operatorname{sum}\\left(", "\\right)"},
    {"log", "\\log\\left(", "\\right)"},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kBigOperators{
    {{"sum", "\\sum"}, {"max", "\\max"}, {"min", "\\min"}, {"product", "\\prod"}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kRelations{
    {{">=", "\\ge"}, {"<=", "\\le"}, {">", "\\gt"}, {"<", "\\lt"}, {"=", "="}}};

/// `w`, `\mathit{batch}`, `K_{2}`, `\pi`.
std::string name_in_latex(std::string_view name) {
  if (name == "pi") return "\\pi";
  std::size_t digits = name.size();
  while (digits > 0 && is_digit(name[digits - 1])) --digits;
  const std::string_view letters = name.substr(0, digits);
  if (letters.size() == 1 && letters != "_")
    return digits == name.size() ? std::string(letters) : fmt::format("{}_{{{}}}", letters, name.substr(digits));
  std::string escaped;
  for (const char c : name) escaped += c == '_' ? "\\_" : std::string(1, c);
  return fmt::format("\\mathit{{{}}}", escaped);
}

class Converter {
 public:
  explicit Converter(std::string_view text) : text_(text) {}

  std::optional<std::string> convert() {
    std::string latex = relation();
    skip_space();
    if (has_failed_ || position_ != text_.size()) return std::nullopt;
    return latex;
  }

 private:
  static constexpr int kMaxDepth = 200;

  /// A formula as it is read, and whether it is in parentheses of its own.
  struct Piece {
    std::string latex;
    std::string inside{};  // without the parentheses, where it has some
    [[nodiscard]] const std::string& in_fraction() const { return inside.empty() ? latex : inside; }
  };

  void skip_space() {
    while (position_ < text_.size() && text_[position_] == ' ') ++position_;
  }
  char peek() {
    skip_space();
    return position_ < text_.size() ? text_[position_] : '\0';
  }
  bool accept(std::string_view token) {
    skip_space();
    if (!text_.substr(position_).starts_with(token)) return false;
    position_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    if (!accept(token)) has_failed_ = true;
  }
  /// The same for a word: nothing of a word follows.
  bool accept_word(std::string_view word) {
    skip_space();
    const std::string_view rest = text_.substr(position_);
    if (!rest.starts_with(word) || (rest.size() > word.size() && is_word(rest[word.size()]))) return false;
    position_ += word.size();
    return true;
  }

  std::string relation() {
    std::string latex = sum();
    for (bool found = true; found && !has_failed_;) {
      found = false;
      for (const auto& [sign, word] : kRelations) {
        if (!accept(sign)) continue;
        latex += fmt::format(" {} ", word) + sum();
        found = true;
        break;
      }
    }
    return latex;
  }

  std::string sum() {
    if (++depth_ > kMaxDepth) has_failed_ = true;
    std::string latex;
    if (!has_failed_) latex = product();
    while (!has_failed_) {
      const char sign = peek();
      if (sign != '+' && sign != '-') break;
      ++position_;
      latex += fmt::format(" {} ", sign) + product();
    }
    --depth_;
    return latex;
  }

  std::string product() {
    std::string latex;
    Piece last = factor();
    while (!has_failed_) {
      if (accept("*")) {
        latex += std::exchange(last, factor()).latex + " \\cdot ";
      } else if (accept("/")) {
        const Piece divisor = factor();
        last = {fmt::format("\\frac{{{}}}{{{}}}", last.in_fraction(), divisor.in_fraction()), {}};
      } else if (const char next = peek(); is_word(next) || next == '(' || next == '[') {
        // Beside each other: 2P, D(K - 1), x y.
        const bool is_tight = text_[position_ - 1] != ' ';
        latex += std::exchange(last, factor()).latex + (is_tight ? "" : " \\, ");
      } else {
        break;
      }
    }
    return latex + last.latex;
  }

  Piece factor() {
    if (++depth_ > kMaxDepth) has_failed_ = true;
    Piece piece;
    if (!has_failed_) piece = accept("-") ? Piece{"-" + factor().latex, {}} : primary();
    if (!has_failed_ && accept("^")) piece = {fmt::format("{}^{{{}}}", piece.latex, factor().in_fraction()), {}};
    --depth_;
    return piece;
  }

  Piece primary() {
    const char next = peek();
    if (is_digit(next)) return {number(), {}};
    if (next == '(') {
      ++position_;
      const std::string inside = sum();
      expect(")");
      return {fmt::format("\\left({}\\right)", inside), inside};
    }
    if (next == '[') {
      ++position_;
      const std::string inside = relation();
      expect("]");
      return {fmt::format("\\left[{}\\right]", inside), {}};
    }
    if (accept("dL/d")) return {derivative(), {}};
    if (is_letter(next)) return {named(), {}};
    has_failed_ = true;
    return {};
  }

  std::string_view word() {
    skip_space();
    const std::size_t start = position_;
    while (position_ < text_.size() && is_word(text_[position_])) ++position_;
    if (start == position_) has_failed_ = true;
    return text_.substr(start, position_ - start);
  }

  /// `73,856`, `0.01`, `1e-05`; in an index a comma separates.
  std::string number() {
    std::string latex;
    while (position_ < text_.size()) {
      const char c = text_[position_];
      const std::string_view rest = text_.substr(position_);
      const bool is_group = c == ',' && !in_index_ && rest.size() >= 4 && is_digit(rest[1]) && is_digit(rest[2]) &&
                            is_digit(rest[3]) && (rest.size() == 4 || !is_digit(rest[4]));
      if (is_digit(c) || c == '.') {
        latex += c;
      } else if (is_group) {
        latex += "{,}";
      } else if (c == 'e' && rest.size() > 2 && rest[1] == '-' && is_digit(rest[2])) {
        position_ += 2;
        std::string exponent;
        for (; position_ < text_.size() && is_digit(text_[position_]); ++position_)
          if (!exponent.empty() || text_[position_] != '0') exponent += text_[position_];
        return fmt::format("{} \\cdot 10^{{-{}}}", latex, exponent);
      } else {
        break;
      }
      ++position_;
    }
    return latex;
  }

  std::string primes() {
    std::string text;
    while (position_ < text_.size() && text_[position_] == '\'') {
      text += '\'';
      ++position_;
    }
    return text;
  }

  /// `_{n,o,i}`, where an index follows.
  std::string index() {
    if (position_ >= text_.size() || text_[position_] != '[') return {};
    ++position_;
    const bool was_in_index = std::exchange(in_index_, true);
    std::string latex = sum();
    while (!has_failed_ && accept(",")) latex += "," + sum();
    expect("]");
    in_index_ = was_in_index;
    return fmt::format("_{{{}}}", latex);
  }

  std::string derivative() {
    const std::string name = name_in_latex(word());
    return fmt::format("\\frac{{\\partial L}}{{\\partial {}{}}}", name, index());
  }

  std::string named() {
    const std::string_view name = word();
    for (const auto& [known, latex] : kBigOperators)
      if (name == known && accept_word("over")) return big_operator(latex);
    const auto* function =
        std::find_if(kFunctions.begin(), kFunctions.end(), [&](const Function& known) { return known.name == name; });
    if (function != kFunctions.end() && position_ < text_.size() && text_[position_] == '(') return call(*function);
    const std::string latex = name_in_latex(name) + primes();
    return latex + index();
  }

  std::string big_operator(std::string_view latex) {
    std::string loops;
    do {
      loops += (loops.empty() ? "" : ", ") + name_in_latex(word());
    } while (!has_failed_ && accept(","));
    if (!accept_word("of")) has_failed_ = true;
    return fmt::format("{}_{{{}}}", latex, loops);
  }

  std::string call(const Function& function) {
    ++position_;
    std::string arguments = sum();
    while (!has_failed_ && accept(",")) arguments += ", " + sum();
    expect(")");
    return fmt::format("{}{}{}", function.open, arguments, function.close);
  }

  std::string_view text_;
  std::size_t position_ = 0;
  int depth_ = 0;
  bool in_index_ = false;
  bool has_failed_ = false;
};

}  // namespace

std::string latex_of_notation(std::string_view text) {
  if (std::optional<std::string> latex = Converter(text).convert()) return *latex;
  return fmt::format("\\text{{{}}}", latex_text(text));
}

}  // namespace macroscope
