#include "analyzer/algebra/parts.h"

#include <boost/unordered/unordered_flat_set.hpp>

#include "analyzer/algebra/expression.h"

namespace macroscope {

/// The quantities are held, so that no other atoms take the place in memory of theirs.
struct Parts::Seen {
  boost::unordered_flat_set<const algebra::Atom*> atoms;
  std::vector<Dim> quantities;
};

Parts::Parts() : seen_(std::make_unique<Seen>()) {}
Parts::~Parts() = default;

void Parts::add(const Dim& quantity) {
  if (quantity.integer()) return;
  seen_->quantities.push_back(quantity);
  algebra::for_each_atom(
      quantity, [this](const algebra::Atom& atom) { return seen_->atoms.contains(&atom); },
      [this](const algebra::Atom& atom) {
        seen_->atoms.insert(&atom);
        if (atom.kind == algebra::AtomKind::symbol) symbols_.insert(atom.name);
        if (atom.kind == algebra::AtomKind::definition) definitions_.emplace_back(atom.name, atom.operands.front());
      });
}

}  // namespace macroscope
