// Nominal estimates: which of two quantities is larger at typical sizes, when they hold symbols?
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>

#include "analyzer/algebra/dim.h"

namespace macroscope {

/// The value as a floating number: exact or nearest; infinite for expressions.
[[nodiscard]] double approximate(const Dim& quantity) noexcept;

/// The value where every symbol is the nominal size, 64: what decides where expressions must be ordered.  Empty past 128 bits.
[[nodiscard]] std::optional<Int128> nominal_value(const Dim& quantity);

/// Orders quantities with symbols among each other: every symbol stands for the same number, which says little but is the same everywhere.
class NominalEstimate {
 public:
  /// Kept, so that asking again is quick.
  [[nodiscard]] double weight_of(const Dim& quantity);
  /// Its value where every symbol is `size`, not kept.  Of two quantities of which one is never the smaller, neither is it here.
  [[nodiscard]] static double estimate(const Dim& quantity, int size);
  /// row / total if that is one number for all values of the symbols.
  [[nodiscard]] static std::optional<double> share_of(const Dim& row, const Dim& total);

 private:
  struct Hash {
    std::size_t operator()(const Dim& dim) const noexcept { return dim.hash(); }
  };
  std::unordered_map<Dim, double, Hash> weights_;
};

}  // namespace macroscope
