#include "analyzer/passes/generation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analyzer/network/readers.h"
#include "analyzer/passes/spelled_attention.h"
#include "analyzer/passes/storage.h"

namespace macroscope {
namespace {

/// An operator of attention, and where its operands stand; -1: it has none.
struct AttentionForm {
  std::string_view domain;
  std::string_view op;
  int query = 0;
  int key = -1;
  int value = -1;
  std::array<int, 2> past{-1, -1};
  /// Axes of the past: batch and length.
  int past_batch = 0;
  int past_length = 2;
  /// The attribute that declares it causal; empty: it always is.
  std::string_view causal;
};

constexpr std::array<AttentionForm, 5> kForms{{
    {"", "Attention", 0, 1, 2, {4, 5}, 0, 2, "is_causal"},
    {"com.microsoft", "Attention", 0, -1, -1, {4, -1}, 1, 3, "unidirectional"},
    {"com.microsoft", "MultiHeadAttention", 0, 1, 2, {6, 7}, 0, 2, "unidirectional"},
    {"com.microsoft", "DecoderMaskedMultiHeadAttention", 0, 1, 2, {5, 6}, 0, 2, ""},
    {"com.microsoft", "GroupQueryAttention", 0, 1, 2, {3, 4}, 0, 2, ""},
}};

/// An input of the model that keeps keys or values, and the tokens that a run adds to it.
struct Cache {
  TensorId input = kAbsent;
  Dim batch;
  Dim past;
  Dim added;
};

std::string lone_symbol(const Dim& dim) {
  const std::vector<std::string> symbols = dim.symbols();
  return symbols.size() == 1 && dim == Dim::symbol(symbols.front()) ? symbols.front() : std::string();
}

class Search {
 public:
  Search(const Network& network, const Shapes& shapes, const Costs& costs)
      : network_(network),
        scope_(shapes.scopes.front()),
        graph_(network.main()),
        assumptions_(shapes.assumptions),
        costs_(costs) {}

  std::optional<Generation> found() {
    mark_ends();
    for (NodeId node = 0; node < graph_.nodes.size(); ++node) {
      if (const AttentionForm* form = form_of(graph_.nodes[node])) add_attention(node, *form);
    }
    add_concatenated_caches();
    if (generation_.attentions == 0 && caches_.empty()) add_spelled_attention();
    if (generation_.attentions == 0 && caches_.empty()) return std::nullopt;
    for (const Cache& cache : caches_) generation_.caches.push_back(cache.input);
    choose_length();
    if (caches_.empty()) {
      derive_without_cache();
    } else {
      derive_with_cache();
    }
    const bool has_costs = generation_.prefill || generation_.decode;
    if (has_costs && !costs_.complete) note("some layers could not be costed: the costs are lower bounds");
    return std::move(generation_);
  }

 private:
  static const AttentionForm* form_of(const Node& node) {
    const auto* found = std::find_if(kForms.begin(), kForms.end(),
                                     [&](const AttentionForm& form) { return form.op == node.op && form.domain == node.domain; });
    return found == kForms.end() ? nullptr : found;
  }

  const Shape* shape_of(const Node& node, int input) const {
    if (input < 0 || static_cast<std::size_t>(input) >= node.inputs.size()) return nullptr;
    const TensorId tensor = node.inputs[static_cast<std::size_t>(input)];
    if (tensor == kAbsent || !scope_.facts[tensor].type.shape.known()) return nullptr;
    return &scope_.facts[tensor].type.shape;
  }

  /// Of an operand [batch, length, width] or [batch, heads, length, width].
  static std::optional<Dim> length_of(const Shape* shape) {
    if (shape == nullptr || (shape->rank() != 3 && shape->rank() != 4)) return std::nullopt;
    return (*shape)[shape->rank() - 2];
  }

  /// The input of the model that a tensor is, seen through views and casts; kAbsent if it is none.
  TensorId input_behind(TensorId tensor) const {
    while (tensor != kAbsent) {
      if (is_input_[tensor]) return tensor;
      const NodeId maker = graph_.tensors[tensor].producer;
      if (maker == kNone) return kAbsent;
      const Node& node = graph_.nodes[maker];
      const bool passes = is_view(node) || (node.domain.empty() && node.op == "Cast");
      if (!passes || node.inputs.empty()) return kAbsent;
      tensor = node.inputs[0];
    }
    return kAbsent;
  }

