// What does the model consist of?  One walk over the wire format makes the tree of views.
#pragma once

#include <string_view>
#include <vector>

#include "frontends/onnx/arena.h"
#include "frontends/onnx/model_view.h"
#include "frontends/onnx/text_pool.h"
#include "frontends/onnx/wire.h"

namespace macroscope::onnx {

/// Nothing of the tree points into the file: it has texts and lists of its own.  Reads each message into a struct that may hold an earlier part of it already: where protobuf merges two occurrences of a
/// submessage, the second one is read into the same struct.
class Walker {
 public:
  /// Texts and lists of numbers, texts and dims are made in `lists`, the structs of the tree in `tree`.
  Walker(Wire& wire, Arena& tree, Arena& lists) noexcept : wire_(wire), tree_(tree), lists_(lists), kept_texts_(lists) {}

  /// \throws ReadError, protozero::exception
  void read_model(ModelView& model);

 private:
  struct AttributeFields;

  Text text(Span span);
  void read_graph(Span span, GraphView& graph);
  void read_function(Span span, FunctionView& function);
  void read_node(Span span, NodeView& node);
  EntryView read_entry(Span span);
  OperatorSetView read_operator_set(Span span);

  AttributeView read_attribute(Span span);
  void read_attribute_value(Field field, Span value, AttributeFields& fields);
  void read_floats(Field field, std::uint64_t end, Collector<float>& floats);
  void read_integers(Field field, std::uint64_t end, Collector<std::int64_t>& integers);

  void read_tensor(Span span, TensorView& tensor);
  void read_sparse_tensor(Span span, SparseTensorView& tensor);
  void read_raw(Span value, TensorView& tensor);
  void read_list(Field field, PayloadView::Field list, std::uint64_t end, TensorView& tensor);
  void add_piece(Span value, std::uint64_t fewest, std::uint64_t most, TensorView& tensor);

  void read_value_info(Span span, ValueInfoView& info);
  void read_type(Span span, TypeView& type);
  void read_type_content(Span span, TypeView& type);
  void read_shape(Span span, TypeView& type);
  DimensionView read_dimension(Span span);

  Wire& wire_;
  Arena& tree_;
  Arena& lists_;
  TextPool kept_texts_;
  // Elements of lists whose messages are being read; messages nest, so these are stacks.
  std::vector<Text> texts_;
  std::vector<Text> more_texts_;
  std::vector<std::int64_t> integers_;
  std::vector<float> floats_;
  std::vector<EntryView> entries_;
  std::vector<AttributeView> attributes_;
  std::vector<DimensionView> dimensions_;
  std::vector<const TensorView*> tensors_;
  std::vector<const GraphView*> graphs_;
  std::vector<const SparseTensorView*> sparse_tensors_;
  std::vector<const TypeView*> types_;
};

}  // namespace macroscope::onnx
