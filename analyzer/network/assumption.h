// Assumption: what must hold of sizes that are symbols, so that what was inferred is right?
//
//   Assumption::equal(n, m)            N == M
//   Assumption::at_least(h, 7)         H >= 7
//   Assumption::divisible(c, 32)       mod(C, 32) == 0
//
// Passes read the two sides; text() is for reports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/algebra/dim.h"

namespace macroscope {

struct Assumption {
  enum class Relation : std::uint8_t {
    equal,
    different,
    at_least,
    divisible,  // the left one by the right one, without remainder
    stated      // no relation of two sizes: `statement` says it
  };

  [[nodiscard]] static Assumption equal(Dim left, Dim right) { return {Relation::equal, std::move(left), std::move(right), {}}; }
  [[nodiscard]] static Assumption different(Dim left, Dim right) {
    return {Relation::different, std::move(left), std::move(right), {}};
  }
  [[nodiscard]] static Assumption at_least(Dim left, Dim right) {
    return {Relation::at_least, std::move(left), std::move(right), {}};
  }
  [[nodiscard]] static Assumption divisible(Dim left, Dim right) {
    return {Relation::divisible, std::move(left), std::move(right), {}};
  }
  [[nodiscard]] static Assumption stated(std::string statement) { return {Relation::stated, {}, {}, std::move(statement)}; }

  Relation relation = Relation::stated;
  Dim left;
  Dim right;
  std::string statement;

  [[nodiscard]] std::string text() const;
  /// Whether it holds where symbols have these values; unknown for statements and where some symbol has none. \throws AlgebraError
  [[nodiscard]] Certainty holds_at(const Bindings& sizes) const;
  [[nodiscard]] std::size_t hash() const noexcept;

  friend bool operator==(const Assumption&, const Assumption&) = default;
};

[[nodiscard]] std::vector<std::string> texts_of(std::span<const Assumption> assumptions);

}  // namespace macroscope
