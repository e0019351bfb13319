#include "analyzer/diagnostics/suggestion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace macroscope {
namespace {

/// Longer words are nobody's slip of the finger.
constexpr std::size_t kLongest = 64;

/// Letters to insert, leave out or replace, or neighbours to exchange.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last, last, row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before_last[j - 2] + 1);
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
  // A word of one letter is no slip for another one.
  std::size_t least = word.size() == 1 ? 1 : std::max<std::size_t>(word.size() / 3, 1) + 1;
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
