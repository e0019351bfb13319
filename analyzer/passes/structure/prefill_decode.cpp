#include "analyzer/passes/structure/prefill_decode.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/passes/cost/storage.h"
#include "analyzer/passes/structure/attentions.h"

namespace macroscope {
namespace {

std::string lone_symbol(const Dim& dim) {
  constexpr std::size_t kOneTermOfOneAtom = 2;
  if (dim.size() != kOneTermOfOneAtom) return {};
  const std::vector<std::string> symbols = dim.symbols();
  return symbols.size() == 1 && dim == Dim::symbol(symbols.front()) ? symbols.front() : std::string();
}

/// The model's own cost, with its lengths put in.
class PhaseDerivation {
 public:
  PhaseDerivation(const Network& network, const Shapes& shapes, const Costs& costs, const Attentions& attentions)
      : network_(network),
        scope_(shapes.scopes.front()),
        assumptions_(shapes.assumptions),
        costs_(costs),
        attentions_(attentions),
        caches_(attentions.caches) {}

  PrefillDecode derived() {
    prefill_decode_.attentions = attentions_.count;
    for (const TokenCache& cache : caches_) prefill_decode_.caches.push_back(cache.input);
    if (attentions_.is_decomposed) note("attention is causal by its mask, which leaves a triangle of the scores");
    choose_length();
    if (caches_.empty()) {
      derive_without_cache();
    } else {
      derive_with_cache();
    }
    const bool has_costs = prefill_decode_.prefill || prefill_decode_.decode;
    if (has_costs && !costs_.complete) note("some layers could not be costed: the costs are lower bounds");
    return std::move(prefill_decode_);
  }

 private:
  void choose_length() {
    const auto is_taken = [&](const std::string& id) { return network_.symbols.find_id(id) != nullptr; };
    prefill_decode_.length = "S";
    for (int number = 2; is_taken(prefill_decode_.length); ++number) prefill_decode_.length = fmt::format("S_{}", number);
  }

  [[nodiscard]] Dim length() const { return Dim::symbol(prefill_decode_.length); }
  void note(std::string text) { prefill_decode_.notes.push_back(std::move(text)); }

  // --- With a cache ---

  void derive_with_cache() {
    const TokenCache& first = caches_.front();
    const auto is_alike = [&](const TokenCache& cache) { return cache.past == first.past && cache.added == first.added; };
    const bool are_alike = std::all_of(caches_.begin(), caches_.end(), is_alike);
    add_bytes_per_token();
    prefill_decode_.past_symbol = lone_symbol(first.past);
    prefill_decode_.query_symbol = lone_symbol(first.added);
    if (!are_alike) return note("inputs that keep keys and values differ in length: neither prefill nor decode can be derived");
    if (prefill_decode_.past_symbol.empty())
      return note(fmt::format(
          "keys and values are kept for {} tokens, which is no size of its own: neither prefill nor decode can be derived",
          first.past.text()));
    if (prefill_decode_.query_symbol == prefill_decode_.past_symbol)
      return note("the tokens of a run and those before it are one size: neither prefill nor decode can be derived");
    if (prefill_decode_.query_symbol.empty() && !first.added.is(1))
      return note(fmt::format("a run takes {} tokens, which is no size of its own: neither prefill nor decode can be derived",
                              first.added.text()));
    Bindings decode{{prefill_decode_.past_symbol, length() - 1}};
    Bindings prefill{{prefill_decode_.past_symbol, 0}};
    if (prefill_decode_.query_symbol.empty()) {
      note("the model takes one token at a time: prefill is another model's work, or S runs of this one");
    } else {
      decode.emplace(prefill_decode_.query_symbol, 1);
      prefill.emplace(prefill_decode_.query_symbol, length());
      prefill_decode_.prefill = total_with(prefill);
    }
    prefill_decode_.decode = total_with(decode);
    note_other_symbols();
  }

  /// What a token adds to every cache, for a batch of one.
  void add_bytes_per_token() {
    Dim sum;
    for (const TokenCache& cache : caches_) {
      try {
        const Dim bytes = bytes_of(scope_.facts[cache.input].type);
        const std::optional<Dim> of_token = exact_quotient(bytes, cache.past * cache.batch);
        if (!of_token) return note("the bytes that a token leaves behind cannot be derived from the shapes of the caches");
        sum += *of_token;
      } catch (const Unknown&) {
        return note("the bytes that a token leaves behind are not known: a cache has no known type");
      } catch (const AlgebraError&) {
        return note("the bytes that a token leaves behind are past 128 bits");
      }
    }
    prefill_decode_.cache_bytes_per_token = sum;
  }

  /// Sizes that the model only assumes to be these: `total == past + sequence` of a mask.
  void add_assumed(Bindings& bindings) const {
    for (const Assumption& assumption : assumptions_) {
      if (assumption.relation != Assumption::Relation::equal) continue;
      const Dim *const a = &assumption.left, *const b = &assumption.right;
      for (const auto& [lone, other] : {std::pair(a, b), std::pair(b, a)}) {
        const std::string symbol = lone_symbol(*lone);
        const std::vector<std::string> within = other->symbols();
        const bool is_circular = std::find(within.begin(), within.end(), symbol) != within.end();
        const bool is_of_lengths = !within.empty() && std::all_of(within.begin(), within.end(), [&](const std::string& name) {
          return name == prefill_decode_.query_symbol || name == prefill_decode_.past_symbol;
        });
        if (symbol.empty() || bindings.contains(symbol) || is_circular || !is_of_lengths) continue;
        bindings.emplace(symbol, other->substitute(bindings));
        break;
      }
    }
  }

