#include "analyzer/operators/per_element.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>

#include "analyzer/operators/broadcast.h"

namespace macroscope {
namespace {

constexpr std::int64_t kNumpyBroadcastSince = 7;

void check_count(const PerElement& row, const OpContext& context) {
  const std::size_t count = context.input_count();
  const auto wanted = static_cast<std::size_t>(row.operands);
  require(count >= 1 && (wanted == 0 || count == wanted), "operand-count", "{} operands are given, not {}", count,
          wanted == 0 ? 1 : wanted);
  for (std::size_t index = 0; index < count; ++index)
    require(context.has_input(index), "missing-input", "operand {} is left out", index);
}

DataType operand_type(const PerElement& row, const OpContext& context) {
  if (row.mixed) return context.dtype(0);
  DataType common = context.dtype(0);
  for (std::size_t index = 1; index < context.input_count(); ++index) {
    const DataType type = context.dtype(index);
    if (type == DataType::unknown || type == common) continue;
    require(common == DataType::unknown, "dtype-mismatch", "operand {} is {}, the ones before are {}", index, name_of(type),
            name_of(common));
    common = type;
  }
  return common;
}

DataType result_type(Result result, DataType operand) {
  switch (result) {
    case Result::boolean:
      return DataType::boolean;
    case Result::int32:
      return DataType::int32;
    case Result::int64:
      return DataType::int64;
    case Result::as_first_input:
    case Result::as_given:
      break;
  }
  return operand;
}

/// The second operand against the first as versions before 7 do it: only where `broadcast` says so, laid over the axes from `axis` on, by
/// default the last ones, and the result has the first's shape.
Shape shape_before_numpy(const OpContext& context) {
  const Shape& first = context.shape(0);
  const Shape& second = context.shape(1);
  if (context.integer("broadcast", 0) == 0) {
    if (!first.known()) return second;
    if (second.known()) {
      require(first.rank() == second.rank(), "broadcast", "{} and {} differ, and broadcast is not set", first, second);
      for (std::size_t axis = 0; axis < first.rank(); ++axis)
        if (!second[axis].is(1)) context.must_equal(first[axis], second[axis], "an axis of both operands");
    }
    return first;
  }
  if (!first.known() || !second.known()) return first;
  require(second.rank() <= first.rank(), "broadcast", "{} does not fit into {}", second, first);
  const auto from_last = static_cast<std::int64_t>(first.rank() - second.rank());
  const std::int64_t given = context.integer("axis", from_last);
  const std::int64_t start = given < 0 ? given + static_cast<std::int64_t>(first.rank()) : given;
  require(start >= 0 && start <= from_last, "bad-axis", "{} does not fit into {} from axis {} on", second, first, given);
  for (std::size_t axis = 0; axis < second.rank(); ++axis)
    if (!second[axis].is(1))
      context.must_equal(first[axis + static_cast<std::size_t>(start)], second[axis], "an axis of both operands");
  return first;
}

Shape result_shape(const PerElement& row, const OpContext& context) {
  if (row.shaped_by_first || context.input_count() == 1) return context.shape(0);
  if (row.operands == 2 && context.version() < kNumpyBroadcastSince && context.node().domain.empty())
    return shape_before_numpy(context);
  return broadcast_inputs(context);
}

// Contents.

/// Where element `element` of a result is in an operand that has one element or as many as the result.
std::size_t place_in(std::size_t operand_size, std::size_t element) { return operand_size == 1 ? 0 : element; }

/// How many elements the result has whose content follows from the operands', if there are such: each operand has one element or as many
/// as the result, so that they are in the same order.
std::optional<std::size_t> followed_size(const OpContext& context, const Shape& result) {
  if (!result.known()) return std::nullopt;
  const auto elements = result.elements().number();
  if (!elements || *elements < 0 || *elements > static_cast<std::int64_t>(Value::kMaxElements)) return std::nullopt;
  const auto size = static_cast<std::size_t>(*elements);
  for (std::size_t index = 0; index < context.input_count(); ++index) {
    const std::size_t operand = context.input(index).value->size();
    if (operand != 1 && operand != size) return std::nullopt;
  }
  return size;
}

/// A number that the dtype of the result cannot hold wraps when the model is run: of 64 bits that is an error, of fewer it is not followed.
std::optional<Dim> held_by(DataType type, const std::optional<Dim>& result) {
  const std::optional<Int128> number = result ? result->integer() : std::nullopt;
  if (!number || !is_integer(type)) return result;
  const int bits = bits_of(type).value_or(64);
  const bool is_unsigned = type == DataType::uint8 || type == DataType::uint16 || type == DataType::uint32 ||
                           type == DataType::uint64 || type == DataType::uint4 || type == DataType::uint2;
  const Int128 limit = Int128{1} << (is_unsigned ? bits : bits - 1);
  if (*number < limit && *number >= (is_unsigned ? Int128{0} : -limit)) return result;
  require(type != DataType::int64, "overflow", "{} does not fit 64 bits", result->text());
  return std::nullopt;
}

/// What the dtype makes of a number; empty where its rounding is not followed.
std::optional<Real> rounded_to(DataType type, const std::optional<Real>& result) {
  const std::optional<double> number = result ? result->number() : std::nullopt;
  if (!number || type == DataType::float64) return result;
  if (type == DataType::float32) return Real(static_cast<double>(static_cast<float>(*number)));
  constexpr double kWholeInEveryType = 256;
  return result->whole() && *number <= kWholeInEveryType && *number >= -kWholeInEveryType ? result : std::nullopt;
}

std::optional<Real> real_at(const Value& content, std::size_t element) {
  if (const Reals* reals = content.reals()) return (*reals)[element];
  if (const Integers* integers = content.integers(); integers != nullptr && (*integers)[element])
    return Real::ratio(*(*integers)[element]);
  return std::nullopt;
}

std::optional<Dim> size_at(const Value& content, std::size_t element) {
  if (const Integers* integers = content.integers()) return (*integers)[element];
  const std::optional<Real> real = real_at(content, element);
  return real ? real->whole() : std::nullopt;
}

template <typename Element>
using Operands = boost::container::small_vector<Element, 3>;

/// The elements of all operands that element `element` of the result is made of; empty if one is not known.
template <typename Element>
std::optional<Operands<Element>> operands_at(const OpContext& context, std::size_t element,
                                             std::optional<Element> (*at)(const Value&, std::size_t)) {
  Operands<Element> operands;
  for (std::size_t index = 0; index < context.input_count(); ++index) {
    const Value& content = *context.input(index).value;
    std::optional<Element> operand = at(content, place_in(content.size(), element));
    if (!operand) return std::nullopt;
    operands.push_back(*std::move(operand));
  }
  return operands;
}

std::optional<Dim> folded_size(const PerElement& row, const OpContext& context, std::size_t element) {
  const auto operands = row.fold == nullptr ? std::nullopt : operands_at<Dim>(context, element, size_at);
  return operands ? row.fold({operands->data(), operands->size()}, context) : std::nullopt;
}

std::optional<Real> folded_real(const PerElement& row, const OpContext& context, std::size_t element) {
  if (row.fold_reals == nullptr) {
    const std::optional<Dim> size = folded_size(row, context, element);
    return size ? std::optional(Real::ratio(*size)) : std::nullopt;
  }
  const auto operands = operands_at<Real>(context, element, real_at);
  return operands ? row.fold_reals({operands->data(), operands->size()}, context) : std::nullopt;
}

ValuePointer folded(const PerElement& row, const OpContext& context, const Type& result) {
  const std::optional<std::size_t> size = followed_size(context, result.shape);
  if (!size) return nullptr;
  if (is_floating(result.dtype)) {
    Reals reals(*size);
    for (std::size_t element = 0; element < *size; ++element)
      reals[element] = rounded_to(result.dtype, folded_real(row, context, element));
    return std::make_shared<const Value>(std::move(reals));
  }
  Integers integers(*size);
  for (std::size_t element = 0; element < *size; ++element)
    integers[element] = held_by(result.dtype, folded_size(row, context, element));
  return std::make_shared<const Value>(std::move(integers));
}

bool is_followed(const PerElement& row, const OpContext& context) {
  if (row.fold == nullptr && row.fold_reals == nullptr) return false;
  for (std::size_t index = 0; index < context.input_count(); ++index) {
    const ValuePointer& value = context.input(index).value;
    if (value == nullptr || value->texts() != nullptr) return false;
  }
  return true;
}

}  // namespace

std::vector<Fact> per_element_shape(const PerElement& row, const OpContext& context) {
  check_count(row, context);
  std::vector<Fact> results;
  results.push_back(Fact::tensor(result_type(row.result, operand_type(row, context)), result_shape(row, context)));
  Fact& result = results.front();
  if (is_followed(row, context)) result.value = folded(row, context, result.type);
  return results;
}

Work per_element_work(const PerElement& row, const OpContext& context) {
  Work work;
  if (!is_floating(context.dtype(0)) && !is_floating(context.output(0).type.dtype)) return work;
  const Dim elements = elements_of(context.output(0));
  work.add(row.effort, elements);
  if (!row.per_further_input.is_zero() && context.input_count() > 1)
    work.add(row.per_further_input, elements * Dim::of_size(context.input_count() - 1));
  return work;
}

}  // namespace macroscope
