#include "analyzer/algebra/nominal_estimate.h"

#include <limits>
#include <string>
#include <utility>

namespace macroscope {
namespace {

/// What every symbol stands for where expressions are ordered.
constexpr int kTypicalSize = 64;

Dim at_size(const Dim& quantity, int size) {
  Bindings bindings;
  for (std::string& symbol : quantity.symbols()) bindings.emplace(std::move(symbol), size);
  return quantity.substitute(bindings);
}

Dim at_typical_sizes(const Dim& quantity) { return at_size(quantity, kTypicalSize); }

}  // namespace

double approximate(const Dim& quantity) noexcept {
  const std::optional<Int128> number = quantity.integer();
  return number ? static_cast<double>(*number) : std::numeric_limits<double>::infinity();
}

double NominalEstimate::weight_of(const Dim& quantity) {
  if (quantity.integer()) return approximate(quantity);
  const auto [found, is_new] = weights_.try_emplace(quantity, std::numeric_limits<double>::infinity());
  if (is_new) found->second = estimate(quantity, kTypicalSize);
  return found->second;
}

double NominalEstimate::estimate(const Dim& quantity, int size) {
  try {
    return approximate(at_size(quantity, size));
  } catch (const AlgebraError&) {
    return std::numeric_limits<double>::infinity();  // past 128 bits: larger than all that are not
  }
}

std::optional<double> NominalEstimate::share_of(const Dim& row, const Dim& total) {
  try {
    const Dim row_number = at_typical_sizes(row);
    const Dim total_number = at_typical_sizes(total);
    if (!total_number.integer() || total_number.is(0)) return std::nullopt;
    const bool is_number = row.integer() && total.integer();
    if (!is_number && row * total_number != total * row_number) return std::nullopt;
    return approximate(row_number) / approximate(total_number);
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

}  // namespace macroscope
