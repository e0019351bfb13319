// Matrix products among loop nests: which are they, whichever inputs their operands are?
#pragma once

#include "analyzer/operators/operator.h"

namespace macroscope {

namespace products {

template <std::size_t A, std::size_t B>
bool both_matrices(const OpContext& context) {
  return context.shape(A).rank() > 1 && context.shape(B).rank() > 1;
}
template <std::size_t A, std::size_t B>
bool vector_by_matrix(const OpContext& context) {
  return context.shape(A).rank() == 1 && context.shape(B).rank() > 1;
}
template <std::size_t A, std::size_t B>
bool matrix_by_vector(const OpContext& context) {
  return context.shape(A).rank() > 1 && context.shape(B).rank() == 1;
}
template <std::size_t A, std::size_t B>
bool both_vectors(const OpContext& context) {
  return context.shape(A).rank() == 1 && context.shape(B).rank() == 1;
}

template <bool TransposeA, bool TransposeB>
bool transposed(const OpContext& context) {
  return (context.integer("transA", 0) != 0) == TransposeA && (context.integer("transB", 0) != 0) == TransposeB;
}

}  // namespace products

/// numpy's matmul of inputs A and B: a vector stands for a matrix of one row or column that then falls away.
template <std::size_t A, std::size_t B>
constexpr Loops product_of(Result result = Result::as_first_input, int result_input = 0) {
  return {.nests = {{"Y[b..,m,n] += A[b..,m,k] * B[b..,k,n]", products::both_matrices<A, B>},
                    {"Y[b..,n] += A[k] * B[b..,k,n]", products::vector_by_matrix<A, B>},
                    {"Y[b..,m] += A[b..,m,k] * B[k]", products::matrix_by_vector<A, B>},
                    {"Y[] += A[k] * B[k]", products::both_vectors<A, B>}},
          .operands = {A, B, 0},
          .result = result,
          .result_input = result_input};
}

/// A product of two matrices, each transposed where transA or transB says so.
template <std::size_t A, std::size_t B>
constexpr Loops transposed_product_of() {
  return {.nests = {{"Y[m,n] += A[m,k] * B[k,n]", products::transposed<false, false>},
                    {"Y[m,n] += A[k,m] * B[k,n]", products::transposed<true, false>},
                    {"Y[m,n] += A[m,k] * B[n,k]", products::transposed<false, true>},
                    {"Y[m,n] += A[k,m] * B[n,k]", products::transposed<true, true>}},
          .operands = {A, B, 0}};
}

/// Work of Gemm beside the product and the sum: alpha and beta cost a product each per element where they are not 1.
Work gemm_scaling(const OpContext& context);

}  // namespace macroscope
