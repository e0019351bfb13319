// Walk over the file: what does the model consist of?  One walk over the wire format makes the tree of views.
#pragma once

#include <cstdint>
#include <vector>

#include "frontends/onnx/reader/model_view.h"
#include "frontends/onnx/reader/recent_copies.h"
#include "frontends/onnx/wire/arena.h"
#include "frontends/onnx/wire/wire.h"

namespace macroscope::onnx {

/// Nothing of the tree points into the file: it has texts and lists of its own.  Reads each message into a struct that may hold an earlier
/// part of it already: where protobuf merges two occurrences of a submessage, the second one is read into the same struct.
class Walker {
 public:
  /// Texts and lists of numbers, texts and dims are made in `lists`, the structs of the tree in `tree`.
  Walker(Wire& wire, Arena& tree, Arena& lists) noexcept
      : wire_(wire), tree_(tree), lists_(lists), kept_texts_(lists), kept_lists_(lists), kept_attributes_(lists) {}

  /// \throws ReadError, protozero::exception
  void read_model(ModelView& model);

 private:
  struct AttributeFields;

  /// A text from the position on, which is inside a message that ends at `end`.
  Text text(std::uint64_t end) { return keep_text(wire_.bytes(end)); }
  Text keep_text(Span span) {
    const Text kept = kept_texts_.keep(wire_.view(span));
    wire_.skip(span);
    return kept;
  }
  /// The same for one that is unlikely to stand nearby a second time.
  Text lone_text(std::uint64_t end) {
    const Span span = wire_.bytes(end);
    const Text copy(lists_, wire_.view(span));
    wire_.skip(span);
    return copy;
  }
  void read_graph(Span span, GraphView& graph);
  void read_function(Span span, FunctionView& function);
  void read_node(Span span, NodeView& node);
  EntryView read_entry(Span span);
  OperatorSetView read_operator_set(Span span);

  AttributeView read_attribute(Span span);
  void read_fields(Span span, AttributeFields& fields);
  void read_text(Span value, AttributeFields& fields);
  /// A number of a list, or, where the tag says so, a packed list of them.
  void read_floats(Tag tag, std::uint64_t end, std::vector<float>& floats);
  void read_integers(Tag tag, std::uint64_t end, Collector<std::int64_t>& integers);

  void read_tensor(Span span, TensorView& tensor);
  void read_sparse_tensor(Span span, SparseTensorView& tensor);
  void read_raw(Span value, TensorView& tensor);
  void read_element(Tag tag, std::uint64_t end, TensorView& tensor);
  void read_packed(Tag tag, Span value, TensorView& tensor);
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
  ListPool kept_lists_;
  AttributePool kept_attributes_;
  /// Integers of the lists that are being read; messages nest, so this is a stack.
  std::vector<std::int64_t> integers_;
};

}  // namespace macroscope::onnx
