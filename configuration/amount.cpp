#include "configuration/amount.h"

#include <fmt/format.h>

#include <array>

#include "analyzer/algebra/characters.h"

namespace macroscope {
namespace {

/// More digits than any size has; products with a unit stay far below 128 bits.
constexpr int kMostDigits = 18;

struct Unit {
  std::string_view name;
  std::int64_t factor;
  bool of_bytes;
};
constexpr std::array<Unit, 21> kUnits{{
    {"", 1, false},
    {"k", 1'000, false},
    {"K", 1'000, false},
    {"M", 1'000'000, false},
    {"G", 1'000'000'000, false},
    {"B", 1, true},
    {"T", 1'000'000'000'000, false},
    {"P", 1'000'000'000'000'000, false},
    {"kB", 1'000, true},
    {"KB", 1'000, true},
    {"MB", 1'000'000, true},
    {"GB", 1'000'000'000, true},
    {"TB", 1'000'000'000'000, true},
    {"KiB", std::int64_t{1} << 10, true},
    {"MiB", std::int64_t{1} << 20, true},
    {"GiB", std::int64_t{1} << 30, true},
    {"TiB", std::int64_t{1} << 40, true},
    {"Ki", std::int64_t{1} << 10, true},
    {"Mi", std::int64_t{1} << 20, true},
    {"Gi", std::int64_t{1} << 30, true},
    {"Ti", std::int64_t{1} << 40, true},
}};

/// mantissa / 10^decimals, and what follows the digits.
struct Decimal {
  std::int64_t mantissa = 0;
  std::int64_t power = 1;
  std::string_view rest;
};

std::variant<Decimal, AmountError> parse_decimal(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty() || !is_digit(digits.front())) return AmountError{fmt::format("'{}' begins with no digit", text)};
  Decimal decimal;
  bool is_behind_point = false;
  int count = 0;
  std::size_t i = 0;
  for (; i < digits.size(); ++i) {
    const char c = digits[i];
    const bool is_inside = i > 0 && i + 1 < digits.size() && is_digit(digits[i - 1]) && is_digit(digits[i + 1]);
    if (c == '_' && is_inside) continue;
    if (c == '.' && is_inside && !is_behind_point) {
      is_behind_point = true;
      continue;
    }
    if (!is_digit(c)) break;
    if (++count > kMostDigits) return AmountError{fmt::format("'{}' has more than {} digits", text, kMostDigits)};
    decimal.mantissa = 10 * decimal.mantissa + (c - '0');
    if (is_behind_point) decimal.power *= 10;
  }
  decimal.rest = digits.substr(i);
  while (decimal.rest.starts_with(' ')) decimal.rest.remove_prefix(1);
  return decimal;
}

}  // namespace

std::variant<Dim, AmountError> parse_amount(std::string_view text, bool is_bytes, bool round_up) {
  const auto parsed = parse_decimal(text);
  if (const auto* error = std::get_if<AmountError>(&parsed)) return *error;
  const auto& decimal = std::get<Decimal>(parsed);
  for (const Unit& unit : kUnits) {
    if (unit.name != decimal.rest) continue;
    if (unit.of_bytes && !is_bytes) return AmountError{fmt::format("'{}' is a number of bytes, and this figure is none", text)};
    const Int128 product = Int128{decimal.mantissa} * unit.factor;
    return Dim::of_int128((product + (round_up ? decimal.power - 1 : 0)) / decimal.power);
  }
  return AmountError{
      fmt::format("'{}' is no unit: {}", decimal.rest, is_bytes ? "k M G T P, or B KiB MiB GiB TiB" : "k M G T P")};
}

std::variant<GrowthLimit::Share, AmountError> parse_percent(std::string_view text) {
  const auto parsed = parse_decimal(text);
  if (const auto* error = std::get_if<AmountError>(&parsed)) return *error;
  const auto& decimal = std::get<Decimal>(parsed);
  constexpr std::int64_t kLargestPower = 1'000'000;
  if (decimal.rest != "%") return AmountError{fmt::format("'{}' is no share of the baseline such as \"+2%\"", text)};
  if (decimal.power > kLargestPower) return AmountError{fmt::format("'{}' has more than 6 decimals", text)};
  return GrowthLimit::Share{decimal.mantissa, decimal.power * 100};
}

}  // namespace macroscope
