// Prefill and decode: what does a language model cost to read a text of S tokens, and to generate the next token?
//
// Found from its attention: operators of that name, inputs that keep keys and values of earlier tokens, and products under a causal mask.  Both costs are the model's own,
// with the length of the queries and of what is kept put in; what cannot be derived that way is said, with the reason.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/passes/cost/cost.h"
#include "analyzer/passes/memory/memory.h"

namespace macroscope {

/// Totals of one run.
struct PrefillDecodeCost {
  Dim macs;
  Dim flops;
  Dim int_ops;
  /// Bytes that are moved; empty where they are not derived.
  std::optional<Dim> bytes;
};

struct PrefillDecode {
  /// The symbol that stands for the length in the costs below: `S`, or another name where the model has one of its own.
  std::string length;
  /// Symbols of the model that were replaced: tokens given in one run, and tokens before them.  Empty where there is none.
  std::string query_symbol;
  std::string past_symbol;
  /// Nodes of attention, and inputs that keep keys and values.
  std::size_t attentions = 0;
  std::vector<TensorId> caches;

  std::optional<PrefillDecodeCost> prefill;
  /// Of one token, when the keys and values of all S tokens, its own among them, are looked at.
  std::optional<PrefillDecodeCost> decode;
  /// Bytes of keys and values that a token of one sequence leaves behind in all layers together.
  std::optional<Dim> cache_bytes_per_token;
  /// What could not be derived and why, and what holds only if.
  std::vector<std::string> notes;
};

/// Empty for a model without attention.
std::optional<PrefillDecode> find_prefill_decode(const Network& network, const Shapes& shapes, const Costs& costs);

}  // namespace macroscope
