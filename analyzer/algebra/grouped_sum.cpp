#include "analyzer/algebra/grouped_sum.h"

#include <algorithm>
#include <compare>
#include <utility>
#include <vector>

#include "analyzer/algebra/running_sum.h"

namespace macroscope {

namespace {

/// False, and nothing is added, past 128 bits.
bool add_if_it_fits(Dim& sum, const Dim& term, std::uint64_t times) {
  try {
    sum += term * Dim::of_int128(times);
    return true;
  } catch (const AlgebraError&) {
    return false;
  }
}

}  // namespace

void GroupedSum::add_number(const Dim& number) { is_past_128_bits_ = !add_if_it_fits(numbers_, number, 1) || is_past_128_bits_; }

Quantity GroupedSum::sum() const {
  std::vector<std::pair<Dim, std::uint64_t>> terms(times_.begin(), times_.end());
  // In one order on every machine: what grows too large is named as it grows.  Their hashes are, and take no walk to compare.
  std::sort(terms.begin(), terms.end(), [](const auto& a, const auto& b) {
    const std::size_t hash = a.first.hash(), other = b.first.hash();
    return hash != other ? hash < other : std::is_lt(order_of_spelling(a.first, b.first));
  });
  try {
    RunningSum sum;
    sum.add(numbers_);
    for (const auto& [term, times] : terms) sum.add(term, times);
    return {sum.value(), is_past_128_bits_};
  } catch (const AlgebraError&) {
    return what_fits(terms);
  }
}

Quantity GroupedSum::what_fits(const std::vector<std::pair<Dim, std::uint64_t>>& terms) const {
  Quantity sum{numbers_, is_past_128_bits_};
  for (const auto& [term, times] : terms) {
    if (add_if_it_fits(sum.value, term, times)) continue;
    sum.at_least = true;
    add_if_it_fits(sum.value, term, 1);
  }
  return sum;
}

}  // namespace macroscope
