// How is an expression written down?
#include <fmt/format.h>

#include <algorithm>

#include "analyzer/algebra/expression.h"

namespace macroscope {
namespace algebra {
namespace {

/// The words of one notation.
struct Notation {
  bool latex = false;

  [[nodiscard]] std::string sum(const Dim& dim) const;
  [[nodiscard]] std::string product(const Term& term, bool with_sign) const;
  [[nodiscard]] std::string atom(const Atom& atom) const;
  [[nodiscard]] std::string quotient(const Atom& atom) const;
  [[nodiscard]] std::string call(const char* function, const std::vector<Dim>& arguments) const;
  [[nodiscard]] std::string name(const std::string& text) const;
  [[nodiscard]] std::string in_parentheses(const Dim& dim, bool as_divisor) const;
};

std::string Notation::sum(const Dim& dim) const {
  const TermView view(dim);
  if (view.size() == 0) return "0";
  // A positive term opens the sum where there is one: 3 - N.
  const auto first = std::find_if(view.begin(), view.end(), [](const Term& term) { return term.coefficient > 0; });
  const auto opening = first == view.end() ? view.begin() : first;
  std::string text = product(*opening, true);
  for (auto term = view.begin(); term != view.end(); ++term) {
    if (term == opening) continue;
    text += term->coefficient < 0 ? " - " : " + ";
    text += product(*term, false);
  }
  return text;
}

/// Division by a number of 128 bits takes many times as long, and few numbers are larger than this.
void append_digits(std::string& text, Unsigned128 number) {
  if (const auto small = static_cast<std::uint64_t>(number); small == number) {
    const fmt::format_int digits(small);
    text.append(digits.data(), digits.size());
  } else {
    text += fmt::format("{}", number);
  }
}

std::string Notation::product(const Term& term, bool with_sign) const {
  const bool negative = term.coefficient < 0;
  auto magnitude = static_cast<Unsigned128>(term.coefficient);
  if (negative) magnitude = -magnitude;
  std::string text = negative && with_sign ? "-" : "";
  const char* const times = latex ? " " : "*";
  bool first = true;
  if (magnitude != 1 || term.monomial.is_one()) {
    append_digits(text, magnitude);
    first = false;
  }
  for (const Factor& factor : term.monomial.factors) {
    if (!first) text += times;
    first = false;
    text += atom(*factor.atom);
    if (factor.power != 1) text += latex ? fmt::format("^{{{}}}", factor.power) : fmt::format("^{}", factor.power);
  }
  return text;
}

std::string Notation::name(const std::string& text) const {
  if (!latex || text.size() == 1) return text;
  std::string escaped;
  for (const char c : text) {
    if (c == '_') escaped += '\\';
    escaped += c;
  }
  return fmt::format("\\mathit{{{}}}", escaped);
}

std::string Notation::atom(const Atom& atom) const {
  switch (atom.kind) {
    case AtomKind::symbol:
    case AtomKind::definition:
      return name(atom.name);
    case AtomKind::quotient:
      return quotient(atom);
    case AtomKind::minimum:
      return call("min", atom.operands);
    case AtomKind::maximum:
      return call("max", atom.operands);
  }
  return {};
}

std::string Notation::quotient(const Atom& atom) const {
  if (latex) {
    return fmt::format("\\left\\lfloor \\frac{{{}}}{{{}}} \\right\\rfloor", sum(atom.operands[0]), sum(atom.operands[1]));
  }
  return fmt::format("floor({}/{})", in_parentheses(atom.operands[0], false), in_parentheses(atom.operands[1], true));
}

std::string Notation::in_parentheses(const Dim& dim, bool as_divisor) const {
  const TermView view(dim);
  const bool alone = view.size() == 1 && (!as_divisor || dim.integer() ||
                                          (view.front().coefficient == 1 && view.front().monomial.lone_atom() != nullptr));
  return alone ? sum(dim) : fmt::format("({})", sum(dim));
}

std::string Notation::call(const char* function, const std::vector<Dim>& arguments) const {
  std::string text;
  for (const Dim& argument : arguments) {
    if (!text.empty()) text += ", ";
    text += sum(argument);
  }
  return latex ? fmt::format("\\{}\\left({}\\right)", function, text) : fmt::format("{}({})", function, text);
}

/// What a product of sums is made of; `shared` is in front of them.
struct Factors {
  Term shared{1, {}};
  std::vector<Dim> sums;
};

/// x*A + B is A*(x + B/A), if B is a multiple of A.
std::optional<std::pair<Dim, Dim>> split(const Dim& sum) {
  const TermView view(sum);
  for (const Term& lead : view) {
    for (const Factor& factor : lead.monomial.factors) {
      Terms with;
      Terms without;
      bool is_linear = true;
      for (const Term& term : view) {
        const std::uint32_t power = term.monomial.power_of(*factor.atom);
        is_linear = is_linear && power <= 1;
        if (power == 0) without.push_back(term);
        if (power == 1) with.push_back({term.coefficient, *divide(term.monomial, monomial_of(factor.atom))});
      }
      // A number for A was taken out before; a single term for A is what all terms share.
      if (!is_linear || with.size() < 2) continue;
      const Dim multiple = make_dim(std::move(with));
      if (const std::optional<Dim> rest = exact_quotient(make_dim(std::move(without)), multiple)) {
        return std::pair(multiple, make_dim(factor.atom) + *rest);
      }
    }
  }
  return std::nullopt;
}

void take_apart(const Dim& product, Factors& factors) {
  std::vector<Dim> open{product};
  while (!open.empty()) {
    const Dim sum = std::move(open.back());
    open.pop_back();
    const TermView view(sum);
    Term shared{0, view.front().monomial};
    for (const Term& term : view) {
      shared.coefficient = greatest_common_divisor(shared.coefficient, term.coefficient);
      shared.monomial = common_factors(shared.monomial, term.monomial);
    }
    const auto is_negative = [](const Term& term) { return term.coefficient < 0; };
    if (std::all_of(view.begin(), view.end(), is_negative)) shared.coefficient = checked_multiply(shared.coefficient, -1);
    factors.shared = {checked_multiply(factors.shared.coefficient, shared.coefficient),
                      multiply(factors.shared.monomial, shared.monomial)};
    const Dim rest = *exact_quotient(sum, make_dim(shared));
    if (rest.is(1)) continue;
    if (const std::optional<std::pair<Dim, Dim>> parts = split(rest)) {
      open.insert(open.end(), {parts->first, parts->second});
    } else {
      factors.sums.push_back(rest);
    }
  }
}

}  // namespace
}  // namespace algebra

std::string Dim::factored_text() const try {
  // It is for reading: what is too long to be read stays as it is.
  constexpr std::size_t kMaxFactored = 96;
  const bool is_short = size() <= (algebra::is_budget_spent() ? algebra::kTightLimits.size : kMaxFactored);
  if (is_number() || !is_short) return text();
  algebra::Factors factors;
  algebra::take_apart(*this, factors);
  std::sort(factors.sums.begin(), factors.sums.end(),
            [](const Dim& a, const Dim& b) { return order_of_spelling(a, b) == std::strong_ordering::greater; });
  const algebra::Notation notation{false};
  const bool is_one = factors.shared.monomial.is_one();
  if (factors.sums.empty() || (factors.sums.size() == 1 && is_one && factors.shared.coefficient == 1)) return text();
  std::string result;
  if (is_one && factors.shared.coefficient == -1) {
    result = "-";
  } else if (!is_one || factors.shared.coefficient != 1) {
    result = notation.product(factors.shared, true) + "*";
  }
  for (const Dim& sum : factors.sums) {
    if (&sum != &factors.sums.front()) result += "*";
    result += fmt::format("({})", notation.sum(sum));
  }
  return result;
} catch (const AlgebraError&) {
  return text();
}

std::string Dim::text() const { return algebra::Notation{false}.sum(*this); }

std::string Dim::latex() const { return algebra::Notation{true}.sum(*this); }

}  // namespace macroscope