  std::optional<PrefillDecodeCost> total_with(Bindings bindings) {
    try {
      add_assumed(bindings);
      const Cost& total = costs_.total;
      PrefillDecodeCost cost;
      cost.macs = total.macs.substitute(bindings);
      cost.flops = total.flops().substitute(bindings);
      cost.int_ops = total.int_ops().substitute(bindings);
      cost.bytes = (total.bytes_read + total.bytes_written).substitute(bindings);
      return cost;
    } catch (const AlgebraError&) {
      note("a cost is past 128 bits");
      return std::nullopt;
    }
  }

  /// The batch is expected to stay open; lengths are not.
  void note_other_symbols() {
    std::vector<std::string> expected = caches_.empty() ? std::vector<std::string>{} : caches_.front().batch.symbols();
    expected.push_back(prefill_decode_.length);
    std::string others;
    for (const std::optional<PrefillDecodeCost>& cost : {prefill_decode_.prefill, prefill_decode_.decode}) {
      if (!cost) continue;
      for (const std::string& symbol : cost->macs.symbols()) {
        if (std::find(expected.begin(), expected.end(), symbol) != expected.end()) continue;
        expected.push_back(symbol);
        others += fmt::format("{}{}", others.empty() ? "" : ", ", symbol);
      }
    }
    if (!others.empty()) note(fmt::format("the costs depend on {} as well, which the model does not tie to the length", others));
  }

  // --- Without a cache ---

  void derive_without_cache() {
    const std::vector<Dim>& queries = attentions_.query_lengths;
    const std::vector<Dim>& keys = attentions_.key_lengths;
    if (queries.empty()) return note("the length of the queries is not known");
    const auto same = [&](const Dim& length) { return length == queries.front(); };
    const bool is_self = std::all_of(queries.begin(), queries.end(), same) && std::all_of(keys.begin(), keys.end(), same);
    prefill_decode_.query_symbol = lone_symbol(queries.front());
    if (!is_self || prefill_decode_.query_symbol.empty())
      return note("attention is not over one length that is a size of its own: neither prefill nor decode can be derived");
    prefill_decode_.prefill = total_with({{prefill_decode_.query_symbol, length()}});
    if (!attentions_.is_causal)
      return note(
          "the model keeps no keys and values, and does not say that its attention is causal: each new token costs a prefill "
          "again");
    prefill_decode_.cache_bytes_per_token = attentions_.bytes_per_token;
    note(
        "the model keeps no keys and values itself: decode is one of the S positions of a prefill, for a runtime that keeps "
        "them");
    derive_one_position();
  }

  /// Every layer does the same for each position, or has nothing to do with the length: a position's part of its cost is exact.
  void derive_one_position() {
    const Dim symbol = Dim::symbol(prefill_decode_.query_symbol);
    PrefillDecodeCost cost;
    const auto part = [&](const Dim& whole, Dim& sum) {
      const std::vector<std::string> symbols = whole.symbols();
      if (std::find(symbols.begin(), symbols.end(), prefill_decode_.query_symbol) == symbols.end()) {
        sum += whole;
        return true;
      }
      const std::optional<Dim> quotient = exact_quotient(whole, symbol);
      if (quotient) sum += *quotient;
      return quotient.has_value();
    };
    try {
      for (NodeId node = 0; node < network_.main().nodes.size(); ++node) {
        const Cost& layer = costs_.nodes.front()[node];
        if (part(layer.macs, cost.macs) && part(layer.flops(), cost.flops) && part(layer.int_ops(), cost.int_ops)) continue;
        const Node& at = network_.main().nodes[node];
        return note(fmt::format("decode cannot be derived: the cost of {} '{}' is no multiple of the length", at.op, at.name));
      }
      const Bindings bindings{{prefill_decode_.query_symbol, length()}};
      prefill_decode_.decode = PrefillDecodeCost{cost.macs.substitute(bindings), cost.flops.substitute(bindings),
                                                 cost.int_ops.substitute(bindings), std::nullopt};
    } catch (const AlgebraError&) {
      note("a cost is past 128 bits");
    }
  }

  const Network& network_;
  const Scope& scope_;
  const std::vector<Assumption>& assumptions_;
  const Costs& costs_;
  const Attentions& attentions_;
  const std::vector<TokenCache>& caches_;
  PrefillDecode prefill_decode_;
};

}  // namespace

std::optional<PrefillDecode> find_prefill_decode(const Network& network, const Shapes& shapes, const Costs& costs) {
  const Attentions attentions = find_attentions(network, shapes);
  if (attentions.count == 0 && attentions.caches.empty()) return std::nullopt;
  return PhaseDerivation(network, shapes, costs, attentions).derived();
}

}  // namespace macroscope
