#include "frontends/onnx/import/extents.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "analyzer/algebra/characters.h"

namespace macroscope::onnx {
namespace {

/// A declared extent that says nothing, as passes understand it.
constexpr std::int64_t kUndeclared = -1;
/// A longer text is no expression that anybody wrote.
constexpr std::size_t kLongestExpression = 1000;

bool is_identifier(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), is_word);
}

/// Exporters write these where they know no name.
bool says_nothing(std::string_view text) { return text.empty() || text == "?" || text == "None"; }

bool holds_number_or_call(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool follows_name = at > 0 && (is_letter(text[at - 1]) || is_digit(text[at - 1]));
    if (is_digit(text[at]) && !follows_name) return true;
    if (text[at] == '(' && follows_name) return true;
    // The digits of a name belong to it.
    while (is_letter(text[at]) && at + 1 < text.size() && (is_letter(text[at + 1]) || is_digit(text[at + 1]))) ++at;
  }
  return false;
}

bool holds_spaced_operator(std::string_view text) {
  for (const std::string_view spaced : {" + ", " - ", " * ", " / ", " // ", " % ", " ^ ", " ** "})
    if (text.find(spaced) != std::string_view::npos) return true;
  return false;
}

Kind kind_of(TypeView::Kind kind) {
  switch (kind) {
    case TypeView::Kind::tensor:
      return Kind::tensor;
    case TypeView::Kind::sparse_tensor:
      return Kind::sparse;
    case TypeView::Kind::sequence:
      return Kind::sequence;
    case TypeView::Kind::optional:
      return Kind::optional;
    case TypeView::Kind::map:
      return Kind::map;
    case TypeView::Kind::none:
    case TypeView::Kind::opaque:
      break;
  }
  return Kind::unknown;
}

}  // namespace

void Extents::collect_names(const ModelView& model) {
  collect_names(*model.graph);
  for (const FunctionView& function : model.functions) {
    for (const ValueInfoView& value : function.value_infos) collect_names(value.type);
    collect_names(function.nodes);
  }
}

void Extents::collect_names(const GraphView& graph) {
  for (const auto* values : {&graph.inputs, &graph.outputs, &graph.value_infos})
    for (const ValueInfoView& value : *values) collect_names(value.type);
  collect_names(graph.nodes);
}

void Extents::collect_names(const List<NodeView>& nodes) {
  for (const NodeView& node : nodes)
    for (const AttributeView& attribute : node.attributes)
      if (const auto* graph = std::get_if<const GraphView*>(&attribute.content)) collect_names(**graph);
}

void Extents::collect_names(const TypeView& type) {
  for (const DimensionView& dimension : type.dims)
    if (const Text* text = std::get_if<Text>(&dimension); text != nullptr && is_identifier(*text)) names_.insert(text->view());
  if (type.element != nullptr) collect_names(*type.element);
}

Type Extents::type_of(const TypeView& view, std::string_view tensor, bool is_input) {
  Type type;
  type.kind = kind_of(view.kind);
  (type.kind == Kind::map ? type.key : type.dtype) = data_type_of(view.element_type);
  if (view.has_shape) type.shape = shape_of(view, tensor, is_input);
  if (view.element != nullptr) type.element = std::make_shared<const Type>(type_of(*view.element, tensor, is_input));
  return type;
}

Shape Extents::shape_of(const TypeView& view, std::string_view tensor, bool is_input) {
  std::vector<Dim> dims;
  dims.reserve(view.dims.size());
  for (const DimensionView& dimension : view.dims) dims.push_back(extent_of(dimension, tensor, dims.size(), is_input));
  return Shape(dims);
}

Dim Extents::extent_of(const DimensionView& dimension, std::string_view tensor, std::size_t axis, bool is_input) {
  Dim extent = kUndeclared;
  if (const auto* number = std::get_if<std::int64_t>(&dimension)) {
    extent = *number;
  } else if (const Text* text = std::get_if<Text>(&dimension); text != nullptr && !says_nothing(*text)) {
    extent = named(*text);
  }
  const auto number = extent.number();
  if (!number || *number > 0) return extent;
  if (*number == 0 && is_input) {
    reporter_.warning("empty-input",
                      fmt::format("axis {} of input '{}' has the extent 0: what depends on it counts nothing", axis, tensor), {},
                      "where the size is open, declare a name for it");
    return extent;
  }
  if (*number < kUndeclared)
    reporter_.error("negative-dim", fmt::format("axis {} of '{}' is declared to have the extent {}", axis, tensor, *number), {},
                    "an extent is a number of at least 0, or a name");
  // 0 is what many exporters write for a result's extent that they leave open.
  if (!is_input) return kUndeclared;
  return symbols_.fresh(fmt::format("{}_dim_{}", tensor, axis), SymbolOrigin::input);
}

Dim Extents::named(std::string_view text) {
  if (const auto known = read_.find(text); known != read_.end()) return known->second;
  return read_.emplace(text, read(text)).first->second;
}

Dim Extents::read(std::string_view text) {
  if (is_identifier(text) || text.size() > kLongestExpression) return symbols_.named(text);
  const auto parsed = Dim::parse(text);
  const Dim* expression = std::get_if<Dim>(&parsed);
  if (expression == nullptr || !is_meant_as_expression(text, *expression)) return symbols_.named(text);
  // The names in it are the model's; the table says how each is spelled in expressions.
  Bindings spelled;
  for (const std::string& name : expression->symbols()) {
    Dim symbol = symbols_.named(name);
    if (symbol != Dim::symbol(name)) spelled.emplace(name, std::move(symbol));
  }
  return spelled.empty() ? *expression : expression->substitute(spelled);
}

bool Extents::is_meant_as_expression(std::string_view text, const Dim& expression) const {
  if (holds_number_or_call(text) || holds_spaced_operator(text)) return true;
  const auto symbols = expression.symbols();
  return std::all_of(symbols.begin(), symbols.end(),
                     [this](const std::string& name) { return names_.contains(std::string_view(name)); });
}

}  // namespace macroscope::onnx
