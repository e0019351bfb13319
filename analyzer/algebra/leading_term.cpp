#include "analyzer/algebra/leading_term.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/algebra/expression.h"
#include "analyzer/algebra/nominal_estimate.h"

namespace macroscope {
namespace {

/// Terms that are followed of an expression; the smallest are dropped beyond.
constexpr std::size_t kFollowedTerms = 32;
/// Atoms that are looked into, those inside others included.
constexpr std::size_t kMaxAtoms = 4096;

using Powers = std::map<std::string, unsigned>;
/// A polynomial with approximate coefficients, by the powers of its symbols.
using Approximation = std::map<Powers, double>;

class Spelling {
 public:
  explicit Spelling(const Bindings& point) : point_(point) {}

  /// Atoms come innermost first, so that no expression is deep enough to exhaust the stack.
  [[nodiscard]] std::optional<Approximation> of(const Dim& quantity) {
    std::size_t atoms = 0;
    algebra::for_each_atom(quantity, [&](const algebra::Atom& atom) {
      if (++atoms <= kMaxAtoms) by_atom_.emplace(&atom, of_atom(atom));
    });
    if (atoms > kMaxAtoms) return std::nullopt;
    return of_terms(quantity);
  }

  [[nodiscard]] double value_of(const Powers& powers, double coefficient) const {
    double value = coefficient;
    for (const auto& [symbol, power] : powers) value *= std::pow(value_of(symbol), power);
    return value;
  }

 private:
  [[nodiscard]] double value_of(const std::string& symbol) const {
    const auto found = point_.find(symbol);
    return found == point_.end() ? 1 : approximate(found->second);
  }

  [[nodiscard]] double value_of(const Approximation& sum) const {
    double value = 0;
    for (const auto& [powers, coefficient] : sum) value += value_of(powers, coefficient);
    return value;
  }

  [[nodiscard]] Approximation of_atom(const algebra::Atom& atom) const {
    switch (atom.kind) {
      case algebra::AtomKind::symbol:
        return {{{{atom.name, 1U}}, 1.0}};
      case algebra::AtomKind::definition:
        return of_terms(atom.operands.front());
      case algebra::AtomKind::quotient:
        return quotient(of_terms(atom.operands[0]), of_terms(atom.operands[1]));
      case algebra::AtomKind::minimum:
      case algebra::AtomKind::maximum:
        break;
    }
    return extreme(atom);
  }

  [[nodiscard]] Approximation extreme(const algebra::Atom& atom) const {
    const double sign = atom.kind == algebra::AtomKind::maximum ? 1 : -1;
    Approximation best = of_terms(atom.operands.front());
    for (std::size_t i = 1; i < atom.operands.size(); ++i) {
      Approximation other = of_terms(atom.operands[i]);
      if (sign * value_of(other) > sign * value_of(best)) best = std::move(other);
    }
    return best;
  }

  /// By one term of the divisor, its largest; where the powers do not divide, by its value.
  [[nodiscard]] Approximation quotient(const Approximation& over, const Approximation& under) const {
    if (under.empty()) return over;
    const auto& [powers, coefficient] = largest_of(under);
    Approximation result;
    for (const auto& [over_powers, over_coefficient] : over) {
      Powers left = over_powers;
      double divisor = coefficient;
      for (const auto& [symbol, power] : powers) {
        const auto found = left.find(symbol);
        const unsigned shared = found == left.end() ? 0 : std::min(found->second, power);
        if (shared > 0 && (found->second -= shared) == 0) left.erase(found);
        divisor *= std::pow(value_of(symbol), power - shared);
      }
      result[std::move(left)] += over_coefficient / divisor;
    }
    return result;
  }

  [[nodiscard]] Approximation of_terms(const Dim& quantity) const {
    Approximation sum;
    for (const algebra::Term& term : algebra::TermView(quantity)) {
      Approximation product{{{}, static_cast<double>(term.coefficient)}};
      for (const algebra::Factor& factor : term.monomial.factors)
        for (std::uint32_t power = 0; power < factor.power; ++power) product = multiply(product, by_atom_.at(factor.atom.get()));
      for (const auto& [powers, coefficient] : product) sum[powers] += coefficient;
    }
    return largest_terms(std::move(sum));
  }

  [[nodiscard]] Approximation multiply(const Approximation& a, const Approximation& b) const {
    Approximation product;
    for (const auto& [powers, coefficient] : a) {
      for (const auto& [other_powers, other_coefficient] : b) {
        Powers sum = powers;
        for (const auto& [symbol, power] : other_powers) sum[symbol] += power;
        product[std::move(sum)] += coefficient * other_coefficient;
      }
    }
    return largest_terms(std::move(product));
  }

  [[nodiscard]] Approximation largest_terms(Approximation sum) const {
    if (sum.size() <= kFollowedTerms) return sum;
    std::vector<std::pair<double, Powers>> by_size;
    for (const auto& [powers, coefficient] : sum) by_size.emplace_back(-std::abs(value_of(powers, coefficient)), powers);
    std::sort(by_size.begin(), by_size.end());
    for (std::size_t i = kFollowedTerms; i < by_size.size(); ++i) sum.erase(by_size[i].second);
    return sum;
  }

 public:
  [[nodiscard]] const Approximation::value_type& largest_of(const Approximation& sum) const {
    return *std::max_element(sum.begin(), sum.end(), [&](const auto& a, const auto& b) {
      return std::abs(value_of(a.first, a.second)) < std::abs(value_of(b.first, b.second));
    });
  }

 private:
  const Bindings& point_;
  std::unordered_map<const algebra::Atom*, Approximation> by_atom_;
};

}  // namespace

std::optional<LeadingTerm> leading_term(const Dim& quantity, const Bindings& point) {
  if (quantity.integer()) return std::nullopt;
  Spelling spelling(point);
  const std::optional<Approximation> sum = spelling.of(quantity);
  if (!sum || sum->empty()) return std::nullopt;
  const auto& [powers, coefficient] = spelling.largest_of(*sum);
  if (!std::isfinite(coefficient)) return std::nullopt;
  return LeadingTerm{coefficient, powers};
}

}  // namespace macroscope
