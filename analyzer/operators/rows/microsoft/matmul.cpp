// Matrix products of com.microsoft: with operands transposed by flags, an activation behind, or integers inside.
#include <algorithm>
#include <utility>

#include "analyzer/operators/families.h"
#include "analyzer/operators/notation/matrix_product.h"
#include "analyzer/operators/notation/nest.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/microsoft/fused.h"

namespace macroscope {
namespace {

constexpr std::string_view kMatrices = "Y[b..,m,n] += A[b..,m,k] * B[b..,k,n]";

/// An operand of FusedMatMul as numpy's matmul would take it.  transBatch: its first axis comes after the batch; trans: the last two
/// change places.  A vector stays what it is.
Shape untransposed(const OpContext& context, std::size_t operand) {
  const Shape& shape = context.known_shape(operand);
  if (shape.rank() < 2) return shape;
  std::vector<Dim> dims(shape.begin(), shape.end());
  if (context.integer(operand == 0 ? "transBatchA" : "transBatchB", 0) != 0)
    std::rotate(dims.begin(), dims.begin() + 1, dims.end() - 1);
  if (context.integer(operand == 0 ? "transA" : "transB", 0) != 0) std::swap(dims[dims.size() - 1], dims[dims.size() - 2]);
  return Shape(dims);
}

Dim results(const OpContext& context) { return elements_of(context.output(0)); }

Work fused_scaling(const OpContext& context) {
  Work work;
  if (!is_floating(context.dtype(0))) return work;
  if (context.real("alpha", 1) != 1) work.add({.mul = 1}, results(context));
  return work;
}

constexpr Loops fused_matmul() {
  Loops loops = product_of<0, 1>();
  loops.logical = untransposed;
  loops.product_scale = "alpha";
  loops.further = fused_scaling;
  return loops;
}

constexpr Loops fused_gemm() {
  Loops loops = transposed_product_of<0, 1>();
  loops.bias = 2;
  loops.product_scale = "alpha";
  loops.bias_scale = "beta";
  loops.further = gemm_scaling;
  return loops;
}

constexpr Loops gemm_fast_gelu() {
  Loops loops = product_of<0, 1>();
  loops.bias = 2;
  return loops;
}

// Products in 8 bits.

std::vector<Fact> float8_shape(const OpContext& context) {
  std::vector<Fact> facts = shape_of(fused_gemm(), context);
  facts.front().type.dtype = dtype_attribute(context, "dtype", DataType::float32);
  return facts;
}

/// beta is 0 unless it is given: then C is not read.
Work float8_work(const OpContext& context) {
  constexpr Loops kProduct = transposed_product_of<0, 1>();
  Work work = work_of(kProduct, context);
  Effort effort = effort_of_activation(context.text("activation", "none"));
  if (context.real("alpha", 1) != 1) effort.mul += 1;
  if (const double beta = context.real("beta", 0); context.has_input(2) && beta != 0)
    effort = effort + Effort{.add = 1, .mul = beta == 1 ? 0 : 1};
  // A and B are each the scaled form of what is meant, and so is the result.
  for (const std::size_t scale : {3U, 4U, 5U}) effort.mul += context.has_input(scale) ? 1 : 0;
  work.add(effort, results(context));
  return work;
}

/// Sums of integers become floating: 1 product with both scales, 1 sum with the bias.
template <std::size_t bias>
Work scaled_sums(const OpContext& context) {
  Work work;
  work.add({.add = context.has_input(bias) ? 1 : 0, .mul = 1}, results(context));
  return work;
}

constexpr Loops integer_to_float() {
  Loops loops = product_of<0, 1>(Result::as_given, 2);
  loops.further = scaled_sums<6>;
  return loops;
}

/// A is quantised first, as by DynamicQuantizeLinear.
Work dynamic_quantize_work(const OpContext& context) {
  Work work = scaled_sums<4>(context);
  work.add(kQuantize + Effort{.compare = 2}, elements_of(context.input(0)));
  work.add({.add = 2, .div = 2, .compare = 4}, 1);
  return work;
}

// The quantised operand comes first, so that it says what is computed in.
constexpr Loops kDynamicQuantize{.nests = {{"Y[b..,m,n] += B[b..,k,n] * A[b..,m,k]", products::both_matrices<0, 1>},
                                           {"Y[b..,n] += B[b..,k,n] * A[k]", products::vector_by_matrix<0, 1>}},
                                 .operands = {1, 0, 0},
                                 .further = dynamic_quantize_work};

/// Inputs A and B at 0 and 3, each followed by scale and zero point, then C, and scale and zero point of a quantised result.
constexpr std::size_t kQGemmZeroPoint = 8;

std::vector<Fact> qgemm_shape(const OpContext& context) {
  for (const std::size_t index : {0U, 1U, 3U, 4U})
    require(context.has_input(index), "missing-input", "operand {} is left out", index);
  std::vector<Fact> facts = shape_of(transposed_product_of<0, 3>(), context);
  facts.front().type.dtype = context.has_input(kQGemmZeroPoint) ? context.dtype(kQGemmZeroPoint) : DataType::float32;
  return facts;
}

Work qgemm_work(const OpContext& context) {
  Work work = work_of(transposed_product_of<0, 3>(), context);
  // The sum with C is one of integers; a product with all scales gives what is then rounded and clipped, or is the result.
  const bool is_quantized = context.has_input(kQGemmZeroPoint);
  work.add(is_quantized ? Effort{.add = 1, .mul = 1, .compare = 2} : Effort{.mul = 1}, results(context));
  return work;
}

Work ordered_further(const OpContext& context) {
  Effort effort{.mul = 1, .compare = 2};
  if (context.has_input(5)) effort.add += 1;
  if (context.has_input(6)) effort = effort + Effort{.add = 1, .mul = 1};
  Work work;
  work.add(effort, results(context));
  return work;
}

constexpr Loops kOrdered{.nests = kMatrices, .operands = {0, 2, 0}, .further = ordered_further};

// A projection that router and shared expert have in common.

struct RouterExtents {
  Dim router, inner;
};

RouterExtents router_extents(const OpContext& context) {
  require_rank(context, 1, 2);
  const std::int64_t router = positive(context, "router_size");
  return {router, exact_share(context, context.known_shape(1)[1] - router, 2, "columns of gate and up")};
}

std::vector<Fact> router_shape(const OpContext& context) {
  require_inputs(context, 2);
  if (!context.shape(1).known()) return {Fact::tensor(context.dtype(0)), Fact::tensor(context.dtype(0))};
  const auto [router, inner] = router_extents(context);
  if (context.shape(0).known()) context.must_equal(last_of(context.shape(0)), context.shape(1)[0], "width of X and rows of W");
  return {Fact::tensor(context.dtype(0), with_last(context.shape(0), router)),
          Fact::tensor(context.dtype(0), with_last(context.shape(0), inner))};
}

Work router_work(const OpContext& context) {
  const Dim rows = rows_of(context.known_shape(0));
  Work work;
  work.add_macs(rows * elements_of(context.input(1)), context.dtype(0));
  Effort effort = kSilu + Effort{.mul = 1};
  if (context.real("activation_alpha", 1) != 1) effort.mul += 1;
  if (context.real("activation_beta", 0) != 0) effort.add += 1;
  if (context.real("limit", 0) > 0) effort.compare += 3;
  work.add(effort, rows * router_extents(context).inner);
  return work;
}

constexpr std::string_view kFusedCost =
    "batch * m * n * k MACs; per element 1 mul for alpha where it is not 1, and the activation";

constexpr Operator kMatmulRows[] = {
    {.name = "DynamicQuantizeMatMul",
     .meaning = kDynamicQuantize,
     .roles = "data weight quantisation*2 bias",
     .cost = "MACs as MatMul, of integers; DynamicQuantizeLinear of A; per element 1 mul for the scales, 1 add for the bias",
     .derives = "MatMul"},
    {.name = "FusedGemm",
     .meaning = fused_gemm(),
     .roles = "weight*2 bias",
     .cost = "as Gemm, and the activation per element",
     .derives = "Gemm",
     .activation = {.attribute = "activation"}},
    {.name = "FusedMatMul", .meaning = fused_matmul(), .roles = "weight", .cost = kFusedCost, .derives = "MatMul"},
    {.name = "FusedMatMulActivation",
     .meaning = fused_matmul(),
     .roles = "weight",
     .cost = kFusedCost,
     .derives = "MatMul",
     .activation = {.attribute = "activation"}},
    {.name = "GemmFastGelu",
     .meaning = gemm_fast_gelu(),
     .roles = "weight*2 bias",
     .cost = "MACs as MatMul; per element 1 add for the bias, then 1 special, 2 add, 6 mul",
     .derives = "MatMul",
     .activation = {"FastGelu"}},
    {.name = "GemmFloat8",
     .meaning = Rules{float8_shape, float8_work},
     .roles = "weight*2 bias quantisation",
     .cost =
         "m*n*k MACs; per element 1 mul for each scale and for alpha and beta where they are not 1, 1 add for C, the activation",
     .derives = "Gemm"},
    {.name = "MatMulInteger16", .meaning = product_of<0, 1>(Result::int32), .roles = "weight", .derives = "MatMul"},
    {.name = "MatMulIntegerToFloat",
     .meaning = integer_to_float(),
     .roles = "weight*2 quantisation*4 bias",
     .cost = "MACs as MatMul, of integers; per element 1 mul for the scales, 1 add for the bias",
     .derives = "MatMul"},
    {.name = "QGemm",
     .meaning = Rules{qgemm_shape, qgemm_work},
     .roles = "weight quantisation*2 weight quantisation*2 bias quantisation*2",
     .cost = "m*n*k MACs of integers; per element 1 mul for the scales; to quantise the result 1 add, 2 compare",
     .derives = {"Gemm", {0, 3, 6}}},
    {.name = "QOrderedMatMul",
     .meaning = kOrdered,
     .roles = "weight quantisation weight quantisation*2 bias data quantisation",
     .cost = "MACs as MatMul, of integers; per element 1 mul, 2 compare to quantise, 1 add for the bias, 1 mul and 1 add for C",
     .derives = {"MatMul", {0, 2}}},
    {.name = "RouterGateUpProj",
     .meaning = Rules{router_shape, router_work},
     .roles = "data weight",
     .cost = "rows * K * N MACs; per gated element as SwiGLU"},
    {.name = "SparseToDenseMatMul",
     .meaning = fused_matmul(),
     .roles = "weight",
     .cost = "as a dense product: how many elements of A are stored a model does not tell",
     .derives = "MatMul"},
    {.name = "TransposeMatMul", .meaning = fused_matmul(), .roles = "weight", .cost = kFusedCost, .derives = "MatMul"},
};

}  // namespace

Family families::microsoft_matmul() { return {"com.microsoft", "matrix products", kMatmulRows}; }

}  // namespace macroscope
