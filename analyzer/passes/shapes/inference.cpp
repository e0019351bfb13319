#include "analyzer/passes/shapes/inference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/container/small_vector.hpp>
#include <functional>
#include <utility>

#include "analyzer/algebra/work_budget.h"
#include "analyzer/network/attributes.h"
#include "analyzer/network/large_table.h"
#include "analyzer/operators/custom.h"
#include "analyzer/operators/notation/body.h"
#include "analyzer/operators/notation/nest.h"
#include "analyzer/operators/patterns.h"
#include "analyzer/operators/per_element.h"
#include "analyzer/passes/pass_budget.h"
#include "analyzer/passes/shapes/representable_size.h"

namespace macroscope {
namespace {

/// Floating contents are followed where they are as short as a list of scales; integers further, see Value::kMaxElements.
constexpr std::int64_t kMaxReals = 16;
/// Calls within calls, and nested graphs.
constexpr std::size_t kMaxDepth = 512;
/// Nodes inferred in all, each time a graph is: bounds models whose functions call each other with ever new inputs.
constexpr std::uint64_t kMaxNodesRun = 50'000'000;
/// Elements of contents that nodes make, in all: bounds the memory of models that spread out the same content again and again.
constexpr std::size_t kMaxElementsMade = std::size_t{1} << 21;
/// Contents as short as a shape's are followed in any case.
constexpr std::size_t kMaxShortContent = 64;

std::size_t hash_of(const std::vector<Fact>& facts) {
  std::size_t hash = facts.size();
  for (const Fact& fact : facts) {
    hash = hash * 31 + static_cast<std::size_t>(fact.type.dtype);
    if (!fact.type.shape.known()) continue;
    for (const Dim& dim : fact.type.shape) hash = hash * 31 + dim.hash();
  }
  return hash;
}

bool is_content_followed(const StoredTensor& stored) {
  if (stored.symbolic_shape != nullptr) return false;
  std::int64_t elements = 1;
  for (const std::int64_t dim : stored.dims) {
    if (dim == 0) return true;
    if (dim > static_cast<std::int64_t>(Value::kMaxElements) / elements) return false;
    elements *= dim;
  }
  return !is_floating(stored.dtype) || elements <= kMaxReals;
}

/// Shapes of stored tensors: models repeat a few of them many times, and equal ones are one.
class StoredShapes {
 public:
  Shape of(std::span<const std::int64_t> dims) {
    Shape& known = shapes_[place_of(dims)];
    if (known.known() &&
        std::equal(known.begin(), known.end(), dims.begin(), dims.end(), [](const Dim& a, std::int64_t b) { return a.is(b); }))
      return known;
    const boost::container::small_vector<Dim, 8> extents(dims.begin(), dims.end());
    return known = Shape(std::span<const Dim>(extents.data(), extents.size()));
  }

 private:
  static constexpr std::size_t kPlaces = 64;

  static std::size_t place_of(std::span<const std::int64_t> dims) {
    std::size_t place = dims.size();
    for (const std::int64_t dim : dims) place = place * 31 + static_cast<std::size_t>(dim);
    return place % kPlaces;
  }

