#include "analyzer/algebra/summation.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "analyzer/algebra/expression.h"

namespace macroscope {
namespace {

using algebra::AtomKind;

/// Powers past this would need coefficients that serve nobody.
constexpr std::uint32_t kMaxPower = 8;

bool holds(const algebra::Atom& atom, std::string_view index) {
  const std::string name(index);
  return std::any_of(atom.operands.begin(), atom.operands.end(), [&](const Dim& operand) {
    const std::vector<std::string> symbols = operand.symbols();
    return std::binary_search(symbols.begin(), symbols.end(), name);
  });
}

/// The coefficients of the powers of the index.
std::vector<Dim> coefficients_of(const Dim& term, std::string_view index) {
  std::vector<Dim> coefficients;
  const algebra::TermView view(term);
  for (const algebra::Term& part : view) {
    algebra::Term rest{part.coefficient, {}};
    std::uint32_t power = 0;
    for (const algebra::Factor& factor : part.monomial.factors) {
      if (factor.atom->kind == AtomKind::symbol && factor.atom->name == index) {
        power = factor.power;
        continue;
      }
      if (holds(*factor.atom, index))
        throw AlgebraError("the sum over all rounds of a repeat has no closed form: it is no polynomial in the round");
      rest.monomial.factors.push_back(factor);
      rest.monomial.degree += factor.power;
    }
    if (power > kMaxPower) throw AlgebraError("the sum over all rounds of a repeat has too high a power of the round");
    if (coefficients.size() <= power) coefficients.resize(power + 1);
    coefficients[power] += algebra::make_dim(std::move(rest));
  }
  return coefficients;
}

/// Stirling's numbers of the second kind: i^p is the sum over j of S(p, j) i (i - 1) ... (i - j + 1).
std::vector<std::int64_t> falling_coefficients(std::uint32_t power) {
  std::vector<std::int64_t> row{1};
  for (std::uint32_t p = 1; p <= power; ++p) {
    std::vector<std::int64_t> next(p + 1, 0);
    for (std::uint32_t j = 1; j <= p; ++j) next[j] = row[j - 1] + (j < row.size() ? static_cast<std::int64_t>(j) * row[j] : 0);
    row = std::move(next);
  }
  return row;
}

}  // namespace

Dim sum_over_repeats(const Dim& term, std::string_view index, const Dim& count) {
  if (term.is_number() || index.empty()) return term * count;
  const algebra::Quotient quotient = algebra::without_exact_floors(term);
  const std::vector<Dim> coefficients = coefficients_of(quotient.over, index);
  // The sum of i (i - 1) ... (i - j + 1) is n (n - 1) ... (n - j) / (j + 1): all over one denominator, which divides their sum.
  std::int64_t denominator = 1;
  for (std::size_t j = 1; j <= coefficients.size(); ++j) {
    std::int64_t a = denominator, b = static_cast<std::int64_t>(j);
    while (b != 0) a = std::exchange(b, a % b);
    denominator = denominator / a * static_cast<std::int64_t>(j);
  }
  Dim numerator;
  for (std::uint32_t power = 0; power < coefficients.size(); ++power) {
    if (coefficients[power].is(0)) continue;
    const std::vector<std::int64_t> stirling = falling_coefficients(power);
    Dim falling = count;
    for (std::size_t j = 0; j < stirling.size(); ++j) {
      if (j > 0) falling *= count - static_cast<std::int64_t>(j);
      if (stirling[j] != 0)
        numerator += coefficients[power] * falling * (stirling[j] * (denominator / static_cast<std::int64_t>(j + 1)));
    }
  }
  return floor_div(numerator, quotient.under * denominator);
}

}  // namespace macroscope
