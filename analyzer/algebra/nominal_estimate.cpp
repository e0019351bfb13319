#include "analyzer/algebra/nominal_estimate.h"

#include <limits>
#include <optional>

#include "analyzer/algebra/evaluation.h"

namespace macroscope {
namespace {

constexpr int kNominalSize = 64;

}  // namespace

double approximate(const Dim& quantity) noexcept {
  const std::optional<Int128> number = quantity.integer();
  return number ? static_cast<double>(*number) : std::numeric_limits<double>::infinity();
}

std::optional<Int128> nominal_value(const Dim& quantity) { return value_at(quantity, kNominalSize); }

double nominal_weight(const Dim& quantity) {
  return quantity.integer() ? approximate(quantity) : weight_at(quantity, kNominalSize);
}

double weight_at(const Dim& quantity, int size) {
  const std::optional<Int128> value = value_at(quantity, size);
  // Past 128 bits: larger than all that are not.
  return value ? static_cast<double>(*value) : std::numeric_limits<double>::infinity();
}

std::optional<double> constant_share(const Dim& row, const Dim& total) {
  const std::optional<Int128> row_number = nominal_value(row);
  const std::optional<Int128> total_number = nominal_value(total);
  if (!row_number || !total_number || *total_number == 0) return std::nullopt;
  const bool is_number = row.integer() && total.integer();
  // Parts of a whole in every size spell the same but for the numbers in front.
  if (!is_number && !row.is(0) && row.size() != total.size()) return std::nullopt;
  try {
    if (!is_number && row * Dim::of_int128(*total_number) != total * Dim::of_int128(*row_number)) return std::nullopt;
    return static_cast<double>(*row_number) / static_cast<double>(*total_number);
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

}  // namespace macroscope
