// Operators that pass a tensor on as it is, or in another dtype.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/contents/content.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

/// Least and largest integer of a dtype; empty where it is none.
struct Bounds {
  Int128 least, largest;
};

std::optional<Bounds> bounds_of(DataType dtype) {
  if (dtype == DataType::boolean) return Bounds{0, 1};
  const std::optional<int> bits = bits_of(dtype);
  if (!bits || !is_integer(dtype)) return std::nullopt;
  const bool is_signed = name_of(dtype).front() == 'i';
  const Int128 half = Int128{1} << (*bits - 1);
  return is_signed ? Bounds{-half, half - 1} : Bounds{0, 2 * half - 1};
}

std::optional<Dim> as_integer(const std::optional<Dim>& element, DataType to, const Bounds& bounds) {
  if (!element) return std::nullopt;
  if (to == DataType::boolean) {
    const Certainty zero = equal(*element, 0);
    return zero == Certainty::unknown ? std::nullopt : std::optional<Dim>(zero == Certainty::never ? 1 : 0);
  }
  const std::optional<Int128> number = element->integer();
  // What does not fit wraps around or saturates, that differs from one runtime to the next.
  return number && (*number < bounds.least || *number > bounds.largest) ? std::nullopt : element;
}

std::optional<Dim> as_integer(const std::optional<Real>& element, DataType to, const Bounds& bounds) {
  const std::optional<double> number = element ? element->number() : std::nullopt;
  if (number && to == DataType::boolean) return Dim(*number == 0 ? 0 : 1);
  return element ? as_integer(truncated(*element), to, bounds) : std::nullopt;
}

/// The number as the dtype holds it; empty where rounding it is not done here.  A quotient of sizes stays exact.
std::optional<Real> as_real(const Real& element, DataType to) {
  const std::optional<double> number = element.number();
  if (!number || to == DataType::float64) return element;
  if (to == DataType::float32) return Real(static_cast<double>(static_cast<float>(*number)));
  const bool is_small_whole = *number == std::trunc(*number) && std::abs(*number) <= 256;  // every 16-bit format has these
  return is_small_whole && (to == DataType::float16 || to == DataType::bfloat16) ? std::optional(element) : std::nullopt;
}

std::optional<Real> as_real(const std::optional<Real>& element, DataType to) {
  return element ? as_real(*element, to) : std::nullopt;
}

std::optional<Real> as_real(const std::optional<Dim>& element, DataType to) {
  return element ? as_real(Real::ratio(*element), to) : std::nullopt;
}

template <typename Elements>
ValuePointer converted(const Elements& elements, DataType to) {
  if (const std::optional<Bounds> bounds = bounds_of(to)) {
    Integers result;
    for (const auto& element : elements) result.push_back(as_integer(element, to, *bounds));
    return integer_content(std::move(result));
  }
  if (!is_floating(to)) return nullptr;
  Reals result;
  for (const auto& element : elements) result.push_back(as_real(element, to));
  return std::make_shared<const Value>(std::move(result));
}

ValuePointer cast_content(const Fact& data, DataType to) {
  if (data.value == nullptr || to == DataType::unknown) return nullptr;
  if (data.type.dtype == to) return data.value;
  if (const Integers* integers = data.value->integers()) return converted(*integers, to);
  if (const Reals* reals = data.value->reals()) return converted(*reals, to);
  return nullptr;
}

/// Names by which versions before 6 call the dtypes.
constexpr std::pair<std::string_view, DataType> kOldNames[] = {
    {"FLOAT", DataType::float32},   {"UINT8", DataType::uint8},         {"INT8", DataType::int8},
    {"UINT16", DataType::uint16},   {"INT16", DataType::int16},         {"INT32", DataType::int32},
    {"INT64", DataType::int64},     {"STRING", DataType::string},       {"BOOL", DataType::boolean},
    {"FLOAT16", DataType::float16}, {"DOUBLE", DataType::float64},      {"UINT32", DataType::uint32},
    {"UINT64", DataType::uint64},   {"COMPLEX64", DataType::complex64}, {"COMPLEX128", DataType::complex128},
};

