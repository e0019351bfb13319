// Which spelling does a maximum or a minimum have?
//
// What all arguments share is taken out: max(2*N + 1, 2*M + 3) is 2*max(N, M + 1) + 1.  Arguments that another one surpasses for all
// values of the symbols are dropped.
#include <algorithm>
#include <utility>

#include "analyzer/algebra/expression.h"

namespace macroscope {
namespace algebra {
namespace {

/// By what is known of each of them, without their difference.
bool is_plainly_at_least(const Dim& a, const Dim& b) {
  const std::optional<Int128> low = range_of(TermView(a).terms()).low;
  const std::optional<Int128> high = range_of(TermView(b).terms()).high;
  return low && high && *low >= *high;
}

class Extremum {
 public:
  Extremum(AtomKind kind, std::vector<Dim> arguments) : kind_(kind), arguments_(std::move(arguments)) {}

  Dim simplified() {
    // Each step can give the next one more to take out; a few iterations reach what no step changes any more.
    std::vector<Dim> before;
    for (int round = 0; round < limits().rounds && arguments_ != before; ++round) {
      before = arguments_;
      flatten();
      take_out_sum();
      take_out_product();
      drop_surpassed();
    }
    if (is_budget_spent()) drop_surpassed();
    return offset_ + scale_ * spelled();
  }

 private:
  /// Is `a`, as one argument beside `b`, of no effect?
  [[nodiscard]] bool surpassed(const Dim& a, const Dim& b) const {
    if (is_budget_spent()) return a == b || (kind_ == AtomKind::maximum ? is_plainly_at_least(b, a) : is_plainly_at_least(a, b));
    return (kind_ == AtomKind::maximum ? at_least(b, a) : at_least(a, b)) == Certainty::always;
  }

  [[nodiscard]] bool is_shared(std::size_t argument) const;
  void flatten();
  void take_out_sum();
  void take_out_product();
  void drop_surpassed();
  Dim spelled();

