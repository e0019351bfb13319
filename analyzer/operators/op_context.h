// Context of a rule: what does a rule see of the node it is asked about?
//
// An OpContext is one node in one place: its operands as far as they are known, its attributes with a function's references resolved, the
// version of its operator set, and what a rule may do besides returning a result: name a size that only the data can tell, record an
// assumption, look into a nested graph.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/network/assumption.h"
#include "analyzer/network/attributes.h"
#include "analyzer/network/network.h"
#include "analyzer/operators/rule_error.h"

namespace macroscope {

class OpContext;

/// How the works of a node's nested graphs make up the node's own.
enum class Nesting : std::uint8_t {
  sum,         // function bodies, loops: iterations times the body, added up
  alternative  // branches: per quantity the dearest
};

/// What a node's surroundings do for its rule.
class InferenceHooks {
 public:
  virtual ~InferenceHooks() = default;
  virtual Dim fresh(std::string_view name, SymbolOrigin origin) = 0;
  virtual void assume(Assumption assumption) = 0;
  virtual void remember(Dim quantity) = 0;
  virtual void report(const OpContext& context, Severity severity, std::string_view code, std::string message,
                      std::string help) = 0;
  /// Infers a nested graph for these inputs and returns what its outputs are.  `role` names it in reports (`then`, `body`).
  virtual std::vector<Fact> enter(const OpContext& context, GraphId graph, std::vector<Fact> inputs, std::string_view role,
                                  Dim iterations, Nesting nesting) = 0;
};

using Sizes = boost::container::small_vector<Dim, 6>;

class OpContext {
 public:
  OpContext(const Network& network, const Graph& graph, const Node& node, std::int64_t version, std::span<const Fact> facts,
            std::span<const Attribute> caller_attributes, InferenceHooks* hooks, std::span<const Dim> remembered = {}) noexcept
      : network_(&network),
        graph_(&graph),
        node_(&node),
        version_(version),
        facts_(facts),
        caller_attributes_(caller_attributes),
        hooks_(hooks),
        remembered_(remembered) {}

  [[nodiscard]] const Network& network() const noexcept { return *network_; }
  [[nodiscard]] const Node& node() const noexcept { return *node_; }
  /// Version of the operator set of the node's domain.
  [[nodiscard]] std::int64_t version() const noexcept { return version_; }

  // Operands.  An operand that is left out, or past the last, is a Fact of kind unknown.
  [[nodiscard]] std::size_t input_count() const noexcept { return node_->inputs.size(); }
  [[nodiscard]] bool has_input(std::size_t index) const noexcept;
  [[nodiscard]] const Fact& input(std::size_t index) const noexcept;
  [[nodiscard]] const Shape& shape(std::size_t index) const noexcept { return input(index).type.shape; }
  [[nodiscard]] DataType dtype(std::size_t index) const noexcept { return input(index).type.dtype; }
  [[nodiscard]] std::string_view input_name(std::size_t index) const noexcept;
  /// The shape, for rules that can do nothing without it. \throws Unknown; RuleError if the operand is left out.
  [[nodiscard]] const Shape& known_shape(std::size_t index) const;

  // Contents of operands.
  /// Integer content, elements possibly unknown; null where nothing is known.
  [[nodiscard]] const Integers* integers(std::size_t index) const noexcept;
  /// Integer content if every element is a plain number.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> numbers(std::size_t index) const;
  /// Integer content of one element, if that is known.
  [[nodiscard]] std::optional<Dim> scalar(std::size_t index) const;

  /// Which taps of a stored operand are known to be zero.
  [[nodiscard]] TapMask mask_of(std::size_t index) const noexcept;

  // Results.
  [[nodiscard]] std::size_t output_count() const noexcept { return node_->outputs.size(); }
  [[nodiscard]] bool has_output(std::size_t index) const noexcept;
  [[nodiscard]] std::string_view output_name(std::size_t index) const noexcept;
  /// What the shapes pass found for an output; for work rules only.
  [[nodiscard]] const Fact& output(std::size_t index) const noexcept;
  /// What the shape rule remembered, in order; for work rules only. \throws Unknown if it did not come that far
  [[nodiscard]] const Dim& remembered(std::size_t index) const;

