// What a node's attributes become in a network.
#include <fmt/format.h>

#include <algorithm>
#include <boost/container/small_vector.hpp>

#include "frontends/onnx/import/graph_import.h"

namespace macroscope::onnx {
namespace {

/// How diagnostics name a nested graph: `then` for `then_branch`.
std::string role_of(std::string_view attribute) {
  constexpr std::string_view kBranch = "_branch";
  if (attribute.ends_with(kBranch)) attribute.remove_suffix(kBranch.size());
  return std::string(attribute);
}

}  // namespace

std::span<const Attribute> GraphImport::attributes_of(const NodeView& view, const Node& node, GraphDraft& draft) {
  boost::container::small_vector<Attribute, 8> attributes;
  attributes.reserve(view.attributes.size());
  for (const AttributeView& attribute : view.attributes) {
    const auto is_same = [&](const Attribute& earlier) { return earlier.name == attribute.name.view(); };
    // Nodes have few attributes; of thousands, only neighbours are compared.
    constexpr std::size_t kCompared = 64;
    const auto first = attributes.end() - static_cast<std::ptrdiff_t>(std::min(attributes.size(), kCompared));
    if (std::any_of(first, attributes.end(), is_same))
      reporter_.error("duplicate-attribute", fmt::format("the attribute '{}' is given twice", attribute.name.view()),
                      origin_of(draft, node));
    attributes.push_back(attribute_of(attribute, node, &draft));
  }
  return attribute_lists_.keep({attributes.data(), attributes.size()});
}

template <typename View>
Attribute::Content GraphImport::stored_content(const View& tensor, const Origin& origin) {
  const auto stored = stored_.import(tensor, origin);
  if (!stored) return OpaqueAttribute{};
  return network_.keep(std::span<const StoredTensor>(&*stored, 1)).data();
}

Attribute GraphImport::attribute_of(const AttributeView& view, const Node& node, GraphDraft* draft) {
  struct Visitor {
    GraphImport& import;
    const AttributeView& view;
    const Node& node;
    GraphDraft* draft;
    using Content = Attribute::Content;

    [[nodiscard]] Origin origin() const { return draft == nullptr ? Origin{} : Origin{origin_of(*draft, node)}; }
    Content operator()(std::monostate) const {
      import.reporter_.error(
          "bad-attribute", fmt::format("the attribute '{}' holds no value of the type that it says", view.name.view()), origin());
      return OpaqueAttribute{};
    }
    Content operator()(std::int64_t number) const { return number; }
    Content operator()(float number) const { return static_cast<double>(number); }
    Content operator()(Text text) const { return text.view(); }
    Content operator()(ReferenceView reference) const { return AttributeReference{reference.name}; }
    Content operator()(const Array<std::int64_t>& list) const { return list.span(); }
    Content operator()(const Array<float>& list) const { return list.span(); }
    Content operator()(const Array<Text>& list) const {
      const std::vector<std::string_view> texts(list.begin(), list.end());
      return import.network_.keep(std::span<const std::string_view>(texts));
    }
    Content operator()(const TensorView* tensor) const { return import.stored_content(*tensor, origin()); }
    Content operator()(const SparseTensorView* tensor) const { return import.stored_content(*tensor, origin()); }
    Content operator()(const GraphView* graph) const {
      const std::string outer = draft == nullptr || draft->scope.empty() ? "" : draft->scope + "/";
      return import.import_graph(*graph, draft, fmt::format("{}node[{}].{}", outer, node.file_index, role_of(view.name)));
    }
    Content operator()(const TypeView* type) const {
      return &import.types_.emplace_back(import.extents_.declared_type(*type, view.name));
    }
    // No operator of ONNX has a list of tensors, graphs or types, and none reads a text of a megabyte.
    Content operator()(LongTextView) const { return OpaqueAttribute{}; }
    Content operator()(const Array<const TensorView*>&) const { return OpaqueAttribute{}; }
    Content operator()(const Array<const GraphView*>&) const { return OpaqueAttribute{}; }
    Content operator()(const Array<const SparseTensorView*>&) const { return OpaqueAttribute{}; }
    Content operator()(const Array<const TypeView*>&) const { return OpaqueAttribute{}; }
  };
  return {view.name, std::visit(Visitor{*this, view, node, draft}, view.content)};
}

}  // namespace macroscope::onnx
