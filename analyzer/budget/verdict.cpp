#include "analyzer/budget/verdict.h"

namespace macroscope {

std::string_view name_of(Outcome outcome) noexcept {
  static constexpr std::array<std::string_view, kOutcomes> kNames{"passed", "skipped",   "allowed",
                                                                  "warned", "undecided", "failed"};
  return kNames[static_cast<std::size_t>(outcome)];
}

std::string_view name_of(Rule rule) noexcept {
  static constexpr std::string_view kNames[] = {"max", "min", "warn", "growth", "forbid", "max_operator", "lock", "expect"};
  return kNames[static_cast<std::size_t>(rule)];
}

std::string_view name_of(LayerChange::Kind kind) noexcept {
  static constexpr std::string_view kNames[] = {"added", "removed", "changed"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace macroscope
