// What is certain of a sum whose terms say nothing one by one?
//
// N - floor(N/2) is at least 0, though -floor(N/2) alone may be anything below.  A floor division is no further than one from the
// fraction, so 2*(N - floor(N/2)) >= 2*N - N; a min or max is one of its arguments, so what holds for each argument in its place holds.
#include <algorithm>

#include "analyzer/algebra/expression.h"

namespace macroscope::algebra {
namespace {

std::optional<Int128> larger(const std::optional<Int128>& a, const std::optional<Int128>& b) {
  return a && b ? std::max(*a, *b) : (a ? a : b);
}

/// ceil(a / b); b > 0.
Int128 ceil_quotient(Int128 a, Int128 b) { return a / b + (a % b > 0 ? 1 : 0); }

class LowerBound {
 public:
  std::optional<Int128> of(std::span<const Term> terms) {
    const std::optional<Int128> plain = range_of(terms).low;
    const Atom* const extremum =
        find(terms, [](const Atom& atom) { return atom.kind == AtomKind::maximum || atom.kind == AtomKind::minimum; });
    if (extremum != nullptr) return larger(plain, by_argument(terms, *extremum));
    if (plain) return plain;
    for (const Term& term : terms) {
      for (const Factor& factor : term.monomial.factors) {
        if (factor.atom->kind != AtomKind::quotient || factor.power != 1) continue;
        if (std::optional<Int128> bound = by_fraction(terms, *factor.atom)) return bound;
      }
    }
    return std::nullopt;
  }

 private:
  template <typename Predicate>
  static const Atom* find(std::span<const Term> terms, Predicate predicate) {
    for (const Term& term : terms) {
      for (const Factor& factor : term.monomial.factors) {
        if (predicate(*factor.atom)) return factor.atom.get();
      }
    }
    return nullptr;
  }

  std::optional<Int128> by_argument(std::span<const Term> terms, const Atom& extremum);
  std::optional<Int128> by_mean(std::span<const Term> terms, const Atom& extremum);
  std::optional<Int128> by_fraction(std::span<const Term> terms, const Atom& quotient);

  /// False once enough has been tried, over all replacements.
  bool spend(std::span<const Term> terms) {
    work_ += terms.size() + 1;
    charge(terms.size() + 1);
    return work_ <= limits().bound_work;
  }

