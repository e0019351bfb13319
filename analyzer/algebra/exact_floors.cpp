// Which floor divisions never leave a remainder, and what is an expression when they are written as quotients?
#include <algorithm>
#include <map>

#include "analyzer/algebra/expression.h"

namespace macroscope::algebra {
namespace {

/// So many combinations of residues are tried at most, and so many floors replaced.
constexpr std::int64_t kMaxCombinations = 4096;
constexpr int kMaxFloors = 16;

std::int64_t residue_of(Int128 number, std::int64_t divisor) {
  const auto residue = static_cast<std::int64_t>(number % divisor);
  return residue < 0 ? residue + divisor : residue;
}

/// The value modulo the divisor; every atom is a symbol.
std::int64_t residue_of(const Dim& polynomial, std::int64_t divisor, const std::map<const Atom*, std::int64_t>& values) {
  std::int64_t sum = 0;
  const TermView view(polynomial);
  for (const Term& term : view) {
    std::int64_t product = residue_of(term.coefficient, divisor);
    for (const Factor& factor : term.monomial.factors)
      for (std::uint32_t power = 0; power < factor.power; ++power) product = product * values.at(factor.atom.get()) % divisor;
    sum = (sum + product) % divisor;
  }
  return sum;
}

/// True if the floor's divisor divides its dividend whatever the symbols are.
bool never_leaves_a_remainder(const Atom& floor) {
  constexpr std::int64_t kMaxDivisor = 1024;
  const auto divisor = floor.operands[1].number();
  if (!divisor || *divisor < 2 || *divisor > kMaxDivisor) return false;
  std::map<const Atom*, std::int64_t> values;
  std::vector<const Atom*> symbols;
  std::int64_t combinations = 1;
  const TermView view(floor.operands[0]);
  constexpr std::uint64_t kMaxDegree = 64;
  for (const Term& term : view) {
    if (term.monomial.degree > kMaxDegree) return false;
    for (const Factor& factor : term.monomial.factors) {
      if (factor.atom->kind != AtomKind::symbol) return false;
      // Atoms of one symbol may be several objects.
      const auto known =
          std::find_if(symbols.begin(), symbols.end(), [&](const Atom* atom) { return same(*atom, *factor.atom); });
      if (known != symbols.end() && *known == factor.atom.get()) continue;
      if (known != symbols.end()) return false;
      symbols.push_back(factor.atom.get());
      combinations *= *divisor;
      if (combinations > kMaxCombinations) return false;
    }
  }
  charge(static_cast<std::size_t>(combinations) * view.size());
  for (std::int64_t combination = 0; combination < combinations; ++combination) {
    std::int64_t rest = combination;
    for (const Atom* symbol : symbols) {
      values[symbol] = rest % *divisor;
      rest /= *divisor;
    }
    if (residue_of(floor.operands[0], *divisor, values) != 0) return false;
  }
  return true;
}

/// A floor to the power 1 that never leaves a remainder; null if there is none.
AtomPointer find_exact_floor(const Dim& dim) {
  const TermView view(dim);
  for (const Term& term : view)
    for (const Factor& factor : term.monomial.factors)
      if (factor.atom->kind == AtomKind::quotient && factor.power == 1 && never_leaves_a_remainder(*factor.atom))
        return factor.atom;
  return nullptr;
}

/// dim * divisor, with the dividend in the place of each divisor * floor.
Dim multiplied(const Dim& dim, const Atom& floor) {
  Dim result;
  const TermView view(dim);
  for (const Term& term : view) {
    Term rest{term.coefficient, {}};
    bool has_floor = false;
    for (const Factor& factor : term.monomial.factors) {
      if (factor.power == 1 && same(*factor.atom, floor)) {
        has_floor = true;
        continue;
      }
      rest.monomial.factors.push_back(factor);
      rest.monomial.degree += factor.power;
    }
    result += make_dim(std::move(rest)) * (has_floor ? floor.operands[0] : floor.operands[1]);
  }
  return result;
}

}  // namespace

Quotient without_exact_floors(const Dim& dim) {
  Quotient quotient{dim, 1};
  for (int count = 0; count < kMaxFloors; ++count) {
    const AtomPointer floor = find_exact_floor(quotient.over);
    if (floor == nullptr) break;
    const Dim over = multiplied(quotient.over, *floor);
    quotient = {over, quotient.under * floor->operands[1]};
  }
  return quotient;
}

}  // namespace macroscope::algebra
