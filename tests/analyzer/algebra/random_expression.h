// Random expressions that are evaluated twice: on plain 128-bit integers, and as a Dim.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "analyzer/algebra/dim.h"

namespace macroscope::test {

inline constexpr std::size_t kSymbols = 4;
inline const std::array<std::string, kSymbols> kSymbolNames{"H", "N", "batch", "w_2"};
using Values = std::array<Int128, kSymbols>;

enum class Operation { number, symbol, add, subtract, multiply, floor_div, ceil_div, mod, min, max, abs };

/// A tree that knows nothing of canonical forms.
struct Tree {
  Operation operation = Operation::number;
  Int128 number = 0;  // or the index of a symbol
  std::unique_ptr<Tree> left;
  std::unique_ptr<Tree> right;

  /// Empty where a division by 0 or an overflow happens.
  [[nodiscard]] std::optional<Int128> value(const Values& symbols) const;
  /// The same operations on Dims.
  [[nodiscard]] Dim dim() const;
};

inline std::optional<Int128> floor_quotient(Int128 a, Int128 b) {
  if (b == 0) return std::nullopt;
  Int128 quotient = a / b;
  if (quotient * b != a && (a < 0) != (b < 0)) --quotient;
  return quotient;
}

inline std::optional<Int128> Tree::value(const Values& symbols) const {
  if (operation == Operation::number) return number;
  if (operation == Operation::symbol) return symbols.at(static_cast<std::size_t>(number));
  const std::optional<Int128> a = left->value(symbols);
  const std::optional<Int128> b = right ? right->value(symbols) : Int128{0};
  if (!a || !b) return std::nullopt;
  Int128 result = 0;
  switch (operation) {
    case Operation::add:
      return __builtin_add_overflow(*a, *b, &result) ? std::nullopt : std::optional(result);
    case Operation::subtract:
      return __builtin_sub_overflow(*a, *b, &result) ? std::nullopt : std::optional(result);
    case Operation::multiply:
      return __builtin_mul_overflow(*a, *b, &result) ? std::nullopt : std::optional(result);
    case Operation::floor_div:
      return floor_quotient(*a, *b);
    case Operation::ceil_div: {
      const std::optional<Int128> quotient = floor_quotient(-*a, *b);
      return quotient ? std::optional(-*quotient) : std::nullopt;
    }
    case Operation::mod: {
      const std::optional<Int128> quotient = floor_quotient(*a, *b);
      return quotient ? std::optional(*a - *b * *quotient) : std::nullopt;
    }
    case Operation::min:
      return *a < *b ? a : b;
    case Operation::max:
      return *a < *b ? b : a;
    case Operation::abs:
      return *a < 0 ? -*a : *a;
    default:
      return std::nullopt;
  }
}

inline Dim Tree::dim() const {
  switch (operation) {
    case Operation::number:
      return Dim::of_int128(number);
    case Operation::symbol:
      return Dim::symbol(kSymbolNames.at(static_cast<std::size_t>(number)));
    case Operation::add:
      return left->dim() + right->dim();
    case Operation::subtract:
      return left->dim() - right->dim();
    case Operation::multiply:
      return left->dim() * right->dim();
    case Operation::floor_div:
      return macroscope::floor_div(left->dim(), right->dim());
    case Operation::ceil_div:
      return macroscope::ceil_div(left->dim(), right->dim());
    case Operation::mod:
      return macroscope::mod(left->dim(), right->dim());
    case Operation::min:
      return macroscope::min(left->dim(), right->dim());
    case Operation::max:
      return macroscope::max(left->dim(), right->dim());
    case Operation::abs:
      return macroscope::abs(left->dim());
  }
  return {};
}

/// The same numbers in every run and on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// 0 <= result < end
  std::uint64_t below(std::uint64_t end) { return engine_() % end; }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
  }

  /// `linear`: only sums, multiples and divisions by numbers, as windows over axes give.
  std::unique_ptr<Tree> tree(int depth, bool linear, Operation last = Operation::abs) {
    auto tree = std::make_unique<Tree>();
    if (depth == 0 || below(8) == 0) {
      tree->operation = below(3) == 0 ? Operation::number : Operation::symbol;
      tree->number = tree->operation == Operation::number ? between(-5, 12) : static_cast<Int128>(below(kSymbols));
      return tree;
    }
    // Divisions by numbers are the most common ones, so a divisor is one half of the time.
    tree->operation = static_cast<Operation>(between(static_cast<int>(Operation::add), static_cast<int>(last)));
    tree->left = this->tree(depth - 1, linear, last);
    if (tree->operation == Operation::abs) return tree;
    const bool divides = tree->operation >= Operation::floor_div && tree->operation <= Operation::mod;
    const bool multiplies = tree->operation == Operation::multiply;
    if ((divides && (linear || below(2) == 0)) || (multiplies && linear)) {
      tree->right = std::make_unique<Tree>();
      tree->right->number = between(-3, 8);
      if (tree->right->number == 0) tree->right->number = 2;
    } else {
      tree->right = this->tree(depth - 1, linear, last);
    }
    return tree;
  }

  /// Mostly small, with 0 and 1 among them; now and then as large as an extent can be.
  Values values() {
    Values result{};
    const bool large = below(8) == 0;
    for (Int128& value : result) value = large && below(2) == 0 ? between(0, 1 << 20) : between(0, 9);
    return result;
  }

 private:
  std::mt19937_64 engine_;
};

inline Bindings bindings(const Values& values) {
  Bindings result;
  for (std::size_t i = 0; i < kSymbols; ++i) result.emplace(kSymbolNames.at(i), Dim::of_int128(values.at(i)));
  return result;
}

}  // namespace macroscope::test
