#include "analyzer/operators/einsum.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/nest.h"

namespace macroscope {
namespace {

template <std::size_t A, std::size_t B>
bool both_matrices(const Site& site) {
  return site.shape(A).rank() > 1 && site.shape(B).rank() > 1;
}
template <std::size_t A, std::size_t B>
bool vector_by_matrix(const Site& site) {
  return site.shape(A).rank() == 1 && site.shape(B).rank() > 1;
}
template <std::size_t A, std::size_t B>
bool matrix_by_vector(const Site& site) {
  return site.shape(A).rank() > 1 && site.shape(B).rank() == 1;
}
template <std::size_t A, std::size_t B>
bool both_vectors(const Site& site) {
  return site.shape(A).rank() == 1 && site.shape(B).rank() == 1;
}

/// numpy's matmul of inputs A and B: a vector stands for a matrix of one row or column that then falls away.
template <std::size_t A, std::size_t B>
constexpr Loops product_of(Result result = Result::as_first_input, int result_input = 0) {
  return {.nest = {"Y[b..,m,n] += A[b..,m,k] * B[b..,k,n]", both_matrices<A, B>},
          .other = {"Y[b..,n] += A[k] * B[b..,k,n]", vector_by_matrix<A, B>},
          .third = {"Y[b..,m] += A[b..,m,k] * B[k]", matrix_by_vector<A, B>},
          .fourth = {"Y[] += A[k] * B[k]", both_vectors<A, B>},
          .operands = {A, B, 0},
          .result = result,
          .result_input = result_input};
}

template <bool TransposeA, bool TransposeB>
bool transposed(const Site& site) {
  return (site.integer("transA", 0) != 0) == TransposeA && (site.integer("transB", 0) != 0) == TransposeB;
}

/// alpha and beta cost a product each per element where they are not 1.
Work scaling(const Site& site) {
  Work work;
  if (!is_floating(site.dtype(0))) return work;
  const bool scales_product = site.real("alpha", 1) != 1;
  const bool scales_bias = site.has_input(2) && site.real("beta", 1) != 1;
  work.add({.mul = static_cast<int>(scales_product) + static_cast<int>(scales_bias)}, elements_of(site.output(0)));
  return work;
}

constexpr Loops kGemm{.nest = {"Y[m,n] += A[m,k] * B[k,n]", transposed<false, false>},
                      .other = {"Y[m,n] += A[k,m] * B[k,n]", transposed<true, false>},
                      .third = {"Y[m,n] += A[m,k] * B[n,k]", transposed<false, true>},
                      .fourth = {"Y[m,n] += A[k,m] * B[n,k]", transposed<true, true>},
                      .bias = 2,
                      .further = scaling};

constexpr Operator kRows[] = {
    {"Einsum", Rules{einsum_shape, einsum_work}, "x", 12, "pair by pair in the cheapest order: a product of extents for each pair that sums, otherwise muls"},
    {"Gemm", kGemm, "wwb", 1, "m*n*k MACs; per element 1 add for C, 1 mul each for alpha and beta where they are not 1"},
    {"MatMul", product_of<0, 1>()},
    {"MatMulInteger", product_of<0, 1>(Result::int32), "wwq", 10},
    {"QLinearMatMul", product_of<0, 3>(Result::as_given, 7), "wqqwq", 10},
};

}  // namespace

Family families::matmul() noexcept { return {"", "matmul", kRows}; }

}  // namespace macroscope