/// The dtype that `to` gives: by number, before version 6 by name.
DataType target_dtype(const OpContext& context) {
  const Attribute* given = context.attribute("to");
  require(given != nullptr, "missing-attribute", "'to' is left out");
  if (!std::holds_alternative<std::string_view>(given->content)) return dtype_attribute(context, "to", DataType::unknown);
  const std::string_view name = context.text("to", {});
  const auto* found =
      std::find_if(std::begin(kOldNames), std::end(kOldNames), [name](const auto& entry) { return entry.first == name; });
  require(found != std::end(kOldNames), "bad-attribute", "attribute 'to' is '{}', which is no dtype", name);
  return found->second;
}

std::vector<Fact> identity(const OpContext& context) {
  require_operands(context, 1);
  return {context.input(0)};
}

std::vector<Fact> cast(const OpContext& context) {
  require_operands(context, 1);
  const DataType to = target_dtype(context);
  return {Fact::tensor(to, context.shape(0), cast_content(context.input(0), to))};
}

std::vector<Fact> cast_like(const OpContext& context) {
  require_operands(context, 2);
  const DataType to = context.dtype(1);
  return {Fact::tensor(to, context.shape(0), cast_content(context.input(0), to))};
}

std::vector<Fact> bit_cast(const OpContext& context) {
  require_operands(context, 1);
  const DataType from = context.dtype(0), to = target_dtype(context);
  require(from == DataType::unknown || (bits_of(from) && bits_of(from) == bits_of(to)), "bad-attribute",
          "{} cannot be read as {}: their widths differ", name_of(from), name_of(to));
  return {Fact::tensor(to, context.shape(0))};
}

constexpr std::int64_t kBooleanMaskSince = 10;
constexpr std::int64_t kTrainingModeSince = 12;
constexpr std::int64_t kAlwaysInferenceSince = 7;

std::vector<Fact> dropout(const OpContext& context) {
  require_operands(context, 1, context.version() < kTrainingModeSince ? 1 : 3);
  const DataType mask = context.version() < kBooleanMaskSince ? context.dtype(0) : DataType::boolean;
  return {Fact::tensor(context.dtype(0), context.shape(0)), Fact::tensor(mask, context.shape(0))};
}

/// Whether elements are dropped. \throws Unknown
bool is_training(const OpContext& context) {
  if (context.version() < kAlwaysInferenceSince) return context.integer("is_test", 0) == 0;
  if (context.version() < kTrainingModeSince || !context.has_input(2)) return false;
  const std::optional<Dim> training = context.scalar(2);
  if (!training) throw Unknown();
  return !training->is(0);
}

Work dropout_work(const OpContext& context) {
  Work work;
  if (is_training(context)) work.add({.mul = 2, .compare = 1}, elements_of(context.input(0)));
  return work;
}

/// The other operand only lends its type.
AxisMap first_alone(const OpContext& context) {
  AxisMap map;
  map.reads(0, 0, axis_maps::same(context.known_shape(0).rank()));
  map.ignores(0, 1);
  return map;
}

constexpr Operator kConversionRows[] = {
    {"BitCast", Moves{bit_cast, axis_maps::elementwise}},
    {.name = "Cast",
     .meaning = Moves{cast, axis_maps::elementwise},
     .roles = "view",
     .traits = {Trait::elementwise, Trait::affine, Trait::converts},
     .identity = IdentityWhen::same_type},
    {.name = "CastLike",
     .meaning = Moves{cast_like, first_alone},
     .roles = "view type",
     .traits = {Trait::elementwise, Trait::converts},
     .identity = IdentityWhen::same_type},
    {.name = "Dropout",
     .meaning = Rules{dropout, dropout_work, axis_maps::elementwise},
     .roles = "data constant*2",
     .cost = "0 at inference; in training 2 mul + 1 compare per element",
     .traits = {Trait::elementwise, Trait::affine, Trait::view, Trait::random_in_training},
     .saves = Saves::nothing,
     .identity = IdentityWhen::not_training,
     .derivative = {{"dL/dz"}}},
    {.name = "Identity",
     .meaning = Moves{identity, axis_maps::elementwise},
     .roles = "view",
     .traits = {Trait::elementwise, Trait::affine, Trait::view},
     .saves = Saves::nothing,
     .identity = IdentityWhen::always,
     .derivative = {{"dL/dz"}}},
};

}  // namespace

Family families::conversion() { return {"", "conversion", kConversionRows}; }

}  // namespace macroscope
