// Grouped sum: what is the sum of many quantities, most of which are equal?
//
// The layers of a large network cost one of few expressions each.  How often each comes is counted, and multiplied at the end.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/algebra/quantity.h"

namespace macroscope {

class GroupedSum {
 public:
  void add(const Dim& term) {
    if (term.is_number()) {
      add_number(term);
    } else {
      ++times_[term];
    }
  }
  /// `at_least` where some terms would have taken it past 128 bits: those are left out, or stand once where they came often.
  [[nodiscard]] Quantity sum() const;

 private:
  struct Hash {
    std::size_t operator()(const Dim& dim) const noexcept { return dim.hash(); }
  };
  void add_number(const Dim& number);
  [[nodiscard]] Quantity what_fits(const std::vector<std::pair<Dim, std::uint64_t>>& terms) const;

  Dim numbers_;
  bool is_past_128_bits_ = false;
  std::unordered_map<Dim, std::uint64_t, Hash> times_;
};

}  // namespace macroscope
