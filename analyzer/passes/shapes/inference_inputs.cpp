// What is known before any rule is asked: types that the model declares, and what the user gives a value.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analyzer/passes/shapes/inference.h"

namespace macroscope {
namespace {

/// Inputs of more elements than this hold data, and no settings.
constexpr std::int64_t kMostElementsGiven = 64;
/// Names that a message lists.
constexpr std::size_t kMostNamesListed = 8;

Fact substituted(const Fact& fact, const Bindings& bindings) {
  Fact result = fact;
  if (result.type.shape.known()) result.type.shape = result.type.shape.substitute(bindings);
  if (const Integers* integers = fact.value ? fact.value->integers() : nullptr) {
    Integers replaced = *integers;
    for (auto& element : replaced)
      if (element) element = element->substitute(bindings);
    result.value = std::make_shared<const Value>(std::move(replaced));
  }
  return result;
}

/// `'N', 'H'`.
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t index = 0; index < std::min(names.size(), kMostNamesListed); ++index)
    text += fmt::format("{}'{}'", index == 0 ? "" : ", ", names[index]);
  if (names.size() > kMostNamesListed) text += fmt::format(" and {} more", names.size() - kMostNamesListed);
  return text;
}

}  // namespace

bool may_be_given_by_name(const Type& type) {
  const bool is_numeric = is_integer(type.dtype) || is_floating(type.dtype) || type.dtype == DataType::boolean;
  if (type.kind != Kind::tensor || !is_numeric || !type.shape.known()) return false;
  std::int64_t count = 1;
  for (const Dim& extent : type.shape) {
    const std::optional<std::int64_t> number = extent.number();
    if (!number || *number < 0 || *number > kMostElementsGiven) return false;
    count *= *number;
    if (count > kMostElementsGiven) return false;
  }
  return true;
}

void Inference::bind_known_symbols() {
  for (const auto& [key, value] : bindings_) {
    const Symbol* symbol = network_.symbols.find_id(key);
    if (symbol == nullptr) symbol = network_.symbols.find_name(key);
    if (symbol == nullptr) continue;
    by_id_.emplace(symbol->id, value);
    used_bindings_.insert(key);
  }
}

void Inference::report_unused_bindings() {
  const auto is_unused = [this](const auto& entry) { return !used_bindings_.contains(entry.first); };
  if (std::none_of(bindings_.begin(), bindings_.end(), is_unused)) return;
  std::vector<std::string> sizes;
  for (const Symbol& symbol : network_.symbols.all()) sizes.push_back(symbol.name);
  const std::string help = sizes.empty() ? "all of its sizes are numbers" : fmt::format("its sizes are {}", listed(sizes));
  for (const auto& [key, value] : bindings_)
    if (!used_bindings_.contains(key))
      diagnostics_.push_back(
          {Severity::warning, "unknown-symbol", fmt::format("the model has no size called '{}'", key), {}, help});
}

void Inference::fill_inputs(const Graph& graph, Scope& scope, const std::vector<Fact>& inputs,
                            const std::vector<const Type*>& declared) {
  for (std::size_t index = 0; index < graph.inputs.size(); ++index) {
    const std::string_view name = graph.tensors[graph.inputs[index]].name;
    Fact& fact = scope.facts[graph.inputs[index]];
    if (index < inputs.size()) fact = inputs[index];
    const Type* type = declared[graph.inputs[index]];
    const bool is_untyped =
        type == nullptr || type->kind == Kind::unknown || (type->kind == Kind::tensor && type->dtype == DataType::unknown);
    if (scope.graph == 0 && is_untyped)
      diagnostics_.push_back({Severity::error, "untyped-input", fmt::format("input '{}' has no element type", name), {}, {}});
    if (type == nullptr) continue;
    Fact stated;
    stated.type = *type;
    if (!by_id_.empty()) stated = substituted(stated, by_id_);
    if (scope.graph == 0) note_input_symbols(stated.type);
    reconcile(graph, scope, graph.inputs[index], stated.type, fact);
    if (scope.graph == 0) give_content(name, fact);
  }
}

void Inference::note_input_symbols(const Type& type) {
  if (type.element) note_input_symbols(*type.element);
  if (!type.shape.known()) return;
  for (const Dim& extent : type.shape)
    for (std::string& symbol : extent.symbols()) input_symbols_.insert(std::move(symbol));
}

void Inference::give_content(std::string_view input, Fact& fact) {
  const auto given = bindings_.find(input);
  if (given == bindings_.end() || !may_be_given_by_name(fact.type)) return;
  used_bindings_.insert(given->first);
  const auto elements = static_cast<std::size_t>(*fact.type.shape.elements().number());
  fact.value = is_floating(fact.type.dtype) ? std::make_shared<const Value>(Reals(elements, Real::ratio(given->second)))
                                            : std::make_shared<const Value>(Integers(elements, given->second));
}

/// A declaration may leave extents open (below 0); where it is all that is known of a tensor, each is a size that only the data can tell.
Type Inference::with_extents_named(Type type, std::string_view tensor) {
  const auto is_open = [](const Dim& extent) { return extent.is_number() && *extent.number() < 0; };
  if (type.element) type.element = std::make_shared<const Type>(with_extents_named(*type.element, tensor));
  if (!type.shape.known() || std::none_of(type.shape.begin(), type.shape.end(), is_open)) return type;
  std::vector<Dim> extents(type.shape.begin(), type.shape.end());
  for (std::size_t axis = 0; axis < extents.size(); ++axis)
    if (is_open(extents[axis])) extents[axis] = fresh(fmt::format("{}_dim_{}", tensor, axis), SymbolOrigin::data);
  type.shape = Shape(extents);
  return type;
}

/// `fact` with what only `declared` knows; a contradiction is reported at the tensor, once for all iterations of a loop.
void Inference::reconcile(const Graph& graph, const Scope& scope, TensorId tensor, const Type& declared, Fact& fact) {
  Fact stated;
  stated.type = declared;
  if (!made_up_.empty() && scope.graph == 0) stated = substituted(stated, made_up_);
  Agreement agreement = agree(fact.type, stated.type, {network_.symbols, fresh_, input_symbols_});
  fact.type = with_extents_named(std::move(agreement.type), graph.tensors[tensor].name);
  // Sizes in functions and bodies are others each time they run.
  if (scope.graph == 0) made_up_.merge(agreement.made_up);
  for (Assumption& assumption : agreement.assumptions) assume(std::move(assumption));
  if (!agreement.renamed.empty()) fact = substituted(fact, agreement.renamed);
  const bool is_certain = !agreement.contradiction.empty();
  const std::string& difference = is_certain ? agreement.contradiction : agreement.misnomer;
  if (difference.empty()) return;
  const std::string key = is_certain ? fmt::format("{}: {}: {}", scope.path, graph.tensors[tensor].name, difference) : difference;
  if (!declared_reports_.insert(key).second) return;
  const NodeId producer = graph.tensors[tensor].producer;
  Origin origin;
  if (producer != kNone) origin = origin_of(scope, graph.nodes[producer]);
  diagnostics_.push_back({Severity::warning, is_certain ? "declared-type" : "declared-size",
                          fmt::format("tensor '{}': {}", graph.tensors[tensor].name, difference), std::move(origin),
                          is_certain ? "what follows from the inputs is used; correct or drop the declared type"
                                     : "what follows from the inputs is used; correct or drop the declared size"});
}

}  // namespace macroscope
