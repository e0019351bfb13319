#include "analyzer/network/assumption.h"

#include <fmt/format.h>

#include <functional>

namespace macroscope {

std::string Assumption::text() const {
  switch (relation) {
    case Relation::equal:
      return fmt::format("{} == {}", left.text(), right.text());
    case Relation::different:
      return fmt::format("{} != {}", left.text(), right.text());
    case Relation::at_least:
      return fmt::format("{} >= {}", left.text(), right.text());
    case Relation::divisible:
      return fmt::format("mod({}, {}) == 0", left.text(), right.text());
    case Relation::stated:
      break;
  }
  return statement;
}

Certainty Assumption::holds_at(const Bindings& sizes) const {
  if (relation == Relation::stated) return Certainty::unknown;
  const Dim a = left.substitute(sizes);
  const Dim b = right.substitute(sizes);
  switch (relation) {
    case Relation::at_least:
      return macroscope::at_least(a, b);
    case Relation::divisible:
      return b.is(0) ? Certainty::never : macroscope::equal(mod(a, b), 0);
    case Relation::different: {
      const Certainty are_equal = macroscope::equal(a, b);
      if (are_equal == Certainty::unknown) return Certainty::unknown;
      return are_equal == Certainty::always ? Certainty::never : Certainty::always;
    }
    case Relation::equal:
    case Relation::stated:
      break;
  }
  return macroscope::equal(a, b);
}

std::size_t Assumption::hash() const noexcept {
  constexpr std::size_t kFactor = 31;
  std::size_t hash = static_cast<std::size_t>(relation);
  hash = hash * kFactor + left.hash();
  hash = hash * kFactor + right.hash();
  return hash * kFactor + std::hash<std::string>()(statement);
}

std::vector<std::string> texts_of(std::span<const Assumption> assumptions) {
  std::vector<std::string> texts;
  texts.reserve(assumptions.size());
  for (const Assumption& assumption : assumptions) texts.push_back(assumption.text());
  return texts;
}

}  // namespace macroscope
