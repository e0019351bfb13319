// Arithmetic of an operator: how many operations of each kind?
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "analyzer/algebra/dim.h"
#include "analyzer/network/data_type.h"

namespace macroscope {

/// Kinds of floating-point work besides multiply-accumulates.
enum class Flop : std::uint8_t { add, mul, div, compare, special };
inline constexpr std::size_t kFlopKinds = 5;

/// Work per point of some set of points: output elements, rows, input elements.
struct Effort {
  int add = 0;
  int mul = 0;
  int div = 0;
  int compare = 0;
  int special = 0;

  [[nodiscard]] constexpr std::array<int, kFlopKinds> by_kind() const { return {add, mul, div, compare, special}; }
  [[nodiscard]] constexpr bool is_zero() const { return add == 0 && mul == 0 && div == 0 && compare == 0 && special == 0; }
};

/// Arithmetic of one node: multiply-accumulates inside contractions, and everything else by kind.
struct Work {
  Dim macs;
  /// Without what is known to be zero or unused without reading a weight; at most `macs`.
  Dim effective_macs;
  /// What the contraction computes in; unknown where there are no MACs.
  DataType mac_dtype = DataType::unknown;
  /// Those of `macs` that are computed in something else, by what.
  std::vector<std::pair<DataType, Dim>> other_macs;
  std::array<Dim, kFlopKinds> flops{};

  [[nodiscard]] Dim& of(Flop kind) { return flops[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] const Dim& of(Flop kind) const { return flops[static_cast<std::size_t>(kind)]; }

  /// `effort` at each of `points` points.
  void add(const Effort& effort, const Dim& points);
  /// A contraction of `count` multiply-accumulates, all of them effective.  The first one's dtype is mac_dtype.
  void add_macs(const Dim& count, DataType dtype);
  void add_macs(const Dim& count, const Dim& effective, DataType dtype);
};

}  // namespace macroscope
