#include "analyzer/operators/families.h"
#include "analyzer/operators/notation/einsum.h"
#include "analyzer/operators/notation/matrix_product.h"
#include "analyzer/operators/notation/nest.h"

namespace macroscope {
namespace {

constexpr Loops gemm() {
  Loops loops = transposed_product_of<0, 1>();
  loops.bias = 2;
  loops.further = gemm_scaling;
  return loops;
}

constexpr Operator kRows[] = {
    {"Einsum", Rules{einsum_shape, einsum_work, einsum_axes}, "x", 12,
     "pair by pair in the cheapest order: a product of extents for each pair that sums, otherwise muls"},
    {"Gemm", gemm(), "wwb", 1, "m*n*k MACs; per element 1 add for C, 1 mul each for alpha and beta where they are not 1"},
    {"MatMul", product_of<0, 1>()},
    {"MatMulInteger", product_of<0, 1>(Result::int32), "wwq", 10},
    {"QLinearMatMul", product_of<0, 3>(Result::as_given, 7), "wqqwq", 10},
};

}  // namespace

Work gemm_scaling(const OpContext& context) {
  Work work;
  if (!is_floating(context.dtype(0))) return work;
  const bool scales_product = context.real("alpha", 1) != 1;
  const bool scales_bias = context.has_input(2) && context.real("beta", 1) != 1;
  work.add({.mul = static_cast<int>(scales_product) + static_cast<int>(scales_bias)}, elements_of(context.output(0)));
  return work;
}

Family families::matmul() noexcept { return {"", "matmul", kRows}; }

}  // namespace macroscope
