// Products with weights of few bits, which are stored packed and dequantised as they are read, and lookups in such tables.
#include "analyzer/operators/families.h"
#include "analyzer/operators/notation/nest.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/microsoft/fused.h"
#include "analyzer/operators/rows/neural/normalization.h"

namespace macroscope {
namespace {

constexpr std::string_view kTransposedWeight = "Y[b..,n] += A[b..,k] * B[n,k]";
constexpr std::string_view kWeight = "Y[b..,n] += A[b..,k] * B[k,n]";

/// The weight is [N, K] as the attributes say, however it is stored.
Shape by_attributes(const OpContext& context, std::size_t operand) {
  if (operand == 0) return context.known_shape(0);
  return {positive(context, "N"), positive(context, "K")};
}

constexpr Effort kByScale{.mul = 1};

/// Each element of the weight is a code that a table or its bits translate, times the scale of its block.
Work times_scale(const OpContext& context) {
  Work work;
  work.add(kByScale, by_attributes(context, 1).elements());
  return work;
}

/// (code - zero point) * scale.
Work dequantized(const OpContext& context) {
  Work work;
  work.add(kDequantize, by_attributes(context, 1).elements());
  return work;
}

bool transposes(const OpContext& context) { return context.integer("transB", 1) != 0; }

constexpr Loops kNBits{.nests = kTransposedWeight, .logical = by_attributes, .bias = 5, .further = dequantized};

// transB=0 is the backward pass: A holds what the product by the transpose gave.
constexpr Loops kBnb4{.nests = {{kTransposedWeight, transposes}, {kWeight}}, .logical = by_attributes, .further = times_scale};

Work packed_epilogue(const OpContext& context) {
  Work work = times_scale(context);
  if (context.has_input(2)) work.add({.mul = 1}, elements_of(context.output(0)));
  return work;
}

constexpr Loops kPacked{.nests = kTransposedWeight, .logical = by_attributes, .further = packed_epilogue};

/// [N, 2 * bytes of a row]
Shape two_a_byte(const OpContext& context, std::size_t operand) {
  if (operand == 0) return context.known_shape(0);
  require_rank(context, 1, 2);
  return {context.known_shape(1)[0], context.known_shape(1)[1] * 2};
}

Work fp4_scales(const OpContext& context) {
  Work work;
  work.add({.mul = 2}, two_a_byte(context, 1).elements());
  return work;
}

constexpr Loops kFp4{.nests = kTransposedWeight, .logical = two_a_byte, .bias = 5, .further = fp4_scales};

/// With a scale for A that is rounded to 8 bits as well: divided, clipped, multiplied.
Work fp8_scales(const OpContext& context) {
  Work work;
  work.add(kByScale, elements_of(context.input(1)));
  if (context.has_input(3)) work.add({.mul = 1, .div = 1, .compare = 2}, elements_of(context.input(0)));
  return work;
}

constexpr Loops kFp8{.nests = kTransposedWeight, .bias = 4, .further = fp8_scales};

/// The shape [K, N] is the content of an operand.
Shape by_content(const OpContext& context, std::size_t operand) {
  if (operand == 0) return context.known_shape(0);
  const std::optional<Integers> shape = list_of(context, 2);
  require(!shape || shape->size() == 2, "bad-operand", "B_shape holds {} extents, not 2", shape ? shape->size() : 0);
  if (!shape || !(*shape)[0] || !(*shape)[1]) throw Unknown();
  return {*(*shape)[0], *(*shape)[1]};
}

/// Type 1 has an offset besides the scale.
Work blocks_of_four_bits(const OpContext& context) {
  Work work;
  work.add(context.integer("blk_quant_type", 1) == 1 ? kDequantize : kByScale, by_content(context, 1).elements());
  return work;
}

constexpr Loops kFpQ4{.nests = kWeight, .logical = by_content, .further = blocks_of_four_bits};

// Several products of one A, which may be normalized first (behind a residual, which may be a result as well).

void add_projection(Work& work, const OpContext& context, const Dim& inputs, const Dim& outputs, std::size_t bias) {
  const Dim rows = rows_of(context.known_shape(0));
  work.add_macs(rows * inputs * outputs, context.dtype(0));
  work.add(kDequantize, inputs * outputs);
  if (context.has_input(bias)) work.add({.add = 1}, rows * outputs);
}

void add_normalized(Work& work, const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  if (context.has_input(1)) work.add({.add = 1}, shape.elements());
  if (context.has_input(2)) add_rms_normalization(work, shape.elements(), rows_of(shape));
}

void check_width(const OpContext& context) {
  if (context.shape(0).known()) context.must_equal(last_of(context.shape(0)), positive(context, "K"), "width of A and K");
}

Fact projected(const OpContext& context, std::string_view attribute) {
  return Fact::tensor(context.dtype(0), with_last(context.shape(0), positive(context, attribute)));
}

std::vector<Fact> mlp_shape(const OpContext& context) {
  require(context.has_input(3) && context.has_input(6), "missing-input", "a weight is left out");
  check_width(context);
  return {projected(context, "N"), Fact::tensor(context.dtype(0), context.shape(0))};
}

Work mlp_work(const OpContext& context) {
  Work work;
  add_normalized(work, context);
  const Dim inputs = positive(context, "K"), outputs = positive(context, "N");
  add_projection(work, context, inputs, outputs, 5);
  add_projection(work, context, inputs, outputs, 8);
  work.add(effort_of_activation(context.text("activation", "silu")) + Effort{.mul = 1}, elements_of(context.output(0)));
  return work;
}

std::vector<Fact> qkv_shape(const OpContext& context) {
  for (const std::size_t index : {2U, 3U, 6U, 9U})
    require(context.has_input(index), "missing-input", "operand {} is left out", index);
  check_width(context);
  const Fact keys = projected(context, "Nkv");
  return {projected(context, "Nq"), keys, keys, Fact::tensor(context.dtype(0), context.shape(0))};
}

Work qkv_work(const OpContext& context) {
  Work work;
  add_normalized(work, context);
  const Dim inputs = positive(context, "K"), keys = positive(context, "Nkv");
  add_projection(work, context, inputs, positive(context, "Nq"), 5);
  add_projection(work, context, inputs, keys, 8);
  add_projection(work, context, inputs, keys, 11);
  return work;
}

/// X W + (X A) B; an adapter may be empty.
std::vector<Fact> adapted_shape(const OpContext& context) {
  require_inputs(context, 7);
  check_width(context);
  return {projected(context, "N")};
}

Work adapted_work(const OpContext& context) {
  const Shape& down = context.known_shape(3);
  require_rank(context, 3, 3);
  const Dim inputs = positive(context, "K"), outputs = positive(context, "N");
  const Dim& rank = down[0];
  Work work;
  add_projection(work, context, inputs, outputs, kNoOperand);
  add_projection(work, context, inputs, rank, kNoOperand);
  add_projection(work, context, rank, outputs, kNoOperand);
  work.add({.add = 1}, elements_of(context.output(0)));
  return work;
}

// Lookups.

bool is_packed(DataType dtype) { return dtype == DataType::uint8; }

/// As Gather; of data packed in bytes the last axis counts elements again.
std::vector<Fact> gather_shape(const OpContext& context) {
  require_inputs(context, 3);
  const DataType dtype = context.dtype(2);
  const Shape &data = context.shape(0), &indices = context.shape(1);
  if (!data.known() || !indices.known()) return {Fact::tensor(dtype)};
  require_rank_at_least(context, 0, 1);
  const std::size_t axis = OpContext::axis_of(context.integer("gather_axis", 0), data.rank());
  OpContext::axis_of(context.integer("quantize_axis", 1), data.rank());
  std::vector<Dim> dims(data.begin(), data.end());
  if (const std::int64_t bits = context.integer("bits", 4); is_packed(context.dtype(0))) {
    require(bits == 2 || bits == 4 || bits == 8, "bad-attribute", "attribute 'bits' is {}; it may be 2, 4 or 8", bits);
    dims.back() *= 8 / bits;
  }
  dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis), indices.begin(), indices.end());
  return {Fact::tensor(dtype, Shape(dims))};
}

