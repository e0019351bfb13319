// Nominal estimates: which of two quantities is larger at typical sizes, when they hold symbols?
//
// Every symbol stands for the same number, which says little but is the same everywhere.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "analyzer/algebra/dim.h"

namespace macroscope {

/// The value as a floating number: exact or nearest; infinite for expressions.
[[nodiscard]] double approximate(const Dim& quantity) noexcept;

/// The value where every symbol is the nominal size, 64: what decides where expressions must be ordered.  Empty past 128 bits.
[[nodiscard]] std::optional<Int128> nominal_value(const Dim& quantity);

/// That as a floating number; infinite past 128 bits.
[[nodiscard]] double nominal_weight(const Dim& quantity);
/// Where every symbol is `size`.  Of two quantities of which one is never the smaller, neither is it here.
[[nodiscard]] double weight_at(const Dim& quantity, int size);

/// row / total if that is one number for all values of the symbols.
[[nodiscard]] std::optional<double> constant_share(const Dim& row, const Dim& total);

/// Sorts by what `weight_of` says of each, which is asked once; those of one weight stay in their order.
template <typename Entry, typename WeightOf>
void sort_largest_first(std::vector<Entry>& entries, const WeightOf& weight_of) {
  std::vector<std::pair<double, Entry>> weighed;
  weighed.reserve(entries.size());
  for (Entry& entry : entries) {
    const double weight = weight_of(entry);
    weighed.emplace_back(weight, std::move(entry));
  }
  std::stable_sort(weighed.begin(), weighed.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::transform(weighed.begin(), weighed.end(), entries.begin(), [](auto& entry) { return std::move(entry.second); });
}

}  // namespace macroscope
