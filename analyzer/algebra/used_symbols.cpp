#include "analyzer/algebra/used_symbols.h"

#include <boost/unordered/unordered_flat_set.hpp>
#include <vector>

#include "analyzer/algebra/expression.h"

namespace macroscope {

/// The quantities are held, so that no other atoms take the place in memory of theirs.
struct UsedSymbols::Seen {
  boost::unordered_flat_set<const algebra::Atom*> atoms;
  std::vector<Dim> quantities;
};

UsedSymbols::UsedSymbols(std::size_t enough) : enough_(enough), seen_(std::make_unique<Seen>()) {}
UsedSymbols::~UsedSymbols() = default;

void UsedSymbols::add(const Dim& quantity) {
  const auto has_enough = [this] { return names_.size() >= enough_; };
  if (quantity.integer() || has_enough()) return;
  seen_->quantities.push_back(quantity);
  algebra::for_each_atom(
      quantity, [&](const algebra::Atom& atom) { return has_enough() || seen_->atoms.contains(&atom); },
      [this](const algebra::Atom& atom) {
        seen_->atoms.insert(&atom);
        if (atom.kind == algebra::AtomKind::symbol) names_.insert(atom.name);
      });
}

}  // namespace macroscope