  // Attributes; a wrong kind is a RuleError `bad-attribute`.
  [[nodiscard]] NodeAttributes attributes() const noexcept { return {*node_, caller_attributes_}; }
  [[nodiscard]] const Attribute* attribute(std::string_view name) const noexcept { return attributes().find(name); }
  [[nodiscard]] bool has_attribute(std::string_view name) const noexcept { return attribute(name) != nullptr; }
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise) const {
    return integer(name).value_or(otherwise);
  }
  /// An integer that may be an expression in symbols.
  [[nodiscard]] std::optional<Dim> size(std::string_view name) const;
  [[nodiscard]] Dim size(std::string_view name, const Dim& otherwise) const { return size(name).value_or(otherwise); }
  [[nodiscard]] double real(std::string_view name, double otherwise) const;
  [[nodiscard]] std::string_view text(std::string_view name, std::string_view otherwise) const;
  [[nodiscard]] std::optional<std::span<const std::int64_t>> integer_list(std::string_view name) const;
  /// Integers of which some may be expressions in symbols.
  [[nodiscard]] std::optional<Sizes> size_list(std::string_view name) const;
  [[nodiscard]] std::optional<std::span<const float>> real_list(std::string_view name) const;
  [[nodiscard]] std::optional<std::span<const std::string_view>> text_list(std::string_view name) const;
  [[nodiscard]] const StoredTensor* tensor(std::string_view name) const;
  [[nodiscard]] std::optional<GraphId> nested_graph(std::string_view name) const;
  /// Every attribute of the node with references resolved, for what the node calls.
  [[nodiscard]] std::vector<Attribute> resolved_attributes() const;

  // What a rule may do; for shape rules only.
  /// A size that only the data can tell, named after output `index` (and `suffix`).
  [[nodiscard]] Dim fresh(std::size_t index, std::string_view suffix = {}, SymbolOrigin origin = SymbolOrigin::data) const;
  /// The same under a name of its own.
  [[nodiscard]] Dim fresh_named(std::string_view name, SymbolOrigin origin) const;
  /// Work rules bind the same nests again: what is assumed then was recorded when the shape was inferred.
  void assume(Assumption assumption) const {
    if (hooks_ != nullptr) hooks_->assume(std::move(assumption));
  }
  /// Keeps a quantity that no shape tells (how often a decoder runs) for the work rule, which finds it in remembered().
  void remember(Dim quantity) const {
    if (hooks_ != nullptr) hooks_->remember(std::move(quantity));
  }
  void warn(std::string_view code, std::string message, std::string help = {}) const {
    if (hooks_ != nullptr) hooks_->report(*this, Severity::warning, code, std::move(message), std::move(help));
  }
  /// \throws RuleError `shape-mismatch` if the two are never equal; records an assumption if that is not certain.
  void must_equal(const Dim& a, const Dim& b, std::string_view what) const;
  /// What the outputs of a nested graph are. \throws Unknown where nothing is inferred
  std::vector<Fact> enter(GraphId graph, std::vector<Fact> inputs, std::string_view role, Dim iterations = 1,
                          Nesting nesting = Nesting::sum) const;

  /// An axis counted from either end as 0 .. rank - 1. \throws RuleError `bad-axis`
  static std::size_t axis_of(std::int64_t axis, std::size_t rank);

 private:
  const Network* network_;
  const Graph* graph_;
  const Node* node_;
  std::int64_t version_;
  std::span<const Fact> facts_;
  std::span<const Attribute> caller_attributes_;
  InferenceHooks* hooks_;
  std::span<const Dim> remembered_;
};

/// Number of elements of a tensor. \throws Unknown
Dim elements_of(const Fact& fact);

}  // namespace macroscope