  void add_attention(NodeId id, const AttentionForm& form) {
    const Node& node = graph_.nodes[id];
    ++generation_.attentions;
    const std::optional<Dim> query = length_of(shape_of(node, form.query));
    for (const int past : form.past) {
      const Shape* shape = shape_of(node, past);
      if (shape == nullptr || shape->rank() <= static_cast<std::size_t>(form.past_length) || !query) continue;
      const TensorId input = input_behind(node.inputs[static_cast<std::size_t>(past)]);
      const Dim& batch = (*shape)[static_cast<std::size_t>(form.past_batch)];
      if (input != kAbsent) add_cache({input, batch, (*shape)[static_cast<std::size_t>(form.past_length)], *query});
    }
    is_causal_ = is_causal_ && (form.causal.empty() || site_of(network_, scope_, id).integer(form.causal, 0) != 0);
    if (query) queries_.push_back(*query);
    const std::optional<Dim> keys = length_of(shape_of(node, form.key));
    if (keys) keys_.push_back(*keys);
    for (const int kept : {form.key, form.value}) {
      const Shape* shape = shape_of(node, kept);
      add_kept(kept < 0 || shape == nullptr ? kAbsent : node.inputs[static_cast<std::size_t>(kept)], length_of(shape));
    }
  }

  /// A decoder that an exporter has taken apart.
  void add_spelled_attention() {
    for (const SpelledAttention& attention : find_causal_attention(network_, scope_)) {
      ++generation_.attentions;
      queries_.push_back(attention.query_length);
      keys_.push_back(attention.key_length);
      for (const TensorId kept : {attention.keys, attention.values}) add_kept(before_copies(kept), attention.key_length);
    }
    if (generation_.attentions > 0) note("attention is causal by its mask, which leaves a triangle of the scores");
  }

  /// Keys and values without another layout; kAbsent where groups of queries share them, so that the model holds copies.
  TensorId before_copies(TensorId tensor) const {
    for (NodeId maker = graph_.tensors[tensor].producer; maker != kNone; maker = graph_.tensors[tensor].producer) {
      const Node& node = graph_.nodes[maker];
      if (node.op == "Expand" || node.op == "Tile") return kAbsent;
      if (!is_view(node) && node.op != "Transpose") break;
      tensor = node.inputs[0];
    }
    return tensor;
  }

  void add_cache(const Cache& cache) {
    const auto same = [&](const Cache& known) { return known.input == cache.input; };
    if (std::none_of(caches_.begin(), caches_.end(), same)) caches_.push_back(cache);
  }

  /// Bytes of keys or values for each token of one sequence.
  void add_kept(TensorId tensor, const std::optional<Dim>& length) {
    if (tensor == kAbsent || !length || !scope_.facts[tensor].type.shape.known()) {
      is_kept_known_ = false;
      return;
    }
    try {
      const Type& type = scope_.facts[tensor].type;
      const std::optional<Dim> of_token = exact_quotient(bytes_of(type), *length * type.shape[0]);
      is_kept_known_ = is_kept_known_ && of_token;
      if (of_token) kept_ += *of_token;
    } catch (const NotKnown&) {
      is_kept_known_ = false;
    } catch (const AlgebraError&) {
      is_kept_known_ = false;
    }
  }

  /// As exporters write it: an input is joined with what this run adds, and the whole is an output again.
  void add_concatenated_caches() {
    const Readers readers(network_, graph_);
    for (const TensorId input : graph_.inputs) {
      const Shape& shape = scope_.facts[input].type.shape;
      if (!scope_.facts[input].type.is_tensor() || !shape.known() || shape.rank() < 3) continue;
      for (const Reader& reader : readers.of(input)) add_if_joined(input, shape, reader);
    }
  }

  void add_if_joined(TensorId input, const Shape& shape, const Reader& reader) {
    const Node& node = graph_.nodes[reader.node];
    if (node.op != "Concat" || !node.domain.empty() || node.inputs.size() != 2 || reader.input != 0 || node.outputs.empty() ||
        !is_output_[node.outputs[0]])
      return;
    const Shape& whole = scope_.facts[node.outputs[0]].type.shape;
    if (!whole.known() || whole.rank() != shape.rank()) return;
    for (std::size_t axis = 1; axis < shape.rank(); ++axis)
      if (!(whole[axis] == shape[axis])) return add_cache({input, shape[0], shape[axis], whole[axis] - shape[axis]});
  }

