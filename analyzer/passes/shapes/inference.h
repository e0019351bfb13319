// Shape inference: how does the shapes pass walk the graphs?  Used by infer_shapes() and by GrowingShapes alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analyzer/operators/op_context.h"
#include "analyzer/passes/shapes/class_search.h"
#include "analyzer/passes/shapes/declarations.h"
#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

/// Where a node stands, for what there is to say of it.
[[nodiscard]] NodeOrigin origin_of(const Scope& scope, const Node& node);

/// An input of so few numbers that it is a setting rather than data: the user may give its value by name.
[[nodiscard]] bool may_be_given_by_name(const Type& type);

class Inference : public InferenceHooks {
 public:
  Inference(Network& network, const Bindings& bindings, Shapes& shapes, Diagnostics& diagnostics)
      : network_(network), bindings_(bindings), shapes_(shapes), diagnostics_(diagnostics) {}

  void run_main();

  /// For a graph that grows: a scope of it, and one node after another.
  ScopeId begin(GraphId graph) { return open_scope(graph, {}, {}, network_.operator_sets); }
  void step(ScopeId scope, NodeId node);

  Dim fresh(std::string_view name, SymbolOrigin origin) override;
  void assume(Assumption assumption) override;
  void remember(Dim quantity) override;
  void report(const OpContext& context, Severity severity, std::string_view code, std::string message, std::string help) override;
  std::vector<Fact> enter(const OpContext& context, GraphId graph, std::vector<Fact> inputs, std::string_view role,
                          Dim iterations, Nesting nesting) override;

 private:
  struct AssumptionHash {
    std::size_t operator()(const Assumption& assumption) const noexcept { return assumption.hash(); }
  };
  /// Where the walk stands.
  struct Position {
    ScopeId scope = 0;
    NodeId node = 0;
  };

  ScopeId open_scope(GraphId graph, std::string path, std::vector<Attribute> attributes,
                     std::span<const OperatorSet> operator_sets);
  void run(ScopeId id, const std::vector<Fact>& inputs, const Scope* outer);
  void fill_inputs(const Graph& graph, Scope& scope, const std::vector<Fact>& inputs, const std::vector<const Type*>& declared);
  /// The content of an input of the model that the user gives by name: every element of it.
  void give_content(std::string_view input, Fact& fact);
  void note_input_symbols(const Type& type);
  void fill_stored(const Graph& graph, Scope& scope);
  void read_content(const Graph& graph, Scope& scope, TensorId tensor) const;
  void read_contents(const Graph& graph, Scope& scope, const Node& node, const Operator* row) const;
  /// What is known while a graph is walked from end to end.
  struct Walk {
    /// By TensorId what the model says of it, or null.
    std::vector<const Type*> declared;
    /// By TensorId: what nodes before this one read.
    std::vector<bool> was_read;
    ClassSearch classes;
  };
  /// \param walk null for a graph that grows: every node comes behind those that it reads, and nothing is declared
  void run_node(const Graph& graph, Scope& scope, NodeId id, Walk* walk);
  /// What the rule made of another node of the class; empty where the node is the first of one.
  static std::vector<Fact> results_of_class(const Graph& graph, Scope& scope, NodeId id, const Walk& walk);
  /// \param asked how often rules had asked for something before this node's did
  void note_class(const Graph& graph, Scope& scope, NodeId id, std::uint64_t asked, bool is_as_ruled, Walk& walk) const;
  /// What its rule, or the function that it calls, makes of a node; an error is reported and gives nothing.
  std::vector<Fact> results_of(const OpContext& context, Scope& scope, NodeId id, const Function* function);
  std::vector<Fact> results_of_if(const OpContext& context, Scope& scope, NodeId id);
  /// Of two branches the results of the one that can run, where the other cannot.
  std::vector<Fact> of_branch_that_runs(const OpContext& context, Scope& scope, NodeId id, std::vector<Fact> results);
  Type with_extents_named(Type type, std::string_view tensor);
  void reconcile(const Graph& graph, const Scope& scope, TensorId tensor, const Type& declared, Fact& fact);
  /// Lets go of a long content once too much has been followed in all.
  static void give_up(Scope& scope, NodeId node, std::vector<Fact>& results);
  void limit_content(Fact& fact);
  void note_spent_budget(const Scope& scope, const Node& node);
  std::vector<Fact> results_of_row(const OpContext& context, const Operator& row);
  /// \throws RuleError `bad-call` where the call does not fit the function
  void check_call(const OpContext& context, const Function& function) const;
  std::vector<Fact> call(const OpContext& context, const Function& function, bool internal);
  const Function& body_of(const Operator& row);
  std::vector<Fact> outputs_of(ScopeId id) const;
  void bind_known_symbols();
  void count_multiplicities();
  void report_unused_bindings();

  Network& network_;
  /// As given: by id or by name.
  const Bindings& bindings_;
  /// Those of them that the model's inputs name, by id.
  Bindings by_id_;
  Shapes& shapes_;
  Diagnostics& diagnostics_;
  std::vector<Position> positions_;
  /// Scopes in the order in which they were finished: callees before callers.
  std::vector<ScopeId> finished_;
  /// Symbols that the rule of the current node asked for; a declared extent takes their place.
  FreshSymbols fresh_;
  /// Symbols in the shapes of the model's inputs.
  std::set<std::string, std::less<>> input_symbols_;
  /// Names that tools made up, by the sizes that they turned out to be.
  Bindings made_up_;
  /// What was said of declared types.
  std::set<std::string, std::less<>> declared_reports_;
  /// Branches being inferred that are not known to run, outermost first; those of all in which a rule failed.
  std::vector<ScopeId> alternatives_;
  std::unordered_set<ScopeId> failed_;
  std::size_t errors_ = 0;
  /// A branch is being tried under an assumption: no other is inside it.
  bool is_trying_ = false;
  /// By function: the scopes it was called in so far, to find those of equal inputs.
  std::unordered_map<const Function*, std::unordered_multimap<std::size_t, std::pair<ScopeId, std::vector<Fact>>>> called_;
  std::unordered_map<const Operator*, std::unique_ptr<const Function>> bodies_;
  std::vector<const Function*> active_;
  std::unordered_set<Assumption, AssumptionHash> assumed_;
  std::unordered_set<std::string> used_bindings_;
  std::uint64_t nodes_run_ = 0;
  /// How often rules asked for what depends on more than their node's operands and attributes: names, nested graphs.
  std::uint64_t asked_ = 0;
  bool is_budget_noted_ = false;
  std::size_t elements_made_ = 0;
};

}  // namespace macroscope