  AtomKind kind_;
  std::vector<Dim> arguments_;
  Dim offset_ = 0;
  Dim scale_ = 1;
};

AtomKind opposite(AtomKind kind) { return kind == AtomKind::maximum ? AtomKind::minimum : AtomKind::maximum; }

bool is_extremum(const Atom& atom) { return atom.kind == AtomKind::maximum || atom.kind == AtomKind::minimum; }

/// A maximum is at least any low end, but at most the highest of all high ends; a minimum the other way round.
Interval range_of_extremum(AtomKind kind, std::span<const Dim> arguments) {
  const bool is_maximum = kind == AtomKind::maximum;
  Interval range = range_of(arguments.front());
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const Interval next = range_of(arguments[i]);
    const auto both = [&](const auto& a, const auto& b) {
      return a && b ? std::optional((*a > *b) == is_maximum ? *a : *b) : std::nullopt;
    };
    const auto any = [&](const auto& a, const auto& b) { return a && b ? both(a, b) : (a ? a : b); };
    range = is_maximum ? Interval{any(range.low, next.low), both(range.high, next.high)}
                       : Interval{both(range.low, next.low), any(range.high, next.high)};
  }
  return range;
}

AtomPointer extremum_atom(AtomKind kind, std::span<const Dim> arguments) {
  return new Atom(kind, {}, Atom::Operands(arguments.begin(), arguments.end()), range_of_extremum(kind, arguments));
}

/// The only term that holds a min or max as a factor beside what is at least 0.
const Term* find_extremum(std::span<const Term> terms) {
  const Term* found = nullptr;
  for (const Term& term : terms) {
    const auto fits = [](const Factor& factor) { return is_extremum(*factor.atom); };
    if (std::none_of(term.monomial.factors.begin(), term.monomial.factors.end(), fits)) continue;
    if (found != nullptr) return nullptr;
    found = &term;
  }
  return found;
}

/// A maximum (minimum) beside other terms, and what it is multiplied by.
struct Inner {
  const Term* term;
  const Atom* extremum;
  Monomial rest;
};

std::optional<Inner> find_inner(std::span<const Term> terms, AtomKind kind) {
  const Term* const term = find_extremum(terms);
  if (term == nullptr) return std::nullopt;
  const bool turned = term->coefficient < 0;
  for (const Factor& factor : term->monomial.factors) {
    const bool fits = is_extremum(*factor.atom);
    if (!fits || factor.power != 1 || (factor.atom->kind == kind) == turned) continue;
    Monomial rest = *divide(term->monomial, monomial_of(factor.atom));
    if (is_non_negative(rest)) return Inner{term, factor.atom.get(), std::move(rest)};
  }
  return std::nullopt;
}

/// The arguments whose maximum (minimum) is `dim`, if it is one beside other terms: 3 + N*max(a, b) gives 3 + N*a, 3 + N*b.
std::vector<Dim> parts(const Dim& dim, AtomKind kind) {
  const TermView view(dim);
  const std::optional<Inner> inner = find_inner(view.terms(), kind);
  if (!inner) return {};
  const Dim scale = make_dim(Term{inner->term->coefficient, inner->rest});
  const Dim others = dim - make_dim(*inner->term);
  std::vector<Dim> result;
  for (const Dim& argument : inner->extremum->operands) result.push_back(others + scale * argument);
  return result;
}

/// A max inside that another argument shares is left: it will be taken out whole.
bool Extremum::is_shared(std::size_t argument) const {
  const Term* const term = find_extremum(TermView(arguments_[argument]).terms());
  if (term == nullptr) return false;
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    const TermView other(arguments_[i]);
    const auto alike = [&](const Term& candidate) {
      return compare(candidate.monomial, term->monomial) == std::strong_ordering::equal;
    };
    if (i != argument && std::any_of(other.begin(), other.end(), alike)) return true;
  }
  return false;
}

void Extremum::flatten() {
  for (std::size_t i = 0; i < arguments_.size();) {
    std::vector<Dim> inner = is_shared(i) ? std::vector<Dim>{} : parts(arguments_[i], kind_);
    if (inner.empty() || arguments_.size() - 1 + inner.size() > limits().arguments) {
      ++i;
      continue;
    }
    arguments_[i] = std::move(inner.back());
    inner.pop_back();
    arguments_.insert(arguments_.end(), inner.begin(), inner.end());
  }
}

/// Each monomial is left with the coefficient 0 in the argument where it is least.
void Extremum::take_out_sum() {
  struct Least {
    Term term;
    std::size_t arguments;
  };
  std::vector<Least> least;
  for (const Dim& argument : arguments_) {
    for (const Term& term : TermView(argument)) {
      const auto found = std::find_if(least.begin(), least.end(), [&](const Least& known) {
        return compare(known.term.monomial, term.monomial) == std::strong_ordering::equal;
      });
      if (found == least.end()) {
        least.push_back({term, 1});
      } else {
        found->term.coefficient = std::min(found->term.coefficient, term.coefficient);
        ++found->arguments;
      }
    }
  }
  Terms shared;
  for (Least& entry : least) {
    if (entry.arguments != arguments_.size()) entry.term.coefficient = std::min(entry.term.coefficient, Int128{0});
    if (entry.term.coefficient != 0) shared.push_back(std::move(entry.term));
  }
  canonicalize(shared);
  const Dim common = make_dim(std::move(shared));
  if (common.is(0)) return;
  for (Dim& argument : arguments_) argument -= common;
  offset_ += scale_ * common;
}

void Extremum::take_out_product() {
  std::optional<Term> common;
  for (const Dim& argument : arguments_) {
    for (const Term& term : TermView(argument)) {
      if (!common) {
        common = Term{term.coefficient, {}};
        for (const Factor& factor : term.monomial.factors) {
          if (factor.atom->range.low.value_or(-1) < 0) continue;
          common->monomial.factors.push_back(factor);
          common->monomial.degree += factor.power;
        }
      }
      common->coefficient = greatest_common_divisor(common->coefficient, term.coefficient);
      common->monomial = common_factors(common->monomial, term.monomial);
    }
  }
  if (!common || (common->coefficient == 1 && common->monomial.is_one())) return;
  const Dim factor = make_dim(*std::move(common));
  std::vector<Dim> quotients;
  for (const Dim& argument : arguments_) {
    std::optional<Dim> quotient = exact_quotient(argument, factor);
    if (!quotient) return;  // the factor has so many parts that it has a name
    quotients.push_back(*std::move(quotient));
  }
  arguments_ = std::move(quotients);
  scale_ *= factor;
}

void Extremum::drop_surpassed() {
  std::sort(arguments_.begin(), arguments_.end(),
            [](const Dim& a, const Dim& b) { return order_of_spelling(a, b) == std::strong_ordering::greater; });
  std::vector<Dim> kept;
  for (Dim& argument : arguments_) {
    if (std::any_of(kept.begin(), kept.end(), [&](const Dim& other) { return surpassed(argument, other); })) continue;
    std::erase_if(kept, [&](const Dim& other) { return surpassed(other, argument); });
    kept.push_back(std::move(argument));
  }
  arguments_ = std::move(kept);
}

Dim Extremum::spelled() {
  if (arguments_.size() == 1) return arguments_.front();
  return make_dim(extremum_atom(kind_, arguments_));
}

std::size_t size_of(std::span<const Term> terms) {
  std::size_t size = terms.size();
  for (const Term& term : terms) {
    for (const Factor& factor : term.monomial.factors) size += factor.atom->size;
  }
  return size;
}

/// The terms with a + b - max(a, b) for min(a, b), or the other way round.
std::optional<Terms> with_opposite(std::span<const Term> terms, const Atom& atom) {
  const Terms both = add_scaled(TermView(atom.operands[0]).terms(), TermView(atom.operands[1]).terms(), {1, {}});
  const Terms lone{Term{1, monomial_of(extremum_atom(opposite(atom.kind), atom.operands))}};
  return with_replacement(terms, atom, add_scaled(both, lone, {-1, {}}));
}

/// Are both a min and a max of just these two spelled with them as they are?
bool is_pair(const Atom& atom) {
  const auto flattens = [&](const Dim& argument) {
    return find_inner(TermView(argument).terms(), opposite(atom.kind)).has_value();
  };
  return atom.operands.size() == 2 && std::none_of(atom.operands.begin(), atom.operands.end(), flattens);
}

std::vector<AtomPointer> pairs_of_kind(std::span<const Term> terms, AtomKind kind) {
  std::vector<AtomPointer> found;
  for (const Term& term : terms) {
    for (const Factor& factor : term.monomial.factors) {
      if (factor.atom->kind != kind || !is_pair(*factor.atom)) continue;
      const auto known = [&](const AtomPointer& other) { return same(*other, *factor.atom); };
      if (std::none_of(found.begin(), found.end(), known)) found.push_back(factor.atom);
    }
  }
  return found;
}

}  // namespace

