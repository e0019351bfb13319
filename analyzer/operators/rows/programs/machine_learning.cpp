// The operators of ai.onnx.ml that encode features; classifiers and regressors are in machine_learning_models.cpp.
#include <algorithm>
#include <memory>

#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"

namespace macroscope {
namespace {

DataType always_float(const OpContext&, std::size_t) { return DataType::float32; }

constexpr Lines kBinarizer{.text = "Y[i..] = X[i..] > threshold"};
constexpr Lines kImputer{.text = "Y[i..] = Where(Equal(X[i..], missing), replacement, X[i..])"};
constexpr Lines kScaler{.text = "Y[i..] = (X[i..] - offset) * scale", .dtype = always_float};
/// Rows are divided by their largest, summed or square-summed element.
constexpr Lines kNormalizer{
    .text =
        "x[i..] = Cast(X[i..]); when norm='L1': r[i/axis:=1..] += Abs(x[i..]);"
        "when norm='L2': s[i/axis:=1..] += Mul(x[i..], x[i..]); when norm='L2': r[i/axis:=1..] = Sqrt(s[i/axis:=1..]);"
        "when not norm='L1', not norm='L2': r[i/axis:=1..] max= Abs(x[i..]); Y[i..] = x[i..] / r[i/axis:=1..]",
    .check =
        [](const OpContext& context) {
          choice(context, "norm", "MAX", {"MAX", "L1", "L2"});
        },
    .dtype = always_float};

/// Along the last axis, as many as there are indices.
std::vector<Fact> feature_extractor_shape(const OpContext& context) {
  require_inputs(context, 2);
  const Shape& data = context.shape(0);
  if (!data.known()) return {Fact::tensor(context.dtype(0))};
  require_rank_at_least(context, 0, 1);
  std::vector<Dim> dims(data.begin(), data.end());
  dims.back() = context.shape(1).known() ? context.shape(1).elements() : fresh_extent(context, 0, data.rank() - 1);
  if (dims.size() == 1) dims.insert(dims.begin(), 1);
  return {Fact::tensor(context.dtype(0), Shape(dims))};
}

std::vector<Fact> category_mapper_shape(const OpContext& context) {
  require_inputs(context, 1);
  const auto strings = context.text_list("cats_strings");
  const auto integers = context.integer_list("cats_int64s");
  require(strings && integers, "bad-attribute", "cats_strings and cats_int64s must be given");
  require(strings->size() == integers->size(), "bad-attribute", "{} cats_strings and {} cats_int64s differ in number",
          strings->size(), integers->size());
  const DataType mapped = context.dtype(0) == DataType::string ? DataType::int64 : DataType::string;
  return {Fact::tensor(context.dtype(0) == DataType::unknown ? DataType::unknown : mapped, context.shape(0))};
}

DataType label_type(const OpContext& context) {
  constexpr std::int64_t kTablesSince = 2;
  if (context.version() < kTablesSince) return context.dtype(0) == DataType::string ? DataType::int64 : DataType::string;
  if (context.has_attribute("values_strings")) return DataType::string;
  if (context.has_attribute("values_int64s")) return DataType::int64;
  if (context.has_attribute("values_floats")) return DataType::float32;
  const StoredTensor* values = context.tensor("values_tensor");
  require(values != nullptr, "bad-attribute", "one of values_strings, values_int64s, values_floats, values_tensor must be given");
  return values->dtype;
}

std::vector<Fact> label_encoder_shape(const OpContext& context) {
  require_inputs(context, 1);
  return {Fact::tensor(label_type(context), context.shape(0))};
}

std::size_t category_count(const OpContext& context, std::string_view integers, std::string_view strings) {
  const auto numbers = context.integer_list(integers);
  const auto texts = context.text_list(strings);
  require(numbers.has_value() != texts.has_value(), "bad-attribute", "one of {} and {} must be given", integers, strings);
  return numbers ? numbers->size() : texts->size();
}

std::vector<Fact> one_hot_shape(const OpContext& context) {
  require_inputs(context, 1);
  const std::size_t categories = category_count(context, "cats_int64s", "cats_strings");
  if (!context.shape(0).known()) return {Fact::tensor(DataType::float32)};
  std::vector<Dim> dims(context.shape(0).begin(), context.shape(0).end());
  dims.push_back(Dim::of_size(categories));
  return {Fact::tensor(DataType::float32, Shape(dims))};
}

std::vector<Fact> feature_vectorizer_shape(const OpContext& context) {
  require_inputs(context, 1);
  const auto widths = context.integer_list("inputdimensions");
  Dim rows = 1;
  Dim width;
  bool known = true;
  for (std::size_t index = 0; index < context.input_count(); ++index) {
    const Shape& shape = context.shape(index);
    known = known && shape.known() && shape.rank() >= 1;
    if (!known) break;
    if (shape.rank() > 1) rows = shape[0];
    width += widths && index < widths->size() ? Dim((*widths)[index]) : shape[shape.rank() - 1];
  }
  return {Fact::tensor(DataType::float32, known ? Shape{rows, width} : Shape::unknown())};
}

std::vector<Fact> cast_map_shape(const OpContext& context) {
  require_inputs(context, 1);
  const std::string_view to = choice(context, "cast_to", "TO_FLOAT", {"TO_FLOAT", "TO_INT64", "TO_STRING"});
  const DataType type = to == "TO_FLOAT" ? DataType::float32 : to == "TO_INT64" ? DataType::int64 : DataType::string;
  const bool is_sparse = choice(context, "map_form", "DENSE", {"DENSE", "SPARSE"}) == "SPARSE";
  return {Fact::tensor(type, checked_shape({1, is_sparse ? Dim(context.integer("max_map", 1)) : fresh_extent(context, 0, 1)}))};
}

std::vector<Fact> dictionary_shape(const OpContext& context) {
  require_inputs(context, 1);
  const Type& map = context.input(0).type;
  const std::size_t words = category_count(context, "int64_vocabulary", "string_vocabulary");
  return {Fact::tensor(map.element ? map.element->dtype : DataType::unknown, Shape{1, Dim::of_size(words)})};
}

std::vector<Fact> zip_map_shape(const OpContext& context) {
  require_inputs(context, 1);
  const bool by_text = context.has_attribute("classlabels_strings");
  category_count(context, "classlabels_int64s", "classlabels_strings");
  Type map;
  map.kind = Kind::map;
  map.key = by_text ? DataType::string : DataType::int64;
  map.element = std::make_shared<const Type>(Type::tensor(DataType::float32, Shape()));
  return {Fact{Type::sequence_of(std::move(map)), {}}};
}

constexpr Operator kMachineLearningRows[] = {
    {"ArrayFeatureExtractor", Moves{feature_extractor_shape}, "data constant"},
    {.name = "Binarizer", .meaning = line_body<kBinarizer>},
    {"CastMap", Moves{cast_map_shape}},
    {"CategoryMapper", Moves{category_mapper_shape}},
    {"DictVectorizer", Moves{dictionary_shape}},
    {"FeatureVectorizer", Moves{feature_vectorizer_shape}},
    {.name = "Imputer", .meaning = line_body<kImputer>},
    {"LabelEncoder", Moves{label_encoder_shape}},
    {.name = "Normalizer", .meaning = line_body<kNormalizer>},
    {"OneHotEncoder", Moves{one_hot_shape}},
    {.name = "Scaler", .meaning = line_body<kScaler>},
    {"ZipMap", Moves{zip_map_shape}},
};

}  // namespace

Family families::machine_learning() { return {"ai.onnx.ml", "features", kMachineLearningRows}; }

}  // namespace macroscope
