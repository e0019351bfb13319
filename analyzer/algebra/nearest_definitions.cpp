#include "analyzer/algebra/nearest_definitions.h"

#include <boost/unordered/unordered_flat_set.hpp>

#include "analyzer/algebra/expression.h"

namespace macroscope {
namespace {

/// At most so many definitions, those the fewest names away.
struct Near {
  boost::unordered_flat_set<const algebra::Atom*> atoms;
  bool are_all = true;
};

Near near(std::span<const Dim> quantities, std::size_t most) {
  Near result;
  std::vector<const algebra::Atom*> outermost_first, spelled;
  const auto add_new = [&](const Dim& quantity) {
    spelled.clear();
    algebra::add_definitions(quantity, spelled);
    for (const algebra::Atom* const atom : spelled) {
      if (result.atoms.size() == most && !result.atoms.contains(atom)) {
        result.are_all = false;
      } else if (result.atoms.insert(atom).second) {
        outermost_first.push_back(atom);
      }
    }
  };
  for (const Dim& quantity : quantities) add_new(quantity);
  for (std::size_t next = 0; next < outermost_first.size() && result.are_all; ++next)
    add_new(outermost_first[next]->operands.front());
  return result;
}

}  // namespace

bool names_more_than(const Dim& quantity, std::size_t most) { return !near({&quantity, 1}, most).are_all; }

NearestDefinitions nearest_definitions(std::span<const Dim> quantities, std::size_t most) {
  NearestDefinitions result;
  const Near listed = near(quantities, most);
  result.are_all = listed.are_all;
  boost::unordered_flat_set<const algebra::Atom*> visited;
  const auto is_known = [&](const algebra::Atom& atom) {
    return visited.contains(&atom) || (atom.kind == algebra::AtomKind::definition && !listed.atoms.contains(&atom));
  };
  for (const Dim& quantity : quantities) {
    algebra::for_each_atom(quantity, is_known, [&](const algebra::Atom& atom) {
      visited.insert(&atom);
      if (atom.kind == algebra::AtomKind::definition) result.innermost_first.emplace_back(atom.name, atom.operands.front());
    });
  }
  return result;
}

}  // namespace macroscope
