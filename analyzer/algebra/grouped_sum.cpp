#include "analyzer/algebra/grouped_sum.h"

#include <algorithm>
#include <compare>
#include <utility>
#include <vector>

namespace macroscope {

Dim GroupedSum::sum() const {
  std::vector<std::pair<Dim, std::uint64_t>> terms(times_.begin(), times_.end());
  // In one order on every machine: what grows too large is named as it grows.
  std::sort(terms.begin(), terms.end(),
            [](const auto& a, const auto& b) { return std::is_lt(order_of_spelling(a.first, b.first)); });
  Dim sum = numbers_;
  for (const auto& [term, times] : terms) sum += term * Dim::of_size(times);
  return sum;
}

}  // namespace macroscope
