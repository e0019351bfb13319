#include "analyzer/operators/catalogue.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "analyzer/operators/derivation.h"
#include "analyzer/operators/families.h"

namespace macroscope {
namespace {

using namespace families;

const Family kFamilies[] = {
// clang-format off
#include "analyzer/operators/families.inc"
    // clang-format on
};

using Key = std::pair<std::string_view, std::string_view>;

struct KeyHash {
  std::size_t operator()(const Key& key) const noexcept {
    const std::hash<std::string_view> hash;
    return hash(key.first) * 31 + hash(key.second);
  }
};

/// The rows of one operator, newest first.
using Versions = std::vector<const Operator*>;
using Index = boost::unordered_flat_map<Key, Versions, KeyHash>;

/// The newest row of ONNX's own that has this name, as it is in its table.
const Operator* origin_named(std::string_view name) {
  const Operator* newest = nullptr;
  for (const Family& family : kFamilies)
    if (family.domain.empty())
      for (const Operator& row : family.operators)
        if (row.name == name && row.domain.empty() && (newest == nullptr || row.since > newest->since)) newest = &row;
  return newest;
}

/// The operands of the origin's nest are in other places of the row that derives from it.
Meaning moved(Meaning meaning, const Derivation& derivation) {
  const auto at = [&](int operand) {
    return operand < 0 ? operand : int{derivation.operands.at(static_cast<std::size_t>(operand))};
  };
  if (auto* loops = std::get_if<Loops>(&meaning)) {
    for (std::uint8_t& operand : loops->operands) operand = static_cast<std::uint8_t>(at(operand));
    loops->bias = at(loops->bias);
  }
  return meaning;
}

/// Each row with what it leaves out.  Made once; rows do not move any more.
class Catalogue {
 public:
  Catalogue() {
    for (const Family& family : kFamilies) {
      std::vector<Operator>& rows = rows_.emplace_back(family.operators.begin(), family.operators.end());
      for (Operator& row : rows) {
        if (!row.derives.name.empty()) row = completed(row);
        if (row.domain.empty()) row.domain = family.domain;
      }
      families_.push_back({family.domain, family.name, rows});
      for (const Operator& row : rows) index_[{row.domain, row.name}].push_back(&row);
    }
    for (auto& [key, versions] : index_)
      std::sort(versions.begin(), versions.end(), [](const Operator* a, const Operator* b) { return a->since > b->since; });
  }

  [[nodiscard]] std::span<const Family> families() const noexcept { return families_; }
  [[nodiscard]] const Operator* find(std::string_view domain, std::string_view name, std::int64_t version) const noexcept {
    const auto found = index_.find({domain, name});
    if (found == index_.end()) return nullptr;
    for (const Operator* row : found->second)
      if (row->since <= version) return row;
    return nullptr;
  }

 private:
  std::deque<std::vector<Operator>> rows_;
  std::vector<Family> families_;
  Index index_;
};

const Catalogue& made() {
  static const Catalogue catalogue;
  return catalogue;
}

}  // namespace

bool says_meaning(const Operator& row) noexcept {
  const auto* loops = std::get_if<Loops>(&row.meaning);
  return loops == nullptr || loops->nests.size() > 0;
}

Operator completed(Operator row) {
  const Operator* stored = row.derives.name.empty() ? nullptr : origin_named(row.derives.name);
  if (stored == nullptr) return row;
  const Operator origin = completed(*stored);
  row.traits = row.traits | origin.traits;
  if (row.channels == ChannelAxis::as_operand) row.channels = origin.channels;
  if (row.saves == Saves::by_meaning) row.saves = origin.saves;
  if (row.attention == nullptr) row.attention = origin.attention;
  const bool has_own_places = row.derives.operands != Derivation().operands;
  if (!has_own_places) {
    if (row.gradient == nullptr) row.gradient = origin.gradient;
    if (row.gradient_macs == nullptr) row.gradient_macs = origin.gradient_macs;
  }
  if (says_meaning(row)) return row;
  row.meaning = moved(origin.meaning, row.derives);
  if (row.cost.empty()) row.cost = origin.cost;
  if (has_own_places) return row;
  if (row.roles == Roles("data")) row.roles = origin.roles;
  if (!row.activation.is_given()) row.derivative = origin.derivative;
  return row;
}

bool takes_meaning(const Operator& row) noexcept {
  if (row.derives.name.empty()) return false;
  for (const Family& family : kFamilies)
    for (const Operator& stored : family.operators)
      if (stored.name == row.name && stored.since == row.since &&
          (stored.domain.empty() ? family.domain : stored.domain) == row.domain)
        return !says_meaning(stored);
  return false;
}

std::span<const Family> catalogue() noexcept { return made().families(); }

const Operator* find_operator(std::string_view domain, std::string_view name, std::int64_t version) noexcept {
  return made().find(domain, name, version);
}

}  // namespace macroscope