  /// Marks the inputs, and the outputs with what they are views of.
  void mark_ends() {
    is_input_.resize(graph_.tensors.size());
    is_output_.resize(graph_.tensors.size());
    for (const TensorId input : graph_.inputs) is_input_[input] = true;
    for (const TensorId output : graph_.outputs) {
      for (TensorId at = output; at != kAbsent && !is_output_[at];) {
        is_output_[at] = true;
        const NodeId maker = graph_.tensors[at].producer;
        if (maker == kNone || !is_view(graph_.nodes[maker]) || graph_.nodes[maker].inputs.empty()) break;
        at = graph_.nodes[maker].inputs[0];
      }
    }
  }

  void choose_length() {
    const auto is_taken = [&](const std::string& id) { return network_.symbols.find_id(id) != nullptr; };
    generation_.length = "S";
    for (int number = 2; is_taken(generation_.length); ++number) generation_.length = fmt::format("S_{}", number);
  }

  [[nodiscard]] Dim length() const { return Dim::symbol(generation_.length); }
  void note(std::string text) { generation_.notes.push_back(std::move(text)); }

  // --- With a cache ---

  void derive_with_cache() {
    const Cache& first = caches_.front();
    const auto is_alike = [&](const Cache& cache) { return cache.past == first.past && cache.added == first.added; };
    const bool are_alike = std::all_of(caches_.begin(), caches_.end(), is_alike);
    add_bytes_per_token();
    generation_.past_symbol = lone_symbol(first.past);
    generation_.query_symbol = lone_symbol(first.added);
    if (!are_alike) return note("inputs that keep keys and values differ in length: neither prefill nor decode can be derived");
    if (generation_.past_symbol.empty())
      return note(fmt::format(
          "keys and values are kept for {} tokens, which is no size of its own: neither prefill nor decode can be derived",
          first.past.text()));
    if (generation_.query_symbol == generation_.past_symbol)
      return note("the tokens of a run and those before it are one size: neither prefill nor decode can be derived");
    if (generation_.query_symbol.empty() && !first.added.is(1))
      return note(fmt::format("a run takes {} tokens, which is no size of its own: neither prefill nor decode can be derived",
                              first.added.text()));
    Bindings decode{{generation_.past_symbol, length() - 1}};
    Bindings prefill{{generation_.past_symbol, 0}};
    if (generation_.query_symbol.empty()) {
      note("the model takes one token at a time: prefill is another model's work, or S runs of this one");
    } else {
      decode.emplace(generation_.query_symbol, 1);
      prefill.emplace(generation_.query_symbol, length());
      generation_.prefill = total_with(prefill);
    }
    generation_.decode = total_with(decode);
    note_other_symbols();
  }

  /// What a token adds to every cache, for a batch of one.
  void add_bytes_per_token() {
    Dim sum;
    for (const Cache& cache : caches_) {
      try {
        const Dim bytes = bytes_of(scope_.facts[cache.input].type);
        const std::optional<Dim> of_token = exact_quotient(bytes, cache.past * cache.batch);
        if (!of_token) return note("the bytes that a token leaves behind cannot be derived from the shapes of the caches");
        sum += *of_token;
      } catch (const NotKnown&) {
        return note("the bytes that a token leaves behind are not known: a cache has no known type");
      } catch (const AlgebraError&) {
        return note("the bytes that a token leaves behind are past 128 bits");
      }
    }
    generation_.cache_bytes_per_token = sum;
  }

  /// Sizes that the model only assumes to be these: `total == past + sequence` of a mask.
  void add_assumed(Bindings& bindings) const {
    for (const std::string& assumption : assumptions_) {
      const std::size_t equals = assumption.find(" == ");
      if (equals == std::string::npos) continue;
      const auto left = Dim::parse(assumption.substr(0, equals));
      const auto right = Dim::parse(assumption.substr(equals + 4));
      const Dim* a = std::get_if<Dim>(&left);
      const Dim* b = std::get_if<Dim>(&right);
      if (a == nullptr || b == nullptr) continue;
      for (const auto& [lone, other] : {std::pair(a, b), std::pair(b, a)}) {
        const std::string symbol = lone_symbol(*lone);
        const std::vector<std::string> within = other->symbols();
        const bool is_circular = std::find(within.begin(), within.end(), symbol) != within.end();
        const bool is_of_lengths = !within.empty() && std::all_of(within.begin(), within.end(), [&](const std::string& name) {
          return name == generation_.query_symbol || name == generation_.past_symbol;
        });
        if (symbol.empty() || bindings.contains(symbol) || is_circular || !is_of_lengths) continue;
        bindings.emplace(symbol, other->substitute(bindings));
        break;
      }
    }
  }

