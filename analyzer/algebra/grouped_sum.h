// Grouped sum: what is the sum of many quantities, most of which are equal?
//
// The layers of a large network cost one of few expressions each.  How often each comes is counted, and multiplied at the end.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "analyzer/algebra/dim.h"

namespace macroscope {

class GroupedSum {
 public:
  /// \throws AlgebraError past 128 bits
  void add(const Dim& term) {
    if (term.is_number()) {
      numbers_ += term;
    } else {
      ++times_[term];
    }
  }
  /// \throws AlgebraError past 128 bits
  [[nodiscard]] Dim sum() const;

 private:
  struct Hash {
    std::size_t operator()(const Dim& dim) const noexcept { return dim.hash(); }
  };
  Dim numbers_;
  std::unordered_map<Dim, std::uint64_t, Hash> times_;
};

}  // namespace macroscope
