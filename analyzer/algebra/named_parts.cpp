#include "analyzer/algebra/named_parts.h"

#include <unordered_set>
#include <utility>
#include <vector>

#include "analyzer/algebra/expression.h"

namespace macroscope {
namespace {

/// Definitions that an expression spells; expressions nest no deeper than they are spelled.
void add_definitions(const Dim& dim, std::vector<algebra::AtomPointer>& found) {
  const algebra::Expression* const body = algebra::Expression::of(dim);
  if (body == nullptr) return;
  for (const algebra::Term& term : body->terms) {
    for (const algebra::Factor& factor : term.monomial.factors) {
      if (factor.atom->kind == algebra::AtomKind::definition) {
        found.push_back(factor.atom);
      } else {
        for (const Dim& operand : factor.atom->operands) add_definitions(operand, found);
      }
    }
  }
}

}  // namespace

/// Held, so that no other expression takes their place in memory.
struct NamedParts::Seen {
  struct Hash {
    std::size_t operator()(const algebra::AtomPointer& atom) const noexcept { return std::hash<const void*>()(atom.get()); }
  };
  std::unordered_set<algebra::AtomPointer, Hash> atoms;
};

NamedParts::NamedParts() : seen_(std::make_unique<Seen>()) {}
NamedParts::~NamedParts() = default;
NamedParts::NamedParts(NamedParts&&) noexcept = default;
NamedParts& NamedParts::operator=(NamedParts&&) noexcept = default;

std::map<std::string, std::string> NamedParts::take_texts() {
  seen_->atoms.clear();
  return std::exchange(texts_, {});
}

void NamedParts::add(const Dim& dim) {
  if (dim.integer()) return;
  std::vector<algebra::AtomPointer> pending;
  add_definitions(dim, pending);
  while (!pending.empty()) {
    const algebra::AtomPointer atom = std::move(pending.back());
    pending.pop_back();
    if (!seen_->atoms.insert(atom).second) continue;
    const Dim& meaning = atom->operands.front();
    texts_.try_emplace(atom->name, meaning.text());
    add_definitions(meaning, pending);
  }
}

}  // namespace macroscope
