// Operators of com.microsoft that move, look up, count or convert, and compute little.
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/microsoft/fused.h"

namespace macroscope {
namespace {

std::vector<Fact> expand_dims(const OpContext& context) {
  require_inputs(context, 2);
  const auto axis = scalar_of(context, 1);
  const Shape& shape = context.shape(0);
  if (!shape.known()) return {Fact::tensor(context.dtype(0))};
  const auto number = axis ? axis->number() : std::nullopt;
  if (!number) return {Fact::tensor(context.dtype(0), fresh_shape(context, 0, shape.rank() + 1))};
  std::vector<Dim> dims(shape.begin(), shape.end());
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(OpContext::axis_of(*number, shape.rank() + 1)), 1);
  return {Fact::tensor(context.dtype(0), Shape(dims), context.input(0).value)};
}

std::vector<Fact> murmur_hash(const OpContext& context) {
  require_inputs(context, 1);
  return {Fact::tensor(context.integer("positive", 1) != 0 ? DataType::uint32 : DataType::int32, context.shape(0))};
}

std::vector<Fact> torch_embedding(const OpContext& context) {
  require_inputs(context, 2);
  require_rank(context, 0, 2);
  const Shape &table = context.shape(0), &indices = context.shape(1);
  if (!table.known() || !indices.known()) return {Fact::tensor(context.dtype(0))};
  std::vector<Dim> dims(indices.begin(), indices.end());
  dims.push_back(table[1]);
  return {Fact::tensor(context.dtype(0), Shape(dims))};
}

/// All slices of `size` elements that start every `step` along one axis, as a further last axis.
std::vector<Fact> unfold(const OpContext& context) {
  require_inputs(context, 1);
  const std::int64_t size = positive(context, "size"), step = context.integer("step", 1);
  require(step > 0, "bad-attribute", "step is {}", step);
  const Shape& shape = context.shape(0);
  if (!shape.known()) return {Fact::tensor(context.dtype(0))};
  const std::size_t axis = OpContext::axis_of(context.integer("dim", -1), shape.rank());
  require(at_least(shape[axis], size) != Certainty::never, "bad-attribute", "slices of {} along an axis of {}", size,
          shape[axis]);
  if (at_least(shape[axis], size) == Certainty::unknown) context.assume(Assumption::at_least(shape[axis], size));
  std::vector<Dim> dims(shape.begin(), shape.end());
  dims[axis] = floor_div(shape[axis] - size, step) + 1;
  dims.push_back(size);
  return {Fact::tensor(context.dtype(0), Shape(dims))};
}

/// As many tokens as the longest text has.
std::vector<Fact> tokenize(const OpContext& context) {
  require_inputs(context, 1);
  const Shape& shape = context.shape(0);
  require(!shape.known() || shape.rank() == 1 || shape.rank() == 2, "bad-rank", "operand 0 has shape {}, its rank must be 1 or 2",
          shape);
  if (!shape.known()) return {Fact::tensor(DataType::string)};
  std::vector<Dim> dims(shape.begin(), shape.end());
  dims.push_back(context.fresh(0, "_tokens"));
  return {Fact::tensor(DataType::string, Shape(dims))};
}

std::vector<Fact> unique(const OpContext& context) {
  require_inputs(context, 1);
  require_rank(context, 0, 1);
  const Dim count = context.fresh(0);
  return {Fact::tensor(context.dtype(0), Shape{count}), Fact::tensor(DataType::int64, context.shape(0)),
          Fact::tensor(DataType::int64, Shape{count})};
}

/// One number, of either sort, where it is known.
std::optional<Real> number_of(const OpContext& context, std::size_t index) {
  const ValuePointer& content = context.input(index).value;
  if (!content || content->size() != 1) return std::nullopt;
  if (const Reals* reals = content->reals()) return reals->front();
  const auto integer = context.scalar(index);
  return integer ? std::optional(Real::ratio(*integer)) : std::nullopt;
}

/// max(0, ceil((limit - start) / delta)); delta is 1 where it is left out.
std::vector<Fact> range(const OpContext& context) {
  require_inputs(context, 2);
  require_same_dtype(context, {0, 1, 2});
  const auto start = context.scalar(0), limit = context.scalar(1),
             delta = context.has_input(2) ? context.scalar(2) : std::optional<Dim>(1);
  if (start && limit && delta) {
    require(!delta->is(0), "bad-operand", "delta is 0");
    return {Fact::tensor(context.dtype(0), Shape{max(0, ceil_div(*limit - *start, *delta))})};
  }
  const auto first = number_of(context, 0), end = number_of(context, 1),
             step = context.has_input(2) ? number_of(context, 2) : std::optional(Real(1.0));
  const auto negative = first ? negated(*first) : std::nullopt;
  const auto distance = negative && end ? sum(*end, *negative) : std::nullopt;
  const auto steps = distance && step ? quotient(*distance, *step) : std::nullopt;
  const auto whole = steps ? ceil(*steps) : std::nullopt;
  const auto count = whole ? whole->whole() : std::nullopt;
  return {Fact::tensor(context.dtype(0), Shape{count ? max(0, *count) : context.fresh(0)})};
}

std::vector<Fact> all_finite_shape(const OpContext& context) {
  require_inputs(context, 1);
  return {Fact::tensor(DataType::boolean, Shape{})};
}

Work all_finite_work(const OpContext& context) {
  Work work;
  for (std::size_t index = 0; index < context.input_count(); ++index) work.add({.compare = 1}, elements_of(context.input(index)));
  return work;
}

// Quantisation.

std::vector<Fact> quantize_shape(const OpContext& context) {
  require_inputs(context, 2);
  if (context.shape(0).known() && context.has_attribute("axis"))
    OpContext::axis_of(context.integer("axis", 1), context.shape(0).rank());
  return {Fact::tensor(context.has_input(2) ? context.dtype(2) : DataType::uint8, context.shape(0))};
}

std::vector<Fact> dequantize_shape(const OpContext& context) {
  require_inputs(context, 2);
  require_same_dtype(context, {0, 2});
  if (context.shape(0).known() && context.has_attribute("axis"))
    OpContext::axis_of(context.integer("axis", 1), context.shape(0).rank());
  return {Fact::tensor(context.dtype(1), context.shape(0))};
}

std::vector<Fact> quantize_ordered(const OpContext& context) {
  require_inputs(context, 2);
  return {Fact::tensor(DataType::int8, context.shape(0))};
}

std::vector<Fact> dequantize_ordered(const OpContext& context) {
  require_inputs(context, 2);
  return {Fact::tensor(dtype_attribute(context, "to", DataType::float32), context.shape(0))};
}

template <Effort effort>
Work per_element(const OpContext& context) {
  Work work;
  work.add(effort, elements_of(context.input(0)));
  return work;
}

/// Bytes of blocks that share an exponent; how many there are the format tells, which is not specified here.
std::vector<Fact> quantize_blocks(const OpContext& context) {
  require_inputs(context, 1);
  const Shape& shape = context.shape(0);
  const Shape list = shape.known() ? Shape{Dim::of_size(shape.rank())} : Shape::unknown();
  ValuePointer content;
  if (shape.known()) content = std::make_shared<const Value>(Integers(shape.begin(), shape.end()));
  return {Fact::tensor(DataType::uint8, Shape{context.fresh(0)}), Fact::tensor(DataType::int64, list, content),
          Fact::tensor(DataType::int64, list)};
}

std::vector<Fact> dequantize_blocks(const OpContext& context) {
  require_inputs(context, 2);
  const DataType dtype = dtype_attribute(context, "dtype", DataType::float32);
  const std::optional<Integers> extents = list_of(context, 1);
  if (!extents) return {Fact::tensor(dtype)};
  std::vector<Dim> dims;
  for (std::size_t axis = 0; axis < extents->size(); ++axis)
    dims.push_back((*extents)[axis] ? *(*extents)[axis] : fresh_extent(context, 0, axis));
  return {Fact::tensor(dtype, checked_shape(dims))};
}

Work dequantize_blocks_work(const OpContext& context) {
  Work work;
  work.add({.mul = 1}, elements_of(context.output(0)));
  return work;
}

/// As of the operators of ONNX that have these names.
Work range_work(const OpContext& context) {
  Work work;
  if (is_floating(context.output(0).type.dtype)) work.add({.add = 1, .mul = 1}, elements_of(context.output(0)));
  return work;
}

Work unique_work(const OpContext& context) {
  Work work;
  if (is_floating(context.dtype(0))) work.add({.compare = 1}, elements_of(context.input(0)));
  return work;
}

constexpr Operator kMovementRows[] = {
    {.name = "DequantizeBFP",
     .meaning = Rules{dequantize_blocks, dequantize_blocks_work},
     .roles = "data constant*2",
     .cost = "1 mul per element"},
    {.name = "DequantizeLinear",
     .meaning = Rules{dequantize_shape, per_element<kDequantize>, axis_maps::elementwise},
     .roles = "view quantisation*2",
     .cost = "1 add, 1 mul per element",
     .derives = "DequantizeLinear"},
    {.name = "DequantizeWithOrder",
     .meaning = Rules{dequantize_ordered, per_element<Effort{.mul = 1}>},
     .roles = "data quantisation",
     .cost = "1 mul per element"},
    {.name = "ExpandDims", .meaning = Moves{expand_dims, axis_maps::regroup}, .roles = "data constant", .derives = "Unsqueeze"},
    {"GatherND", Body{"Y = GatherND(data, indices)"}},
    {.name = "IsAllFinite", .meaning = Rules{all_finite_shape, all_finite_work}, .cost = "1 compare per element"},
    {"MurmurHash3", Moves{murmur_hash}},
    {"Pad", Body{"data, pads, value | P = Squeeze(pads); Y = Pad(data, P, value, mode=@mode)"}, "data constant*2"},
    {.name = "QuantizeBFP",
     .meaning = Rules{quantize_blocks, per_element<Effort{.div = 1, .compare = 2}>},
     .cost = "per element 1 compare for the largest of its block, 1 div, 1 compare"},
    {.name = "QuantizeLinear",
     .meaning = Rules{quantize_shape, per_element<kQuantize>, axis_maps::elementwise},
     .roles = "data quantisation*2",
     .cost = "1 div, 1 add, 2 compare per element",
     .derives = "QuantizeLinear"},
    {.name = "QuantizeWithOrder",
     .meaning = Rules{quantize_ordered, per_element<Effort{.div = 1, .compare = 2}>},
     .roles = "data quantisation",
     .cost = "1 div, 2 compare per element"},
    {.name = "Range", .meaning = Rules{range, range_work}, .roles = "constant", .cost = "1 mul + 1 add per element"},
    {"SampleOp", Moves{like_first}},
    {"Tokenizer", Moves{tokenize}},
    {"TorchEmbedding", Moves{torch_embedding}, "weight data constant"},
    {"Trilu", Body{"Y = Trilu(X, k, upper=@upper)"}, "data constant"},
    {"UnfoldTensor", Moves{unfold}},
    {.name = "Unique", .meaning = Rules{unique, unique_work}, .cost = "1 compare per input element"},
};

}  // namespace

Family families::microsoft_movement() { return {"com.microsoft", "movement and conversion", kMovementRows}; }

}  // namespace macroscope
