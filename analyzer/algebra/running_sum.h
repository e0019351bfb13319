// Running sum: what is the sum of very many quantities?
//
// Each sum of two expressions is an expression of its own, written out and kept.  Here quantities are only collected until they spell as much
// as an expression may, and their terms are sorted then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "analyzer/algebra/dim.h"

namespace macroscope {

class RunningSum {
 public:
  /// \throws AlgebraError past 128 bits, here or when the value is asked for
  void add(const Dim& quantity, std::uint64_t times = 1);
  [[nodiscard]] Dim value() const;

 private:
  struct Part {
    Dim quantity;
    std::uint64_t times;
  };

  Dim numbers_ = 0;
  std::vector<Part> parts_;
  /// Terms and atoms of the parts: no less than those of their sum.
  std::size_t size_ = 0;
};

}  // namespace macroscope
