// Declared extents: which size does a dimension of a model mean (a number, a symbol, an expression, one without a name)?
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <string_view>

#include "analyzer/network/network.h"
#include "frontends/onnx/reader/model_view.h"
#include "frontends/onnx/reader/name_hash.h"
#include "frontends/onnx/reader/reporter.h"

namespace macroscope::onnx {

/// Reads dim_param texts.  One is an expression only if it parses as one and looks meant as one: each of its names is a dim_param of its
/// own elsewhere, or it holds a number, a call or an operator between spaces.  `past + 1` is an expression, `batch-size` a name.
class Extents {
 public:
  Extents(SymbolTable& symbols, Reporter& reporter) : symbols_(symbols), reporter_(reporter) {}

  /// Names that stand alone as a dim_param anywhere in the model; to be called before any type is read.
  void collect_names(const ModelView& model);

  /// The type of an input: every extent that is not said is a symbol of its own.
  Type input_type(const TypeView& type, std::string_view tensor) { return type_of(type, tensor, true); }
  /// The type that a value is declared to have; an extent of -1 says nothing.
  Type declared_type(const TypeView& type, std::string_view tensor) { return type_of(type, tensor, false); }

 private:
  void collect_names(const GraphView& graph);
  void collect_names(const List<NodeView>& nodes);
  void collect_names(const TypeView& type);
  Type type_of(const TypeView& type, std::string_view tensor, bool is_input);
  Shape shape_of(const TypeView& type, std::string_view tensor, bool is_input);
  Dim extent_of(const DimensionView& dimension, std::string_view tensor, std::size_t axis, bool is_input);
  Dim named(std::string_view text);
  Dim read(std::string_view text);
  [[nodiscard]] bool is_meant_as_expression(std::string_view text, const Dim& expression) const;

  SymbolTable& symbols_;
  Reporter& reporter_;
  boost::unordered_flat_set<std::string_view, NameHash> names_;
  boost::unordered_flat_map<std::string_view, Dim, NameHash> read_;
};

}  // namespace macroscope::onnx
