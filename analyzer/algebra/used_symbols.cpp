#include "analyzer/algebra/parts.h"

#include <boost/unordered/unordered_flat_set.hpp>

#include "analyzer/algebra/expression.h"

namespace macroscope {

/// The quantities are held, so that no other atoms take the place in memory of theirs.
struct Parts::Seen {
  boost::unordered_flat_set<const algebra::Atom*> atoms;
  std::vector<Dim> quantities;
};

Parts::Parts(std::size_t enough) : enough_(enough), seen_(std::make_unique<Seen>()) {}
Parts::~Parts() = default;

void Parts::add(const Dim& quantity) {
  const auto has_enough = [this] { return symbols_.size() >= enough_; };
  if (quantity.integer() || has_enough()) return;
  seen_->quantities.push_back(quantity);
  algebra::for_each_atom(
      quantity, [&](const algebra::Atom& atom) { return has_enough() || seen_->atoms.contains(&atom); },
      [this](const algebra::Atom& atom) {
        seen_->atoms.insert(&atom);
        if (atom.kind == algebra::AtomKind::symbol) symbols_.insert(atom.name);
        if (atom.kind == algebra::AtomKind::definition) definitions_.emplace_back(atom.name, atom.operands.front());
      });
}

}  // namespace macroscope
