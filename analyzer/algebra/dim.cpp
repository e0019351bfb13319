#include "analyzer/algebra/dim.h"

#include <algorithm>

#include "analyzer/algebra/expression.h"

namespace macroscope {

using algebra::Expression;
using algebra::make_dim;
using algebra::Term;
using algebra::Terms;
using algebra::TermView;

namespace algebra {

Dim sum(const Dim& a, const Dim& b) {
  // Most sums begin with nothing: both share what is there.
  if (a.is(0)) return b;
  if (b.is(0)) return a;
  return make_dim(add_scaled(TermView(a).terms(), TermView(b).terms(), {1, {}}));
}

Dim difference(const Dim& a, const Dim& b) {
  if (b.is(0)) return a;
  return make_dim(add_scaled(TermView(a).terms(), TermView(b).terms(), {-1, {}}));
}

Dim product(const Dim& a, const Dim& b) {
  if (a.is(1)) return b;
  if (b.is(1)) return a;
  const TermView x(a);
  const TermView y(b);
  if (y.size() == 1) return make_dim(add_scaled({}, x.terms(), y.front()));
  if (x.size() == 1) return make_dim(add_scaled({}, y.terms(), x.front()));
  if (x.size() * y.size() > limits().products) {
    return x.size() < y.size() ? product(a, make_definition(b)) : product(make_definition(a), b);
  }
  Terms products;
  products.reserve(x.size() * y.size());
  for (const Term& p : x) {
    for (const Term& q : y) {
      products.push_back({checked_multiply(p.coefficient, q.coefficient), multiply(p.monomial, q.monomial)});
    }
  }
  canonicalize(products);
  return make_dim(std::move(products));
}

bool same_body(const Dim& a, const Dim& b) noexcept {
  return Expression::of(a)->hash == Expression::of(b)->hash && order_of_spelling(a, b) == std::strong_ordering::equal;
}

}  // namespace algebra

Dim Dim::of_int128(Int128 number) {
  if (const auto small = static_cast<std::int64_t>(number); small == number) return small;
  return Expression::adopt(new Expression(Terms{Term{number, {}}}));
}

Dim Dim::symbol(std::string_view name) {
  return make_dim(
      algebra::AtomPointer(new algebra::Atom(algebra::AtomKind::symbol, std::string(name), {}, {Int128{0}, std::nullopt})));
}

std::optional<Int128> Dim::integer() const noexcept {
  if (expression_ == nullptr) return number_;
  const Terms& terms = expression_->terms;
  if (terms.size() == 1 && terms.front().monomial.is_one()) return terms.front().coefficient;
  return std::nullopt;
}

std::strong_ordering order_of_spelling(const Dim& a, const Dim& b) noexcept {
  if (Expression::of(a) != nullptr && Expression::of(a) == Expression::of(b)) return std::strong_ordering::equal;
  const TermView x(a);
  const TermView y(b);
  const std::size_t common = std::min(x.size(), y.size());
  for (std::size_t i = 0; i < common; ++i) {
    const Term& p = x.terms()[i];
    const Term& q = y.terms()[i];
    if (const auto order = algebra::compare(p.monomial, q.monomial); order != std::strong_ordering::equal) return order;
    if (p.coefficient != q.coefficient) return p.coefficient <=> q.coefficient;
  }
  return x.size() <=> y.size();
}

std::size_t Dim::hash() const noexcept { return static_cast<std::size_t>(algebra::stable_hash(*this)); }

std::size_t Dim::size() const noexcept { return expression_ == nullptr ? 1 : expression_->size; }

Dim power(const Dim& base, unsigned exponent) {
  Dim result = 1;
  Dim square = base;
  for (; exponent != 0; exponent >>= 1U) {
    if ((exponent & 1U) != 0) result *= square;
    if (exponent > 1) square *= square;
  }
  return result;
}

}  // namespace macroscope
