// How is an expression written down?
#include <fmt/format.h>

#include <algorithm>

#include "analyzer/algebra/expression.h"

namespace macroscope {
namespace algebra {
namespace {

/// Writes behind a text, in one notation.
class Notation {
 public:
  Notation(bool latex, std::string& text) noexcept : latex_(latex), text_(text) {}

  void sum(const Dim& dim) const;
  void product(const Term& term, bool with_sign) const;

 private:
  void digits(Unsigned128 number) const;
  void atom(const Atom& atom) const;
  void quotient(const Atom& atom) const;
  void call(const char* function, std::span<const Dim> arguments) const;
  void name(const std::string& name) const;
  void in_parentheses(const Dim& dim, bool as_divisor) const;

  bool latex_;
  std::string& text_;
};

void Notation::sum(const Dim& dim) const {
  const TermView view(dim);
  if (view.size() == 0) {
    text_ += '0';
    return;
  }
  // A positive term opens the sum where there is one: 3 - N.
  const auto first = std::find_if(view.begin(), view.end(), [](const Term& term) { return term.coefficient > 0; });
  const auto opening = first == view.end() ? view.begin() : first;
  product(*opening, true);
  for (auto term = view.begin(); term != view.end(); ++term) {
    if (term == opening) continue;
    text_ += term->coefficient < 0 ? " - " : " + ";
    product(*term, false);
  }
}

/// Division by a number of 128 bits takes many times as long, and few numbers are larger than this.
void Notation::digits(Unsigned128 number) const {
  if (const auto small = static_cast<std::uint64_t>(number); small == number) {
    const fmt::format_int written(small);
    text_.append(written.data(), written.size());
  } else {
    text_ += fmt::format("{}", number);
  }
}

void Notation::product(const Term& term, bool with_sign) const {
  const bool negative = term.coefficient < 0;
  auto magnitude = static_cast<Unsigned128>(term.coefficient);
  if (negative) magnitude = -magnitude;
  if (negative && with_sign) text_ += '-';
  bool first = true;
  if (magnitude != 1 || term.monomial.is_one()) {
    digits(magnitude);
    first = false;
  }
  for (const Factor& factor : term.monomial.factors) {
    if (!first) text_ += latex_ ? ' ' : '*';
    first = false;
    atom(*factor.atom);
    if (factor.power == 1) continue;
    text_ += latex_ ? "^{" : "^";
    digits(factor.power);
    if (latex_) text_ += '}';
  }
}

void Notation::name(const std::string& name) const {
  if (!latex_ || name.size() == 1) {
    text_ += name;
    return;
  }
  text_ += "\\mathit{";
  for (const char c : name) {
    if (c == '_') text_ += '\\';
    text_ += c;
  }
  text_ += '}';
}

void Notation::atom(const Atom& atom) const {
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
}

void Notation::quotient(const Atom& atom) const {
  if (latex_) {
    text_ += "\\left\\lfloor \\frac{";
    sum(atom.operands[0]);
    text_ += "}{";
    sum(atom.operands[1]);
    text_ += "} \\right\\rfloor";
    return;
  }
  text_ += "floor(";
  in_parentheses(atom.operands[0], false);
  text_ += '/';
  in_parentheses(atom.operands[1], true);
  text_ += ')';
}

void Notation::in_parentheses(const Dim& dim, bool as_divisor) const {
  const TermView view(dim);
  const bool alone = view.size() == 1 && (!as_divisor || dim.integer() ||
                                          (view.front().coefficient == 1 && view.front().monomial.lone_atom() != nullptr));
  if (!alone) text_ += '(';
  sum(dim);
  if (!alone) text_ += ')';
}

void Notation::call(const char* function, std::span<const Dim> arguments) const {
  if (latex_) text_ += '\\';
  text_ += function;
  text_ += latex_ ? "\\left(" : "(";
  for (const Dim& argument : arguments) {
    if (&argument != &arguments.front()) text_ += ", ";
    sum(argument);
  }
  text_ += latex_ ? "\\right)" : ")";
}

std::string written(const Dim& dim, bool latex) {
  std::string text;
  Notation(latex, text).sum(dim);
  return text;
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
  const bool is_one = factors.shared.monomial.is_one();
  if (factors.sums.empty() || (factors.sums.size() == 1 && is_one && factors.shared.coefficient == 1)) return text();
  std::string result;
  const algebra::Notation notation(false, result);
  if (is_one && factors.shared.coefficient == -1) {
    result = "-";
  } else if (!is_one || factors.shared.coefficient != 1) {
    notation.product(factors.shared, true);
    result += '*';
  }
  for (const Dim& sum : factors.sums) {
    result += &sum == &factors.sums.front() ? "(" : "*(";
    notation.sum(sum);
    result += ')';
  }
  return result;
} catch (const AlgebraError&) {
  return text();
}

std::string Dim::text() const { return algebra::written(*this, false); }

std::string Dim::latex() const { return algebra::written(*this, true); }

}  // namespace macroscope
