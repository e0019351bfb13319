// Operators on strings: no arithmetic, but for the weights of TfIdfVectorizer.
#include <algorithm>

#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

constexpr PerElement kConcat{.operands = 2};

/// Stop words are dropped, so that only the data can tell how many words remain.
std::vector<Fact> normalizer_shape(const OpContext& context) {
  require_inputs(context, 1);
  choice(context, "case_change_action", "NONE", {"NONE", "LOWER", "UPPER"});
  const Shape& shape = context.shape(0);
  if (!shape.known()) return {Fact::tensor(DataType::string)};
  require(shape.rank() == 1 || shape.rank() == 2, "bad-rank", "operand 0 is {}, not [C] or [1, C]", shape);
  if (shape.rank() == 2) context.must_equal(shape[0], 1, "rows of words");
  const auto stopwords = context.text_list("stopwords");
  std::vector<Dim> dims(shape.begin(), shape.end());
  if (stopwords && !stopwords->empty()) dims.back() = fresh_extent(context, 0, dims.size() - 1);
  return {Fact::tensor(DataType::string, Shape(dims))};
}

std::vector<Fact> split_shape(const OpContext& context) {
  require_inputs(context, 1);
  const Shape& shape = context.shape(0);
  if (!shape.known()) return {Fact::tensor(DataType::string), Fact::tensor(DataType::int64)};
  std::vector<Dim> dims(shape.begin(), shape.end());
  dims.push_back(fresh_extent(context, 0, shape.rank()));
  return {Fact::tensor(DataType::string, Shape(dims)), Fact::tensor(DataType::int64, shape)};
}

std::vector<Fact> match_shape(const OpContext& context) {
  require_inputs(context, 1);
  return {Fact::tensor(DataType::boolean, context.shape(0))};
}

/// As many counts as the highest index says, for each row of words.
std::vector<Fact> tf_idf_shape(const OpContext& context) {
  require_inputs(context, 1);
  choice(context, "mode", {}, {"TF", "IDF", "TFIDF"});
  const auto indices = context.integer_list("ngram_indexes");
  require(indices && !indices->empty(), "bad-attribute", "ngram_indexes must be given");
  const std::int64_t highest = *std::max_element(indices->begin(), indices->end());
  require(highest >= 0, "bad-attribute", "ngram_indexes holds no index above or equal to 0");
  const Shape& shape = context.shape(0);
  if (!shape.known()) return {Fact::tensor(DataType::float32)};
  require(shape.rank() == 1 || shape.rank() == 2, "bad-rank", "operand 0 is {}, not [C] or [N, C]", shape);
  const Dim counts = Dim(highest) + 1;
  return {Fact::tensor(DataType::float32, shape.rank() == 1 ? Shape{counts} : Shape{shape[0], counts})};
}

Work tf_idf_work(const OpContext& context) {
  Work work;
  if (context.text("mode", {}) == "TFIDF") work.add({.mul = 1}, elements_of(context.output(0)));
  return work;
}

constexpr Operator kTextRows[] = {
    {.name = "RegexFullMatch", .meaning = Moves{match_shape}, .since = 20},
    {.name = "StringConcat", .meaning = kConcat, .since = 20},
    {.name = "StringNormalizer", .meaning = Moves{normalizer_shape}, .since = 10},
    {.name = "StringSplit", .meaning = Moves{split_shape}, .since = 20},
    {.name = "TfIdfVectorizer",
     .meaning = Rules{tf_idf_shape, tf_idf_work},
     .since = 9,
     .cost = "counts are integers; with mode TFIDF 1 mul per output element"},
};

}  // namespace

Family families::text() { return {"", "text", kTextRows}; }

}  // namespace macroscope
