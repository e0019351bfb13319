#include "analyzer/algebra/evaluation.h"

#include <algorithm>
#include <vector>

#include "analyzer/algebra/expression.h"

namespace macroscope {
namespace algebra {
namespace {

Int128 value_of(const Dim& dim, std::int64_t size);

/// \pre definitions have been asked for their values
Int128 value_of(const Atom& atom, std::int64_t size) {
  switch (atom.kind) {
    case AtomKind::symbol:
      return size;
    case AtomKind::definition: {
      const std::optional<Int128>& value = atom.known_value(size)->value;
      if (!value) throw AlgebraError("a number does not fit 128 bits");
      return *value;
    }
    case AtomKind::quotient: {
      const Int128 over = value_of(atom.operands[0], size);
      const Int128 under = value_of(atom.operands[1], size);
      if (under == 0) throw AlgebraError("division by 0");
      return under > 0 ? floor_quotient(over, under) : floor_quotient(checked_multiply(over, -1), checked_multiply(under, -1));
    }
    case AtomKind::minimum:
    case AtomKind::maximum:
      break;
  }
  Int128 best = value_of(atom.operands.front(), size);
  for (std::size_t operand = 1; operand < atom.operands.size(); ++operand) {
    const Int128 value = value_of(atom.operands[operand], size);
    best = atom.kind == AtomKind::maximum ? std::max(best, value) : std::min(best, value);
  }
  return best;
}

Int128 value_of(const Dim& dim, std::int64_t size) {
  Int128 sum = 0;
  const TermView view(dim);
  for (const Term& term : view) {
    Int128 product = term.coefficient;
    for (const Factor& factor : term.monomial.factors) {
      const Int128 value = value_of(*factor.atom, size);
      if (value == 0) {
        product = 0;
        break;
      }
      const bool is_unit = value == 1 || value == -1;
      const std::uint32_t times = is_unit ? factor.power % 2 : factor.power;
      for (std::uint32_t power = 0; power < times; ++power) product = checked_multiply(product, value);
    }
    sum = checked_add(sum, product);
  }
  return sum;
}

std::optional<Int128> value_if_any(const Dim& dim, std::int64_t size) {
  try {
    return value_of(dim, size);
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

/// Definitions that an expression spells whose values are not known; expressions nest no deeper than they are spelled.
void add_unknown(const Dim& dim, std::int64_t size, std::vector<const Atom*>& unknown) {
  const Expression* const body = Expression::of(dim);
  if (body == nullptr) return;
  for (const Term& term : body->terms) {
    for (const Factor& factor : term.monomial.factors) {
      const Atom& atom = *factor.atom;
      if (atom.kind != AtomKind::definition) {
        for (const Dim& operand : atom.operands) add_unknown(operand, size, unknown);
      } else if (atom.known_value(size) == nullptr) {
        unknown.push_back(&atom);
      }
    }
  }
}

}  // namespace
}  // namespace algebra

std::optional<Int128> value_at(const Dim& quantity, std::int64_t size) {
  if (const std::optional<Int128> number = quantity.integer()) return number;
  std::vector<const algebra::Atom*> unknown;
  algebra::add_unknown(quantity, size, unknown);
  while (!unknown.empty()) {
    const algebra::Atom& atom = *unknown.back();
    const std::size_t before = unknown.size();
    if (atom.known_value(size) == nullptr) algebra::add_unknown(atom.operands.front(), size, unknown);
    if (unknown.size() != before) continue;
    if (atom.known_value(size) == nullptr) atom.remember_value(size, algebra::value_if_any(atom.operands.front(), size));
    unknown.pop_back();
  }
  return algebra::value_if_any(quantity, size);
}

}  // namespace macroscope