  std::size_t work_ = 0;
};

/// In any order: canonicalize() is to follow.
void append_scaled(Terms& sum, std::span<const Term> terms, const Term& factor) {
  for (const Term& term : terms)
    sum.push_back({checked_multiply(term.coefficient, factor.coefficient), multiply(term.monomial, factor.monomial)});
}

/// Does a larger value of the atom make the sum larger in each of its terms (for `direction` 1), or smaller (-1)?
bool is_monotonic(std::span<const Term> terms, const Atom& atom, int direction) {
  return std::all_of(terms.begin(), terms.end(), [&](const Term& term) {
    const std::uint32_t power = term.monomial.power_of(atom);
    if (power == 0) return true;
    if (power != 1 || (term.coefficient > 0) != (direction > 0)) return false;
    return is_non_negative(*divide(term.monomial, monomial_of(&atom)));
  });
}

std::optional<Int128> LowerBound::by_argument(std::span<const Term> terms, const Atom& extremum) {
  // A maximum is no less than any of its arguments: where the sum grows with it, the best bound of all holds.
  const bool any_holds = is_monotonic(terms, extremum, extremum.kind == AtomKind::maximum ? 1 : -1);
  std::optional<Int128> best;
  bool is_first = true;
  for (const Dim& argument : extremum.operands) {
    if (!spend(terms)) return any_holds ? best : std::nullopt;
    const std::optional<Terms> candidate = with_replacement(terms, extremum, TermView(argument).terms());
    const std::optional<Int128> bound = candidate ? of(*candidate) : std::nullopt;
    if (any_holds) {
      best = larger(best, bound);
    } else if (!bound) {
      return std::nullopt;
    } else {
      best = is_first ? *bound : std::min(*best, *bound);
    }
    is_first = false;
  }
  return any_holds && !best ? by_mean(terms, extremum) : best;
}

/// A maximum is no less than the mean of its arguments, so |a - b| = 2*max(a, b) - a - b is at least 0.
std::optional<Int128> LowerBound::by_mean(std::span<const Term> terms, const Atom& extremum) {
  if (!spend(terms)) return std::nullopt;
  Dim sum;
  for (const Dim& argument : extremum.operands) sum += argument;
  const auto count = static_cast<Int128>(extremum.operands.size());
  Terms scaled;
  for (const Term& term : terms) {
    if (term.monomial.power_of(extremum) == 0) {
      append_scaled(scaled, {&term, 1}, {count, {}});
    } else {
      append_scaled(scaled, TermView(sum).terms(), {term.coefficient, *divide(term.monomial, monomial_of(&extremum))});
    }
  }
  canonicalize(scaled);
  const std::optional<Int128> bound = of(scaled);
  return bound ? std::optional(ceil_quotient(*bound, count)) : std::nullopt;
}

std::optional<Int128> LowerBound::by_fraction(std::span<const Term> terms, const Atom& quotient) {
  const TermView dividend(quotient.operands[0]);
  const TermView divisor(quotient.operands[1]);
  // d*floor(x/d) is wanted as a factor, so d is a number, or one term whose symbols are factors of the floor.
  const Term& by = divisor.front();
  if (divisor.size() != 1 || by.coefficient < 0 || !is_non_negative(by.monomial) || !spend(terms)) return std::nullopt;
  const Monomial lone = monomial_of(&quotient);
  const Terms least = add_scaled(add_scaled(dividend.terms(), divisor.terms(), {-1, {}}), Terms{Term{1, {}}}, {1, {}});
  Terms scaled;
  bool changed = false;
  for (const Term& term : terms) {
    const std::optional<Monomial> beside =
        term.monomial.power_of(quotient) == 1 ? divide(*divide(term.monomial, lone), by.monomial) : std::nullopt;
    if (beside && is_non_negative(*beside)) {
      const std::span<const Term> value = term.coefficient > 0 ? std::span<const Term>(least) : dividend.terms();
      append_scaled(scaled, value, {term.coefficient, *beside});
      changed = true;
    } else {
      append_scaled(scaled, {&term, 1}, {by.coefficient, {}});
    }
  }
  if (!changed) return std::nullopt;
  canonicalize(scaled);
  const std::optional<Int128> bound = of(scaled);
  // by * sum >= bound, and the sum is an integer.
  return bound ? std::optional(ceil_quotient(*bound, by.coefficient)) : std::nullopt;
}

}  // namespace

namespace {

/// Is there an atom that says more than its own range, beside others, and is that looked at?
bool can_say_more(std::span<const Term> terms) {
  return terms.size() > 1 && limits().bound_work > 0 && std::any_of(terms.begin(), terms.end(), [](const Term& term) {
           return std::any_of(term.monomial.factors.begin(), term.monomial.factors.end(),
                              [](const Factor& factor) { return factor.atom->kind >= AtomKind::quotient; });
         });
}

}  // namespace

Interval range_of(const Dim& dim) {
  const TermView view(dim);
  if (!can_say_more(view.terms())) return range_of(view.terms());
  return {lower_bound(view.terms()), upper_bound(view.terms())};
}

std::optional<Int128> lower_bound(std::span<const Term> terms) try {
  if (!can_say_more(terms)) return range_of(terms).low;
  return LowerBound().of(terms);
} catch (const AlgebraError&) {
  return range_of(terms).low;
}

std::optional<Int128> upper_bound(std::span<const Term> terms) try {
  if (!can_say_more(terms)) return range_of(terms).high;
  const std::optional<Int128> negated = LowerBound().of(add_scaled({}, terms, {-1, {}}));
  return negated ? std::optional(checked_multiply(*negated, -1)) : std::nullopt;
} catch (const AlgebraError&) {
  return range_of(terms).high;
}

}  // namespace macroscope::algebra