  std::optional<GenerationCost> total_with(Bindings bindings) {
    try {
      add_assumed(bindings);
      const Cost& total = costs_.total;
      GenerationCost cost;
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
    expected.push_back(generation_.length);
    std::string others;
    for (const std::optional<GenerationCost>& cost : {generation_.prefill, generation_.decode}) {
      if (!cost) continue;
      for (const std::string& symbol : cost->macs.symbols()) {
        if (std::find(expected.begin(), expected.end(), symbol) != expected.end()) continue;
        expected.push_back(symbol);
        others += fmt::format("{}{}", others.empty() ? "" : ", ", symbol);
      }
    }
    if (!others.empty()) note(fmt::format("the costs hang on {} as well, which the model does not tie to the length", others));
  }

  // --- Without a cache ---

  void derive_without_cache() {
    if (queries_.empty()) return note("the length of the queries is not known");
    const auto same = [&](const Dim& length) { return length == queries_.front(); };
    const bool is_self = std::all_of(queries_.begin(), queries_.end(), same) && std::all_of(keys_.begin(), keys_.end(), same);
    generation_.query_symbol = lone_symbol(queries_.front());
    if (!is_self || generation_.query_symbol.empty())
      return note("attention is not over one length that is a size of its own: neither prefill nor decode can be derived");
    generation_.prefill = total_with({{generation_.query_symbol, length()}});
    if (!is_causal_)
      return note(
          "the model keeps no keys and values, and does not say that its attention is causal: each new token costs a prefill "
          "again");
    if (is_kept_known_) generation_.cache_bytes_per_token = kept_;
    note(
        "the model keeps no keys and values itself: decode is one of the S positions of a prefill, for a runtime that keeps "
        "them");
    derive_one_position();
  }

  /// Every layer does the same for each position, or has nothing to do with the length: a position's part of its cost is exact.
  void derive_one_position() {
    const Dim symbol = Dim::symbol(generation_.query_symbol);
    GenerationCost cost;
    const auto part = [&](const Dim& whole, Dim& sum) {
      const std::vector<std::string> symbols = whole.symbols();
      if (std::find(symbols.begin(), symbols.end(), generation_.query_symbol) == symbols.end()) {
        sum += whole;
        return true;
      }
      const std::optional<Dim> quotient = exact_quotient(whole, symbol);
      if (quotient) sum += *quotient;
      return quotient.has_value();
    };
    try {
      for (NodeId node = 0; node < graph_.nodes.size(); ++node) {
        const Cost& layer = costs_.nodes.front()[node];
        if (part(layer.macs, cost.macs) && part(layer.flops(), cost.flops) && part(layer.int_ops(), cost.int_ops)) continue;
        const Node& at = graph_.nodes[node];
        return note(fmt::format("decode cannot be derived: the cost of {} '{}' is no multiple of the length", at.op, at.name));
      }
      const Bindings bindings{{generation_.query_symbol, length()}};
      generation_.decode = GenerationCost{cost.macs.substitute(bindings), cost.flops.substitute(bindings),
                                          cost.int_ops.substitute(bindings), std::nullopt};
    } catch (const AlgebraError&) {
      note("a cost is past 128 bits");
    }
  }

  const Network& network_;
  const Scope& scope_;
  const Graph& graph_;
  const std::vector<std::string>& assumptions_;
  const Costs& costs_;
  std::vector<bool> is_input_;
  std::vector<bool> is_output_;
  Generation generation_;
  std::vector<Cache> caches_;
  std::vector<Dim> queries_;
  std::vector<Dim> keys_;
  Dim kept_;
  bool is_kept_known_ = true;
  bool is_causal_ = true;
};

}  // namespace

std::optional<Generation> find_generation(const Network& network, const Shapes& shapes, const Costs& costs) {
  return Search(network, shapes, costs).found();
}

}  // namespace macroscope
