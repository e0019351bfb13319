#include "analyzer/operators/access/einsum.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/gradients/gradient_macs.h"
#include "analyzer/operators/gradients/nest_gradients.h"
#include "analyzer/operators/notation/matrix_product.h"
#include "analyzer/operators/notation/nest.h"

namespace macroscope {
namespace {

constexpr Loops gemm() {
  Loops loops = transposed_product_of<0, 1>();
  loops.bias = 2;
  loops.product_scale = "alpha";
  loops.bias_scale = "beta";
  loops.further = gemm_scaling;
  return loops;
}

constexpr Operator kMatmulRows[] = {
    {.name = "Einsum",
     .meaning = Rules{einsum_shape, einsum_work, einsum_axes},
     .since = 12,
     .cost = "pair by pair in the cheapest order: a product of extents for each pair that sums, otherwise muls",
     .traits = Trait::matrix_product,
     .channels = ChannelAxis::lost,
     .saves = Saves::factors,
     .gradient = gradients_of_einsum,
     .gradient_macs = gradient_macs_of_einsum},
    {.name = "Gemm",
     .meaning = gemm(),
     .roles = "weight*2 bias",
     .cost = "m*n*k MACs; per element 1 add for C, 1 mul each for alpha and beta where they are not 1",
     .traits = Trait::matrix_product,
     .channels = ChannelAxis::last},
    {.name = "MatMul", .meaning = product_of<0, 1>(), .traits = Trait::matrix_product, .channels = ChannelAxis::last},
    {.name = "MatMulInteger",
     .meaning = product_of<0, 1>(Result::int32),
     .roles = "weight*2 quantisation",
     .since = 10,
     .derives = "MatMul"},
    {.name = "QLinearMatMul",
     .meaning = product_of<0, 3>(Result::as_given, 7),
     .roles = "weight quantisation*2 weight quantisation",
     .since = 10,
     .derives = {"MatMul", {0, 3}}},
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

Family families::matmul() { return {"", "matmul", kMatmulRows}; }

}  // namespace macroscope