void spell_with_maxima(Terms& terms) {
  for (const AtomPointer& pair : pairs_of_kind(terms, AtomKind::minimum)) {
    if (std::optional<Terms> other = with_opposite(terms, *pair)) terms = *std::move(other);
  }
}

void settle_extrema(Terms& terms) {
  if (terms.size() < 2 || is_budget_spent()) return;  // no sum is shorter than one term
  // What is chosen must depend on the value alone, so the choice starts from the one spelling without any min of two.
  spell_with_maxima(terms);
  for (const AtomPointer& pair : pairs_of_kind(terms, AtomKind::maximum)) {
    std::optional<Terms> other = with_opposite(terms, *pair);
    if (other && size_of(*other) < size_of(terms)) terms = *std::move(other);
  }
}

Dim extremum(AtomKind kind, std::vector<Dim> arguments) { return Extremum(kind, std::move(arguments)).simplified(); }

}  // namespace algebra

Dim max(std::span<const Dim> arguments) {
  if (arguments.empty()) throw AlgebraError("the maximum of nothing");
  return algebra::extremum(algebra::AtomKind::maximum, {arguments.begin(), arguments.end()});
}

Dim min(std::span<const Dim> arguments) {
  if (arguments.empty()) throw AlgebraError("the minimum of nothing");
  return algebra::extremum(algebra::AtomKind::minimum, {arguments.begin(), arguments.end()});
}

Dim max(const Dim& a, const Dim& b) {
  if (a.is_number() && b.is_number()) return *a.number() < *b.number() ? b : a;
  return algebra::extremum(algebra::AtomKind::maximum, {a, b});
}

Dim min(const Dim& a, const Dim& b) {
  if (a.is_number() && b.is_number()) return *b.number() < *a.number() ? b : a;
  return algebra::extremum(algebra::AtomKind::minimum, {a, b});
}

Dim abs(const Dim& a) {
  if (at_least(a, 0) == Certainty::always) return a;
  if (at_least(0, a) == Certainty::always) return -a;
  return max(a, -a);
}

}  // namespace macroscope
