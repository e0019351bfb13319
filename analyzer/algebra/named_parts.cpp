#include "analyzer/algebra/named_parts.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <vector>

#include "analyzer/algebra/expression.h"

namespace macroscope {

/// Held, so that no other expression takes their place in memory.
struct NamedParts::Seen {
  struct Hash {
    std::size_t operator()(const algebra::AtomPointer& atom) const noexcept { return std::hash<const void*>()(atom.get()); }
  };
  boost::unordered_flat_set<algebra::AtomPointer, Hash> atoms;
};

NamedParts::NamedParts() : seen_(std::make_unique<Seen>()) {}
NamedParts::~NamedParts() = default;
NamedParts::NamedParts(NamedParts&&) noexcept = default;
NamedParts& NamedParts::operator=(NamedParts&&) noexcept = default;

void NamedParts::add(const Dim& dim) {
  if (dim.integer()) return;
  std::vector<const algebra::Atom*> pending;
  algebra::add_definitions(dim, pending);
  while (!pending.empty()) {
    const algebra::Atom* const atom = pending.back();
    pending.pop_back();
    if (!seen_->atoms.emplace(atom).second) continue;
    algebra::add_definitions(atom->operands.front(), pending);
  }
}

void NamedParts::for_each(const std::function<void(const std::string& name, const Dim& meaning)>& visit) const {
  std::vector<const algebra::Atom*> by_name;
  by_name.reserve(seen_->atoms.size());
  for (const algebra::AtomPointer& atom : seen_->atoms) by_name.push_back(atom.get());
  std::sort(by_name.begin(), by_name.end(), [](const algebra::Atom* a, const algebra::Atom* b) { return a->name < b->name; });
  for (const algebra::Atom* const atom : by_name) visit(atom->name, atom->operands.front());
}

void NamedParts::clear() { seen_->atoms.clear(); }

}  // namespace macroscope