  std::array<Shape, kPlaces> shapes_;
};

std::vector<const Type*> declared_in(const Graph& graph) {
  std::vector<const Type*> declared(graph.tensors.size(), nullptr);
  for (const Declaration& declaration : graph.declared) declared[declaration.tensor] = &declaration.type;
  return declared;
}

}  // namespace

NodeOrigin origin_of(const Scope& scope, const Node& node) {
  return {scope.path, node.file_index, std::string(node.name), std::string(node.op)};
}

void Inference::run_main() {
  bind_known_symbols();
  run(open_scope(0, {}, {}, network_.operator_sets), {}, nullptr);
  count_multiplicities();
  report_unused_bindings();
}

Dim Inference::fresh(std::string_view name, SymbolOrigin origin) {
  ++asked_;
  const Dim symbol = network_.symbols.fresh(name, origin);
  const Symbol& made = network_.symbols.all().back();
  for (const std::string_view key : {std::string_view(made.id), std::string_view(made.name)})
    if (const auto bound = bindings_.find(key); bound != bindings_.end()) {
      used_bindings_.insert(bound->first);
      return bound->second;
    }
  fresh_.push_back(made.id);
  return symbol;
}

void Inference::assume(Assumption assumption) {
  if (assumption.relation == Assumption::Relation::stated) ++asked_;  // it names the node's operands
  if (assumed_.insert(assumption).second) shapes_.assumptions.push_back(std::move(assumption));
}

void Inference::remember(Dim quantity) {
  ++asked_;
  const Position position = positions_.back();
  shapes_.scopes[position.scope].remembered[position.node].push_back(std::move(quantity));
}

void Inference::report(const OpContext& context, Severity severity, std::string_view code, std::string message,
                       std::string help) {
  ++asked_;
  if (severity == Severity::error) {
    ++errors_;
    if (!alternatives_.empty()) {
      failed_.insert(alternatives_.back());
      severity = Severity::warning;
      message += ", in a branch that is not known to run";
    }
  }
  diagnostics_.push_back(
      {severity, code, std::move(message), origin_of(shapes_.scopes[positions_.back().scope], context.node()), std::move(help)});
}

ScopeId Inference::open_scope(GraphId graph, std::string path, std::vector<Attribute> attributes,
                              std::span<const OperatorSet> operator_sets) {
  const auto id = static_cast<ScopeId>(shapes_.scopes.size());
  Scope& scope = shapes_.scopes.emplace_back();
  scope.graph = graph;
  scope.path = std::move(path);
  scope.multiplicity = 0;
  scope.attributes = std::move(attributes);
  scope.operator_sets = operator_sets;
  return id;
}

void Inference::fill_stored(const Graph& graph, Scope& scope) {
  StoredShapes stored_shapes;
  for (TensorId id = 0; id < graph.tensors.size(); ++id) {
    const std::uint32_t index = graph.tensors[id].stored;
    if (index == kNone || scope.facts[id].type.kind != Kind::unknown) continue;
    const StoredTensor& stored = graph.stored[index];
    scope.facts[id] =
        Fact::tensor(stored.dtype, stored.symbolic_shape != nullptr ? *stored.symbolic_shape : stored_shapes.of(stored.dims));
    if (stored.sparse) scope.facts[id].type.kind = Kind::sparse;
  }
}

/// Contents are read when a rule may ask for them: what is only a weight never is.
void Inference::read_content(const Graph& graph, Scope& scope, TensorId tensor) const {
  if (tensor == kAbsent || graph.tensors[tensor].stored == kNone || scope.facts[tensor].value) return;
  const StoredTensor& stored = graph.stored[graph.tensors[tensor].stored];
  if (is_content_followed(stored)) scope.facts[tensor].value = network_.content(stored);
}

void Inference::read_contents(const Graph& graph, Scope& scope, const Node& node, const Operator* row) const {
  for (std::size_t input = 0; input < node.inputs.size(); ++input)
    if (!is_only_stored(role_of(row, input))) read_content(graph, scope, node.inputs[input]);
  for (const Attribute& attribute : node.attributes)
    if (const auto* nested = std::get_if<GraphId>(&attribute.content))
      for (const Tensor& tensor : network_.graphs[*nested].tensors) read_content(graph, scope, tensor.outer);
}

void Inference::run(ScopeId id, const std::vector<Fact>& inputs, const Scope* outer) {
  Scope& scope = shapes_.scopes[id];
  const Graph& graph = network_.graphs[scope.graph];
  reserve_large(scope.facts, graph.tensors.size());
  scope.facts.resize(graph.tensors.size());
  scope.operators.resize(graph.nodes.size(), nullptr);
  scope.inferred.resize(graph.nodes.size(), false);
  scope.classes.begin(graph.nodes.size());
  for (TensorId tensor = 0; outer != nullptr && tensor < graph.tensors.size(); ++tensor)
    if (graph.tensors[tensor].outer != kAbsent) scope.facts[tensor] = outer->facts[graph.tensors[tensor].outer];
  Walk walk{declared_in(graph), std::vector<bool>(graph.tensors.size(), false), ClassSearch(graph, scope)};
  fill_inputs(graph, scope, inputs, walk.declared);
  fill_stored(graph, scope);
  for (const NodeId node : graph.order) {
    if (++nodes_run_ > kMaxNodesRun) break;
    if (algebra::WorkBudget* const budget = algebra::BudgetInForce::current()) budget->begin_node();
    positions_.push_back({id, node});
    run_node(graph, scope, node, &walk);
    positions_.pop_back();
    note_spent_budget(scope, graph.nodes[node]);
  }
  std::stable_sort(scope.calls.begin(), scope.calls.end(), [](const Call& a, const Call& b) { return a.node < b.node; });
  finished_.push_back(id);
}

void Inference::step(ScopeId id, NodeId node) {
  Scope& scope = shapes_.scopes[id];
  const Graph& graph = network_.graphs[scope.graph];
  scope.operator_sets = network_.operator_sets;
  scope.facts.resize(graph.tensors.size());
  scope.operators.resize(graph.nodes.size(), nullptr);
  scope.inferred.resize(graph.nodes.size(), false);
  positions_.push_back({id, node});
  run_node(graph, scope, node, nullptr);
  positions_.pop_back();
}

void Inference::run_node(const Graph& graph, Scope& scope, NodeId id, Walk* walk) {
  const Node& node = graph.nodes[id];
  for (const TensorId input : node.inputs)
    if (walk != nullptr && input != kAbsent) walk->was_read[input] = true;
  const Function* function = network_.functions.empty() ? nullptr : network_.find_function(node.domain, node.op, node.overload);
  const std::int64_t version = version_in(scope.operator_sets, node.domain);
  const Operator* row = function == nullptr ? find_row(shapes_.custom_operators.get(), node, version) : nullptr;
  scope.operators[id] = row;
  read_contents(graph, scope, node, row);
  fresh_.clear();
  const std::uint64_t asked = asked_;
  std::vector<Fact> results;
  if (row != nullptr && walk != nullptr) results = results_of_class(graph, scope, id, *walk);
  if (results.empty()) {
    const OpContext context(network_, graph, node, version, scope.facts, scope.attributes, this);
    const bool is_if = row != nullptr && patterns::is(node, patterns::kIf);
    results = is_if ? results_of_if(context, scope, id) : results_of(context, scope, id, function);
  }
  bool is_as_ruled = true;
  for (std::size_t index = 0; index < node.outputs.size(); ++index) {
    const TensorId output = node.outputs[index];
    // In a graph with a cycle some tensors are read before they are made.  They stay what their reader was told: later passes ask its rules
    // again, and these rely on what the first one checked.
    if (output == kAbsent) continue;
    if (walk != nullptr && walk->was_read[output]) {
      is_as_ruled = false;
      continue;
    }
    Fact& fact = scope.facts[output];
    if (index < results.size()) fact = std::move(results[index]);
    if (scope.classes.is_first(id)) limit_content(fact);  // another one's content is no further one
    if (walk == nullptr || walk->declared[output] == nullptr) continue;
    const Type ruled = fact.type;
    reconcile(graph, scope, output, *walk->declared[output], fact);
    is_as_ruled = is_as_ruled && fact.type == ruled;
  }
  if (walk != nullptr) note_class(graph, scope, id, asked, is_as_ruled, *walk);
}

std::vector<Fact> Inference::results_of_class(const Graph& graph, Scope& scope, NodeId id, const Walk& walk) {
  std::vector<Fact> results;
  const std::optional<NodeId> first = walk.classes.first_like(id);
  if (!first) return results;
  for (const TensorId output : graph.nodes[*first].outputs) results.push_back(output == kAbsent ? Fact{} : scope.facts[output]);
  scope.inferred[id] = true;
  scope.classes.join(id, *first);
  return results;
}

/// A node whose results a declaration changed is no longer what its rule makes of its class, and one whose rule asked for more never was.
void Inference::note_class(const Graph& graph, Scope& scope, NodeId id, std::uint64_t asked, bool is_as_ruled, Walk& walk) const {
  const bool was_joined = !scope.classes.is_first(id);
  if (was_joined && is_as_ruled) return;
  if (was_joined) {
    scope.classes.leave(id);
    return;
  }
  const bool is_of_rule = scope.operators[id] != nullptr && scope.inferred[id] && !graph.nodes[id].outputs.empty();
  if (is_of_rule && is_as_ruled && asked_ == asked) walk.classes.add(id);
}

std::vector<Fact> Inference::results_of(const OpContext& context, Scope& scope, NodeId id, const Function* function) {
  const Operator* row = scope.operators[id];
  std::vector<Fact> results;
  try {
    if (function != nullptr) {
      results = call(context, *function, false);
      scope.inferred[id] = true;
    } else if (row != nullptr) {
      results = results_of_row(context, *row);
      scope.inferred[id] = true;
    }
    for (const Fact& result : results)
      require(has_representable_bytes(result.type), "tensor-too-large",
              "a result of shape {} has more bytes than can be numbered", result.type.shape);
  } catch (const RuleError& error) {
    report(context, Severity::error, error.code(), error.what(), error.help());
    give_up(scope, id, results);
  } catch (const AlgebraError& error) {
    report(context, Severity::error, error.code(), error.what(), {});
    give_up(scope, id, results);
  } catch (const Unknown&) {
    results.clear();
  }
  return results;
}

/// At the first node whose sizes took too much work.
void Inference::note_spent_budget(const Scope& scope, const Node& node) {
  const algebra::WorkBudget* const budget = algebra::BudgetInForce::current();
  if (budget == nullptr || !budget->was_spent() || std::exchange(is_budget_noted_, true)) return;
  diagnostics_.push_back(named_sizes(origin_of(scope, node)));
}

void Inference::give_up(Scope& scope, NodeId node, std::vector<Fact>& results) {
  scope.inferred[node] = false;
  results.clear();
}

void Inference::limit_content(Fact& fact) {
  if (fact.value == nullptr || fact.value->size() <= kMaxShortContent) return;
  elements_made_ += fact.value->size();
  if (elements_made_ > kMaxElementsMade) fact.value = nullptr;
}

std::vector<Fact> Inference::results_of_row(const OpContext& context, const Operator& row) {
  struct Visitor {
    Inference& inference;
    const OpContext& context;
    const Operator& row;
    std::vector<Fact> operator()(const Loops& loops) const { return shape_of(loops, context); }
    std::vector<Fact> operator()(const PerElement& per_element) const { return per_element_shape(per_element, context); }
    std::vector<Fact> operator()(const Body&) const { return inference.call(context, inference.body_of(row), true); }
    std::vector<Fact> operator()(const Moves& moves) const { return moves.shape(context); }
    std::vector<Fact> operator()(const Rules& rules) const { return rules.shape(context); }
  };
  return std::visit(Visitor{*this, context, row}, row.meaning);
}

const Function& Inference::body_of(const Operator& row) {
  std::unique_ptr<const Function>& function = bodies_[&row];
  if (!function) function = std::make_unique<const Function>(compile_body(row, network_));
  return *function;
}

std::vector<Fact> Inference::outputs_of(ScopeId id) const {
  const Scope& scope = shapes_.scopes[id];
  std::vector<Fact> outputs;
  for (const TensorId output : network_.graphs[scope.graph].outputs) {
    outputs.push_back(output == kAbsent ? Fact{} : scope.facts[output]);
    if (outputs.back().type.kind == Kind::absent) outputs.back() = {};  // an operand that was left out, handed on
  }
  return outputs;
}

void Inference::check_call(const OpContext& context, const Function& function) const {
  const Graph& body = network_.graphs[function.body];
  require(context.output_count() == body.outputs.size(), "bad-call", "function '{}' gives {} values, {} are taken", function.name,
          body.outputs.size(), context.output_count());
  require(context.input_count() <= body.inputs.size(), "bad-call", "function '{}' takes {} operands, {} are given", function.name,
          body.inputs.size(), context.input_count());
}

std::vector<Fact> Inference::call(const OpContext& context, const Function& function, bool internal) {
  const bool recursive = std::find(active_.begin(), active_.end(), &function) != active_.end();
  require(!recursive, "recursive-function", "function '{}' calls itself", function.name);
  require(positions_.size() < kMaxDepth, "too-deep", "calls nest deeper than {}", kMaxDepth);
  ++asked_;
  std::vector<Fact> inputs;
  const std::size_t operands = network_.graphs[function.body].inputs.size();
  for (std::size_t index = 0; index < std::max(context.input_count(), operands); ++index) {
    inputs.push_back(context.input(index));
    if (!context.has_input(index)) inputs.back().type.kind = Kind::absent;
  }
  std::vector<Attribute> attributes = context.resolved_attributes();
  if (!internal) check_call(context, function);
  for (const Attribute& otherwise : function.defaults)
    if (!context.has_attribute(otherwise.name)) attributes.push_back(otherwise);

  auto& calls = called_[&function];
  const std::size_t hash = hash_of(inputs);
  const Position position = positions_.back();
  const auto [begin, end] = calls.equal_range(hash);
  for (auto earlier = begin; earlier != end; ++earlier) {
    const auto& [scope, earlier_inputs] = earlier->second;
    if (earlier_inputs != inputs || !same_attributes(shapes_.scopes[scope].attributes, attributes)) continue;
    shapes_.scopes[position.scope].calls.push_back({position.node, scope, 1, Nesting::sum});
    return outputs_of(scope);
  }

  const std::string name =
      function.domain.empty() ? std::string(function.name) : fmt::format("{}:{}", function.domain, function.name);
  const std::string path = calls.empty() ? name : fmt::format("{}~{}", name, calls.size() + 1);
  const std::span<const OperatorSet> sets = internal ? std::span<const OperatorSet>() : std::span(function.operator_sets);
  const ScopeId scope = open_scope(function.body, path, std::move(attributes), sets);
  shapes_.scopes[scope].internal = internal;
  active_.push_back(&function);
  const std::size_t errors = errors_;
  run(scope, inputs, nullptr);
  active_.pop_back();
  // What failed where it is not known to run fails again, and more loudly, where it is.
  if (errors_ == errors || alternatives_.empty()) calls.emplace(hash, std::pair(scope, std::move(inputs)));
  shapes_.scopes[position.scope].calls.push_back({position.node, scope, 1, Nesting::sum});
  return outputs_of(scope);
}

std::vector<Fact> Inference::enter(const OpContext& context, GraphId graph, std::vector<Fact> inputs, std::string_view role,
                                   Dim iterations, Nesting nesting) {
  ++asked_;
  require(positions_.size() < kMaxDepth, "too-deep", "graphs nest deeper than {}", kMaxDepth);
  const Position position = positions_.back();
  const Scope& outer = shapes_.scopes[position.scope];
  const std::string separator = outer.path.empty() ? "" : "/";
  std::string path = fmt::format("{}{}node[{}].{}", outer.path, separator, context.node().file_index, role);
  const ScopeId scope = open_scope(graph, std::move(path), outer.attributes, outer.operator_sets);
  const FreshSymbols fresh = std::exchange(fresh_, {});
  if (nesting == Nesting::alternative) alternatives_.push_back(scope);
  run(scope, inputs, &outer);
  if (nesting == Nesting::alternative) alternatives_.pop_back();
  fresh_ = fresh;
  auto& calls = shapes_.scopes[position.scope].calls;
  // A rule that enters a graph again, with better inputs, means the last time.
  std::erase_if(calls, [&](const Call& call) {
    return call.node == position.node && shapes_.scopes[call.scope].path == shapes_.scopes[scope].path;
  });
  calls.push_back({position.node, scope, std::move(iterations), nesting});
  return outputs_of(scope);
}

/// What is past 128 bits is an open number.
void Inference::count_multiplicities() {
  std::vector<bool> reached(shapes_.scopes.size(), false);
  reached.front() = true;
  shapes_.scopes.front().multiplicity = 1;
  bool is_reported = false;
  for (auto id = finished_.rbegin(); id != finished_.rend(); ++id) {
    const Scope& scope = shapes_.scopes[*id];
    if (!reached[*id]) continue;
    for (const Call& call : scope.calls) {
      reached[call.scope] = true;
      Dim& multiplicity = shapes_.scopes[call.scope].multiplicity;
      try {
        multiplicity += scope.multiplicity * call.iterations;
      } catch (const AlgebraError& error) {
        multiplicity = network_.symbols.fresh("runs", SymbolOrigin::loop);
        if (std::exchange(is_reported, true)) continue;
        const Node& node = network_.graphs[scope.graph].nodes[call.node];
        diagnostics_.push_back({Severity::error,
                                "overflow",
                                fmt::format("how often the node runs its graph in all: {}", error.what()),
                                origin_of(scope, node),
                                {}});
      }
    }
  }
  // A body that was entered again with better inputs has its first scope left over.
  for (std::size_t id = 0; id < reached.size(); ++id)
    if (!reached[id]) shapes_.scopes[id].internal = true;
}

Shapes infer_shapes(Network& network, const Bindings& bindings, Diagnostics& diagnostics,
                    std::shared_ptr<const CustomOperators> custom_operators) {
  Shapes shapes;
  shapes.custom_operators = std::move(custom_operators);
  Inference(network, bindings, shapes, diagnostics).run_main();
  return shapes;
}

OpContext site_of(const Network& network, const Scope& scope, NodeId node) {
  const Graph& graph = network.graphs[scope.graph];
  const auto remembered = scope.remembered.find(node);
  return {network,
          graph,
          graph.nodes[node],
          version_in(scope.operator_sets, graph.nodes[node].domain),
          scope.facts,
          scope.attributes,
          nullptr,
          remembered == scope.remembered.end() ? std::span<const Dim>() : std::span<const Dim>(remembered->second)};
}

}  // namespace macroscope
