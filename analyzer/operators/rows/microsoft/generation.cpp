// Loops that generate text: a decoder runs once for each token, until an end that only the data tells.
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/microsoft/fused.h"

namespace macroscope {
namespace {

/// Extents of a search.  A greedy one has one beam.
struct Search {
  Dim batch, prompt, length, beams, returned;
};

constexpr std::size_t kIds = 0, kMaxLength = 1, kBeams = 3, kReturned = 4;

Dim count_of(const OpContext& context, std::size_t index) {
  const auto content = scalar_of(context, index);
  return content ? *content : context.fresh_named(context.input_name(index), SymbolOrigin::data);
}

Search search_of(const OpContext& context, bool has_beams) {
  const Shape& ids = context.shape(kIds);
  require_rank_at_least(context, kIds, 2);
  Search search{ids.known() ? ids[0] : fresh_extent(context, 0, 0), ids.known() ? ids[1] : Dim(0), count_of(context, kMaxLength),
                1, 1};
  if (!has_beams) return search;
  search.beams = count_of(context, kBeams);
  search.returned = count_of(context, kReturned);
  return search;
}

/// Runs encoder and first decoder once and the decoder for each further token.  Their operands are as they declare them: they stand for
/// batch * beams sequences.  \return the number of tokens to choose from
Dim run_graphs(const OpContext& context) {
  const auto decoder = context.nested_graph("decoder");
  require(decoder.has_value(), "missing-attribute", "decoder is not given");
  if (const auto encoder = context.nested_graph("encoder")) context.enter(*encoder, {}, "encoder");
  if (const auto first = context.nested_graph("init_decoder")) context.enter(*first, {}, "init_decoder");
  const Dim iterations = context.fresh(0, "_trips", SymbolOrigin::loop);
  const std::vector<Fact> results = context.enter(*decoder, {}, "decoder", iterations);
  context.remember(iterations);
  if (const std::int64_t stated = context.integer("vocab_size", -1); stated > 0) return stated;
  if (!results.empty() && results.front().type.shape.known() && results.front().type.shape.rank() > 0)
    return last_of(results.front().type.shape);
  return context.fresh_named(std::string(context.output_name(0)) + "_vocabulary", SymbolOrigin::data);
}

std::vector<Fact> beam_search_shape(const OpContext& context) {
  require_inputs(context, 2);
  require(context.has_input(kBeams) && context.has_input(kReturned), "missing-input",
          "the number of beams or of returned sequences is left out");
  const Search search = search_of(context, true);
  const Dim words = run_graphs(context);
  context.remember(search.batch * search.beams * words);
  const DataType dtype = context.has_input(5) ? context.dtype(5) : DataType::float32;
  // A decoder of its own does not continue the prompt.
  const Dim steps = context.integer("model_type", 0) == 0 ? search.length - search.prompt
                    : context.has_output(2)               ? context.fresh(2, "_steps", SymbolOrigin::loop)
                                                          : Dim(0);
  return {Fact::tensor(DataType::int32, Shape{search.batch, search.returned, search.length}),
          Fact::tensor(dtype, Shape{search.batch, search.returned}),
          Fact::tensor(dtype, Shape{steps, search.batch, search.beams, words})};
}

/// Cross attention of every layer and head, or of those that are listed, for each token and frame.
std::vector<Fact> whisper_shape(const OpContext& context) {
  constexpr std::size_t kHeads = 12, kScores = 3, kSilence = 4;
  std::vector<Fact> results = beam_search_shape(context);
  const Shape sequences = results.front().type.shape;
  const Shape& listed = context.shape(kHeads);
  if (context.output_count() > kScores) {
    const Dim heads = listed.known() && listed.rank() > 0 ? listed[0] : fresh_extent(context, kScores, 2);
    results.push_back(Fact::tensor(DataType::float32, Shape{sequences[0], sequences[1], heads, fresh_extent(context, kScores, 3),
                                                            fresh_extent(context, kScores, 4)}));
  }
  if (context.output_count() > kSilence) results.push_back(Fact::tensor(results[1].type.dtype, Shape{sequences[0]}));
  return results;
}

std::vector<Fact> greedy_shape(const OpContext& context) {
  require_inputs(context, 2);
  const Search search = search_of(context, false);
  const Dim words = run_graphs(context);
  context.remember(search.batch * words);
  return {Fact::tensor(DataType::int32, Shape{search.batch, search.length}),
          Fact::tensor(DataType::float32, Shape{search.batch, words})};
}

/// What chooses the next token, for each that may be chosen; the graphs count by themselves.
template <Effort effort>
Work choosing_work(const OpContext& context) {
  Work work;
  work.add(effort, context.remembered(0) * context.remembered(1));
  return work;
}

constexpr Effort kLogSoftmax{.add = 3, .compare = 1, .special = 1};

std::vector<Fact> like_scores(const OpContext& context) {
  require_inputs(context, 2);
  return {Fact::tensor(context.dtype(1), context.shape(1))};
}

/// Tokens merged: as many as the data tells.
std::vector<Fact> bifurcation_shape(const OpContext& context) {
  require_inputs(context, 3);
  return {Fact::tensor(context.dtype(1), Shape{context.fresh(0)}), Fact::tensor(context.dtype(2), context.shape(2))};
}

// Hashes of the n tokens before each, for n from 2 on, some for each n.

struct Hashes {
  Dim columns;
  std::int64_t history = 1;
};

Hashes hashes_of(const OpContext& context) {
  const std::int64_t largest = positive(context, "max_ngram_size");
  require(largest >= 2, "bad-attribute", "max_ngram_size is {}, it must be at least 2", largest);
  return {Dim(largest - 1) * positive(context, "n_head_per_ngram"), largest - 1};
}

std::vector<Fact> hash_shape(const OpContext& context) {
  require_inputs(context, 3);
  require_rank(context, 0, 2);
  const Hashes hashes = hashes_of(context);
  const Shape& ids = context.shape(0);
  if (!ids.known()) return {Fact::tensor(context.dtype(0)), Fact::tensor(context.dtype(0))};
  return {Fact::tensor(context.dtype(0), Shape{ids[0], ids[1], hashes.columns}),
          Fact::tensor(context.dtype(0), Shape{ids[0], hashes.history})};
}

std::vector<Fact> packed_hash_shape(const OpContext& context) {
  require_inputs(context, 4);
  require_rank(context, 0, 1);
  require_rank(context, 3, 1);
  const Hashes hashes = hashes_of(context);
  const Shape &ids = context.shape(0), &bounds = context.shape(3);
  const DataType dtype = context.dtype(0);
  const Shape result = ids.known() ? Shape{ids[0], hashes.columns} : Shape::unknown();
  if (!bounds.known())
    return {Fact::tensor(dtype, result), Fact::tensor(dtype), Fact::tensor(DataType::int32), Fact::tensor(dtype)};
  const Dim batch = bounds[0] - 1;
  const Shape history{batch, hashes.history};
  return {Fact::tensor(dtype, result), Fact::tensor(dtype, history), Fact::tensor(DataType::int32, history),
          Fact::tensor(dtype, Shape{batch, context.integer("state_update_capacity", 0), hashes.history})};
}

std::vector<Fact> prefix_commit_shape(const OpContext& context) {
  require_inputs(context, 7);
  const Shape& predictions = context.shape(0);
  const Shape batch = !predictions.known() ? Shape::unknown() : Shape{predictions.rank() >= 2 ? predictions[0] : Dim(1)};
  return {Fact::tensor(DataType::int32, batch), context.input(3), context.input(4)};
}

constexpr Operator kGenerationRows[] = {
    {.name = "BeamSearch",
     .meaning = Rules{beam_search_shape, choosing_work<kLogSoftmax + Effort{.add = 1, .compare = 1}>},
     .roles = "data constant*9 data constant",
     .cost = "encoder once, decoder once per trip; per trip, beam and word 1 special, 4 add, 2 compare"},
    {"BifurcationDetector", Moves{bifurcation_shape}},
    {.name = "GreedySearch",
     .meaning = Rules{greedy_shape, choosing_work<Effort{.compare = 1}>},
     .roles = "data constant",
     .cost = "decoder once per trip; per trip, sequence and word 1 compare"},
    {"NGramHashMapping", Moves{hash_shape}, "data constant"},
    {"NGramRepeatBlock", Moves{like_scores}},
    {.name = "Sampling",
     .meaning = Rules{greedy_shape, choosing_work<kSoftmax + Effort{.add = 1, .compare = 2}>},
     .roles = "data constant",
     .cost = "decoder once per trip; per trip, sequence and word a softmax, 2 compare to sort and cut, 1 add to draw"},
    {"SpeculativePrefixCommit", Moves{prefix_commit_shape}},
    {"VarlenNGramHashMapping", Moves{packed_hash_shape}, "data constant"},
    {.name = "WhisperBeamSearch",
     .meaning = Rules{whisper_shape, choosing_work<kLogSoftmax + Effort{.add = 1, .compare = 1}>},
     .roles = "data constant*9 data constant*2 data constant",
     .cost = "encoder once, decoder once per trip; per trip, beam and word 1 special, 4 add, 2 compare"},
};

}  // namespace

Family families::microsoft_generation() { return {"com.microsoft", "generation", kGenerationRows}; }

}  // namespace macroscope
