#include "analyzer/algebra/leading_term.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/algebra/expression.h"
#include "analyzer/algebra/nearest_definitions.h"
#include "analyzer/algebra/nominal_estimate.h"

namespace macroscope {
namespace {

/// Terms that are followed of an expression; the smallest are dropped beyond.
constexpr std::size_t kFollowedTerms = 32;
/// Symbols in the products of terms that one quantity is spelled out with, and that all of them are: ordinary models have a few thousand.
constexpr std::size_t kMaxSteps = 100'000;
constexpr std::size_t kMaxStepsOfAll = 300'000;
/// Nor does a quantity that names more definitions come down to a term or two: it is what thousands of layers add up to, each of a size
/// of its own.
constexpr std::size_t kMaxNames = 300;
/// A product of more symbols than this says nothing to anybody.
constexpr std::size_t kMaxSymbols = 32;

using Powers = std::map<std::string, unsigned>;
/// A polynomial with approximate coefficients, by the powers of its symbols.
using Approximation = std::map<Powers, double>;

}  // namespace

class LeadingTerms::Spelling {
 public:
  explicit Spelling(Bindings point) : point_(std::move(point)) {}

  /// Atoms come innermost first, so that no expression is deep enough to exhaust the stack.  What names stand for is kept for the next one.
  [[nodiscard]] std::optional<Approximation> of(const Dim& quantity) {
    std::vector<AtomPointer> passing;
    steps_ = 0;
    is_readable_ = steps_of_all_ <= kMaxStepsOfAll && !names_more_than(quantity, kMaxNames);
    if (!is_readable_) return std::nullopt;
    const auto is_known = [&](const algebra::Atom& atom) { return !is_readable_ || by_atom_.contains(&atom); };
    algebra::for_each_atom(quantity, is_known, [&](const algebra::Atom& atom) {
      if (!is_readable_) return;
      Approximation sum = of_atom(atom);
      if (!is_readable_) return;
      by_atom_.emplace(&atom, std::move(sum));
      (atom.kind == algebra::AtomKind::definition ? kept_ : passing).emplace_back(&atom);
    });
    std::optional<Approximation> result;
    if (is_readable_) result = of_terms(quantity);
    if (!is_readable_) result.reset();
    steps_of_all_ += steps_;
    for (const AtomPointer& atom : passing) by_atom_.erase(atom.get());
    return result;
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
      for (const auto& [powers, coefficient] : product) {
        sum[powers] += coefficient;
        charge(powers.size());
      }
    }
    return largest_terms(std::move(sum));
  }

  [[nodiscard]] Approximation multiply(const Approximation& a, const Approximation& b) const {
    Approximation product;
    for (const auto& [powers, coefficient] : a) {
      for (const auto& [other_powers, other_coefficient] : b) {
        Powers sum = powers;
        for (const auto& [symbol, power] : other_powers) sum[symbol] += power;
        charge(sum.size());
        if (!is_readable_) return product;
        product[std::move(sum)] += coefficient * other_coefficient;
      }
    }
    return largest_terms(std::move(product));
  }

  /// For a product of so many symbols.
  void charge(std::size_t symbols) const noexcept {
    steps_ += symbols + 1;
    is_readable_ = is_readable_ && symbols <= kMaxSymbols && steps_ <= kMaxSteps;
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
  using AtomPointer = algebra::AtomPointer;

  Bindings point_;
  std::unordered_map<const algebra::Atom*, Approximation> by_atom_;
  /// Definitions that are spelled out; held, so that no other atom takes their place in memory.
  std::vector<AtomPointer> kept_;
  mutable std::size_t steps_ = 0;
  std::size_t steps_of_all_ = 0;
  /// False once a quantity has too many products, or one of too many symbols.
  mutable bool is_readable_ = true;
};

LeadingTerms::LeadingTerms(Bindings point) : spelling_(std::make_unique<Spelling>(std::move(point))) {}
LeadingTerms::~LeadingTerms() = default;

std::optional<LeadingTerm> LeadingTerms::of(const Dim& quantity) {
  if (quantity.integer()) return std::nullopt;
  const std::optional<Approximation> sum = spelling_->of(quantity);
  if (!sum || sum->empty()) return std::nullopt;
  const auto& [powers, coefficient] = spelling_->largest_of(*sum);
  if (!std::isfinite(coefficient)) return std::nullopt;
  return LeadingTerm{coefficient, powers};
}

std::optional<LeadingTerm> leading_term(const Dim& quantity, const Bindings& point) { return LeadingTerms(point).of(quantity); }

}  // namespace macroscope
