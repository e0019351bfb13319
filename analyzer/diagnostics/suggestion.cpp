#include "analyzer/diagnostics/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace macroscope {
namespace {

/// Longer words are nobody's slip of the finger.
constexpr std::size_t kLongest = 64;

/// Letters to insert, leave out or replace.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest_to(std::string_view word, std::span<const std::string_view> known) {
  if (word.empty() || word.size() > kLongest) return {};
  for (const std::string_view candidate : known)
    if (word.size() >= 2 && candidate.starts_with(word)) return candidate;
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t letters = distance(word, candidate);
    if (letters < least) {
      least = letters;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string suggestion_for(std::string_view word, std::span<const std::string_view> known) {
  const std::string_view nearest = nearest_to(word, known);
  if (!nearest.empty()) return fmt::format("did you mean '{}'?", nearest);
  return known.empty() ? std::string() : fmt::format("one of: {}", fmt::join(known, ", "));
}

}  // namespace macroscope
