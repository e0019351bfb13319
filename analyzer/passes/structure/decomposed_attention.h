// Decomposed attention: where is attention written as two products with a softmax between, under a causal mask?
//
// Only what is certain is found: scores of a product of two activations to which a triangle of large negative numbers is added, or of
// which a triangle is replaced by them.  A mask whose content no operator tells, as one that is stored, is none of these.
#pragma once

#include <cstddef>
#include <vector>

#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

struct DecomposedAttention {
  /// Keys [batch, heads, size, length] as the first product takes them, and values [batch, heads, length, size].
  TensorId keys = kAbsent;
  TensorId values = kAbsent;
  Dim query_length;
  Dim key_length;
};

/// Causal attention of the main graph, in order of its nodes.
std::vector<DecomposedAttention> find_causal_attention(const Network& network, const Scope& scope);

/// Layers of attention of the main graph in any form, causal or not: operators of that name, and products that take a softmax's rows.
std::size_t count_attentions(const Network& network, const Scope& scope);

}  // namespace macroscope
