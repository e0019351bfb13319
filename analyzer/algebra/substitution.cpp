// What is an expression once some of its symbols are known?
#include <algorithm>
#include <unordered_map>

#include "analyzer/algebra/expression.h"

namespace macroscope {
namespace algebra {
namespace {

/// What each atom has become; those that stay as they are have no entry.
using Replacements = std::unordered_map<const Atom*, Dim>;

Dim replaced(const Dim& dim, const Replacements& replacements) {
  const TermView view(dim);
  const auto changes = [&](const Factor& factor) { return replacements.contains(factor.atom.get()); };
  const auto concerned = [&](const Term& term) {
    return std::any_of(term.monomial.factors.begin(), term.monomial.factors.end(), changes);
  };
  if (std::none_of(view.begin(), view.end(), concerned)) return dim;

  Terms collected;
  for (const Term& term : view) {
    Dim value = make_dim(term.coefficient);
    Term kept{1, {}};
    for (const Factor& factor : term.monomial.factors) {
      if (const auto found = replacements.find(factor.atom.get()); found != replacements.end()) {
        value *= power(found->second, factor.power);
      } else {
        kept.monomial.factors.push_back(factor);
        kept.monomial.degree += factor.power;
      }
    }
    value *= make_dim(std::move(kept));
    const TermView parts(value);
    collected.insert(collected.end(), parts.begin(), parts.end());
  }
  canonicalize(collected);
  return make_dim(std::move(collected));
}

Dim rebuilt(const Atom& atom, std::vector<Dim> operands) {
  switch (atom.kind) {
    case AtomKind::quotient:
      return floor_div(operands[0], operands[1]);
    case AtomKind::minimum:
    case AtomKind::maximum:
      return extremum(atom.kind, std::move(operands));
    default:
      return std::move(operands.front());
  }
}

}  // namespace
}  // namespace algebra

Dim Dim::substitute(const Bindings& bindings) const {
  if (is_number() || bindings.empty()) return *this;
  algebra::Replacements replacements;
  algebra::for_each_atom(*this, [&](const algebra::Atom& atom) {
    if (atom.kind == algebra::AtomKind::symbol) {
      if (const auto bound = bindings.find(atom.name); bound != bindings.end()) replacements.emplace(&atom, bound->second);
      return;
    }
    bool changed = false;
    std::vector<Dim> operands;
    for (const Dim& operand : atom.operands) {
      operands.push_back(algebra::replaced(operand, replacements));
      changed = changed || !(operands.back() == operand);
    }
    if (changed) replacements.emplace(&atom, algebra::rebuilt(atom, std::move(operands)));
  });
  return algebra::replaced(*this, replacements);
}

}  // namespace macroscope
