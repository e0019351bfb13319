// Attention layers: where does a model attend, over which lengths, and what does it keep of keys and values?
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

/// An input of the model that keeps keys or values, and the tokens that a run adds to it.
struct TokenCache {
  TensorId input = kAbsent;
  Dim batch;
  Dim past;
  Dim added;
};

struct Attentions {
  /// Operators of attention; where there are neither these nor caches, products under a causal mask.
  std::size_t count = 0;
  std::vector<TokenCache> caches;
  std::vector<Dim> query_lengths;
  std::vector<Dim> key_lengths;
  /// Bytes of the keys and values that all of them look at, for each token of one sequence; empty where they are not known.
  std::optional<Dim> bytes_per_token;
  bool is_causal = true;
  /// Taken apart into products: causal by its mask.
  bool is_decomposed = false;
};

/// Of the main graph.
Attentions find_attentions(const Network& network, const Shapes& shapes);

}  // namespace macroscope
