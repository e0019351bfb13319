// Views of a model file: what does it say, as it is on the wire?  Plain structs of views into the reader's arenas; no payload of a weight.
//
// One struct a message of onnx-ml.proto, with the fields that an analysis reads.  What is absent has the schema's default.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "frontends/onnx/wire/arena.h"
#include "frontends/onnx/wire/onnx_fields.h"

namespace macroscope::onnx {

struct EntryView {
  Text key;
  Text value;
};

struct OperatorSetView {
  Text domain;
  std::int64_t version = 0;
};

/// A size, a name, or nothing.
using DimensionView = std::variant<std::monostate, std::int64_t, Text>;

struct TypeView {
  enum class Kind : std::uint8_t { none, tensor, sequence, map, optional, sparse_tensor, opaque };
  Kind kind = Kind::none;
  bool has_shape = false;
  /// TensorProto.DataType of a tensor's elements, or of a map's keys.
  std::int32_t element_type = 0;
  Array<DimensionView> dims;
  /// Of a sequence, optional or map; null where it is not said.
  TypeView* element = nullptr;
};

struct ValueInfoView {
  Text name;
  TypeView type;
  /// PyTorch's word for what an initializer was in the module: PARAMETER, BUFFER, CONSTANT_TENSOR ...
  Text signature_kind;
};

/// A piece of the file that holds elements.
struct PieceView {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  /// A copy of short pieces; null for others.
  const char* bytes = nullptr;
};

/// Where a tensor's elements stand: a piece for each piece of a list that is not packed, or packed in several pieces.
struct PayloadView {
  enum class Field : std::uint8_t { none, raw, floats, int32s, int64s, doubles, uint64s, strings };
  Field field = Field::none;
  /// More than one of the fields is filled.
  bool is_ambiguous = false;
  /// There are more than kMaxPieces pieces, of which the rest is only counted.
  bool is_in_too_many_pieces = false;
  PieceView first;
  Array<PieceView> more;
  /// Number of elements (of raw: bytes); a long list of varints, which is not read, only bounds it.
  std::uint64_t fewest = 0;
  std::uint64_t most = 0;
  static constexpr std::uint64_t kMaxPieces = 4096;
};

struct TensorView {
  Text name;
  Array<std::int64_t> dims;
  std::int32_t data_type = 0;
  bool is_external = false;
  bool is_segment = false;
  PayloadView payload;
  Array<EntryView> external;
};

struct SparseTensorView {
  TensorView values;
  TensorView indices;
  Array<std::int64_t> dims;
};

struct GraphView;

/// The attribute of a function's caller that gives the value.
struct ReferenceView {
  Text name;
};

/// A text too long to be of use: not read.
struct LongTextView {
  std::uint64_t length = 0;
};

struct AttributeView {
  using Content =
      std::variant<std::monostate, std::int64_t, float, Text, LongTextView, ReferenceView, const TensorView*, const GraphView*,
                   const SparseTensorView*, const TypeView*, Array<std::int64_t>, Array<float>, Array<Text>,
                   Array<const TensorView*>, Array<const GraphView*>, Array<const SparseTensorView*>, Array<const TypeView*>>;
  Text name;
  /// What `type` says, or, in files that have none, the one field that is there.  monostate where that field is missing.
  Content content;
};

struct NodeView {
  Text name;
  Text op_type;
  Text domain;
  Text overload;
  Array<Text> inputs;
  Array<Text> outputs;
  Array<AttributeView> attributes;
  Array<EntryView> metadata;
};

struct GraphView {
  Text name;
  List<NodeView> nodes;
  List<TensorView> initializers;
  List<SparseTensorView> sparse_initializers;
  List<ValueInfoView> inputs;
  List<ValueInfoView> outputs;
  List<ValueInfoView> value_infos;
};

struct FunctionView {
  Text name;
  Text domain;
  Text overload;
  Array<Text> inputs;
  Array<Text> outputs;
  Array<Text> attribute_names;
  Array<AttributeView> attribute_defaults;
  List<NodeView> nodes;
  List<ValueInfoView> value_infos;
  Array<OperatorSetView> operator_sets;
};

struct ModelView {
  std::optional<std::int64_t> ir_version;
  Text producer_name;
  Text producer_version;
  Text domain;
  std::optional<std::int64_t> model_version;
  GraphView* graph = nullptr;
  List<FunctionView> functions;
  List<OperatorSetView> operator_sets;
  List<EntryView> metadata;
};

}  // namespace macroscope::onnx