Work gather_work(const OpContext& context) {
  Work work;
  work.add(is_floating(context.dtype(0)) ? kByScale : kDequantize, elements_of(context.output(0)));
  return work;
}

std::vector<Fact> gather_packed_shape(const OpContext& context) {
  require_inputs(context, 2);
  const DataType dtype = dtype_attribute(context, "output_dtype", DataType::bfloat16);
  const Shape& indices = context.shape(1);
  if (!indices.known()) return {Fact::tensor(dtype)};
  std::vector<Dim> dims(indices.begin(), indices.end());
  dims.push_back(positive(context, "K"));
  return {Fact::tensor(dtype, Shape(dims))};
}

Work gather_packed_work(const OpContext& context) {
  Work work;
  work.add(kByScale, elements_of(context.output(0)));
  return work;
}

constexpr Operator kPackedMatmulRows[] = {
    {.name = "GatherBlockQuantized",
     .meaning = Rules{gather_shape, gather_work},
     .roles = "packed data quantisation",
     .cost = "1 add, 1 mul per output element; of floats of few bits 1 mul"},
    {.name = "GatherPacked",
     .meaning = Rules{gather_packed_shape, gather_packed_work},
     .roles = "packed data",
     .cost = "1 mul per output element"},
    {.name = "MatMulBlockQuantizedFp4Weight",
     .meaning = kFp4,
     .roles = "data packed quantisation*3 bias",
     .cost = "rows * K * N MACs in A's dtype; 2 mul per element of the weight, 1 add per element for the bias",
     .derives = "MatMul"},
    {.name = "MatMulBlockQuantizedFp8Weight",
     .meaning = kFp8,
     .roles = "data weight quantisation*2 bias",
     .cost = "rows * K * N MACs in A's dtype; 1 mul per element of the weight, 1 add per element for the bias; with a scale for "
             "A 1 div, "
             "2 compare, 1 "
             "mul per element of A",
     .derives = "MatMul"},
    {.name = "MatMulBnb4",
     .meaning = kBnb4,
     .roles = "data packed quantisation",
     .cost = "rows * K * N MACs in A's dtype; 1 mul per element of the weight",
     .derives = "MatMul"},
    {.name = "MatMulFpQ4",
     .meaning = kFpQ4,
     .roles = "data packed constant",
     .cost = "rows * K * N MACs in A's dtype; 1 mul, with an offset 1 add, per element of the weight",
     .derives = "MatMul"},
    {.name = "MatMulNBits",
     .meaning = kNBits,
     .roles = "data packed quantisation*2 constant bias",
     .cost = "rows * K * N MACs in A's dtype; 1 add, 1 mul per element of the weight, 1 add per element for the bias",
     .derives = "MatMul"},
    {.name = "MatMulNBitsMlp",
     .meaning = Rules{mlp_shape, mlp_work},
     .roles = "data*2 weight packed quantisation bias packed quantisation bias",
     .cost = "two products as MatMulNBits; the activation and 1 mul per element; RMSNormalization"},
    {.name = "MatMulNBitsQLoRA",
     .meaning = Rules{adapted_shape, adapted_work},
     .roles = "data packed quantisation packed quantisation weight quantisation",
     .cost = "three products as MatMulNBits; 1 add per element"},
    {.name = "MatMulNBitsQkv",
     .meaning = Rules{qkv_shape, qkv_work},
     .roles = "data*2 weight packed quantisation bias packed quantisation bias packed quantisation bias",
     .cost = "three products as MatMulNBits; RMSNormalization"},
    {.name = "MatMulPacked",
     .meaning = kPacked,
     .roles = "data packed quantisation",
     .cost = "rows * K * N MACs in A's dtype; 1 mul per element of the weight; 1 mul per element for a scale, the activation",
     .derives = "MatMul",
     .activation = {.attribute = "activation_type"}},
};

}  // namespace

Family families::microsoft_packed_matmul() { return {"com.microsoft", "packed weights", kPackedMatmulRows}; }

}  // namespace macroscope
