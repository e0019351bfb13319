// Nearest definitions: what do the names stand for that quantities spell, as far as a person wants to read that?
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/algebra/dim.h"

namespace macroscope {

struct NearestDefinitions {
  /// Names and what they stand for, each once: one comes after those that it spells itself, as far as these are here.
  std::vector<std::pair<std::string, Dim>> innermost_first;
  /// False where there are more, which those here are made of.
  bool are_all = true;
};

/// At most `most` definitions of those that the quantities name, directly or through others: those the fewest names away.  Takes time in
/// proportion to what it finds, however many there are.
[[nodiscard]] NearestDefinitions nearest_definitions(std::span<const Dim> quantities, std::size_t most);

/// Does a quantity name more than `most` of them?  Looks at no more than that.
[[nodiscard]] bool names_more_than(const Dim& quantity, std::size_t most);

}  // namespace macroscope
