// How long does an expression live, and which name does a large one have?
#include <fmt/format.h>

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <mutex>
#include <set>

#include "analyzer/algebra/expression.h"

namespace macroscope::algebra {
namespace {

/// Every definition alive, by the hash of what it stands for: equal expressions share one, so that definitions of definitions compare by
/// address and not by a walk that can take exponential time.
class DefinitionTable {
 public:
  AtomPointer find_or_add(const Dim& meaning) {
    const std::uint64_t hash = stable_hash(meaning);
    // Both before the lock: a bound may need definitions of its own, and an atom that is released takes the lock.
    const Interval range = range_of(meaning);
    AtomPointer added;
    const std::lock_guard lock(mutex_);
    Definitions& alike = by_hash_[hash];
    bool is_name_taken = false;
    for (const Atom* const atom : alike) {
      if (!(atom->operands.front() == meaning)) {
        is_name_taken = true;
      } else if (take_if_alive(*atom)) {
        return {atom, false};
      }
    }
    std::string name = is_name_taken ? fmt::format("e_{:016x}_{}", hash, ++collisions_) : fmt::format("e_{:016x}", hash);
    added.reset(new Atom(AtomKind::definition, std::move(name), {meaning}, range));
    alike.push_back(added.get());
    return added;
  }

  void forget(const Atom& atom) {
    const std::lock_guard lock(mutex_);
    const auto entry = by_hash_.find(stable_hash(atom.operands.front()));
    if (entry == by_hash_.end()) return;
    Definitions& alike = entry->second;
    const auto place = std::find(alike.begin(), alike.end(), &atom);
    if (place != alike.end()) alike.erase(place);
    if (alike.empty()) by_hash_.erase(entry);
  }

  static DefinitionTable& global() {
    // Never destroyed: expressions in static storage may outlive any other static object.
    static DefinitionTable& table = *new DefinitionTable;
    return table;
  }

 private:
  /// Another thread may be about to delete the atom: then its count is 0 and stays so.
  static bool take_if_alive(const Atom& atom) {
    std::size_t count = atom.references.load(std::memory_order_relaxed);
    while (count != 0) {
      if (atom.references.compare_exchange_weak(count, count + 1, std::memory_order_acq_rel)) return true;
    }
    return false;
  }

  /// Nearly always one.
  using Definitions = boost::container::small_vector<const Atom*, 1>;

  std::mutex mutex_;
  boost::unordered_flat_map<std::uint64_t, Definitions> by_hash_;
  std::uint64_t collisions_ = 0;
};

/// Deletes definitions one after another: one may hold the last reference to the next, a hundred thousand deep.
void destroy_definition(const Atom* atom) noexcept {
  thread_local const Atom* waiting = nullptr;
  thread_local bool busy = false;
  DefinitionTable::global().forget(*atom);
  atom->next_dead = std::exchange(waiting, atom);
  if (busy) return;
  busy = true;
  while (waiting != nullptr) {
    const Atom* const dead = std::exchange(waiting, waiting->next_dead);
    delete dead;
  }
  busy = false;
}

}  // namespace

void intrusive_ptr_add_ref(const Atom* atom) noexcept { atom->references.fetch_add(1, std::memory_order_relaxed); }

void intrusive_ptr_release(const Atom* atom) noexcept {
  if (atom->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (atom->kind == AtomKind::definition) {
    destroy_definition(atom);
  } else {
    delete atom;
  }
}

void retain(const Expression& body) noexcept { body.references.fetch_add(1, std::memory_order_relaxed); }

void release(const Expression* body) noexcept {
  if (body->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete body;
}

Dim make_definition(const Dim& meaning) { return make_dim(Term{1, monomial_of(DefinitionTable::global().find_or_add(meaning))}); }

void for_each_atom(const Dim& dim, const std::function<void(const Atom&)>& visit) {
  for_each_atom(
      dim, [](const Atom&) { return false; }, visit);
}

void for_each_atom(const Dim& dim, const std::function<bool(const Atom&)>& is_known,
                   const std::function<void(const Atom&)>& visit) {
  struct Step {
    const Atom* atom;
    bool inner_done;
  };
  std::vector<Step> steps;
  boost::unordered_flat_set<const Atom*> seen;
  const auto push_all = [&](const Dim& operand) {
    const Expression* const body = Expression::of(operand);
    if (body == nullptr) return;
    for (const Term& term : body->terms) {
      for (const Factor& factor : term.monomial.factors) {
        if (!seen.contains(factor.atom.get()) && !is_known(*factor.atom)) steps.push_back({factor.atom.get(), false});
      }
    }
  };
  push_all(dim);
  while (!steps.empty()) {
    const Step step = steps.back();
    steps.pop_back();
    if (step.inner_done) {
      visit(*step.atom);
    } else if (seen.insert(step.atom).second) {
      steps.push_back({step.atom, true});
      for (const Dim& operand : step.atom->operands) push_all(operand);
    }
  }
}

/// Expressions nest no deeper than they are spelled.
void add_definitions(const Dim& dim, std::vector<const Atom*>& found) {
  const Expression* const body = Expression::of(dim);
  if (body == nullptr) return;
  for (const Term& term : body->terms) {
    for (const Factor& factor : term.monomial.factors) {
      if (factor.atom->kind == AtomKind::definition) {
        found.push_back(factor.atom.get());
      } else {
        for (const Dim& operand : factor.atom->operands) add_definitions(operand, found);
      }
    }
  }
}

}  // namespace macroscope::algebra

namespace macroscope {

std::vector<std::string> Dim::symbols() const {
  std::set<std::string> names;
  algebra::for_each_atom(*this, [&](const algebra::Atom& atom) {
    if (atom.kind == algebra::AtomKind::symbol) names.insert(atom.name);
  });
  return {names.begin(), names.end()};
}

bool Dim::has_definitions() const noexcept {
  const algebra::Expression* const body = algebra::Expression::of(*this);
  return body != nullptr && std::any_of(body->terms.begin(), body->terms.end(), [](const algebra::Term& term) {
           return std::any_of(term.monomial.factors.begin(), term.monomial.factors.end(), [](const algebra::Factor& factor) {
             const algebra::Atom& atom = *factor.atom;
             return atom.kind == algebra::AtomKind::definition ||
                    std::any_of(atom.operands.begin(), atom.operands.end(),
                                [](const Dim& operand) { return operand.has_definitions(); });
           });
         });
}

std::vector<std::pair<std::string, Dim>> Dim::definitions() const {
  std::vector<std::pair<std::string, Dim>> result;
  algebra::for_each_atom(*this, [&](const algebra::Atom& atom) {
    if (atom.kind == algebra::AtomKind::definition) result.emplace_back(atom.name, atom.operands.front());
  });
  return result;
}

}  // namespace macroscope
