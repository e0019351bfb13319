#include "analyzer/algebra/grouped_sum.h"

#include <algorithm>
#include <compare>
#include <utility>
#include <vector>

namespace macroscope {

void GroupedSum::add_number(const Dim& number) {
  try {
    numbers_ += number;
  } catch (const AlgebraError&) {
    is_past_128_bits_ = true;
  }
}

Quantity GroupedSum::sum() const {
  std::vector<std::pair<Dim, std::uint64_t>> terms(times_.begin(), times_.end());
  // In one order on every machine: what grows too large is named as it grows.
  std::sort(terms.begin(), terms.end(),
            [](const auto& a, const auto& b) { return std::is_lt(order_of_spelling(a.first, b.first)); });
  Quantity sum{numbers_, is_past_128_bits_};
  for (const auto& [term, times] : terms) {
    try {
      sum.value += term * Dim::of_size(times);
    } catch (const AlgebraError&) {
      sum.at_least = true;
    }
  }
  return sum;
}

}  // namespace macroscope
