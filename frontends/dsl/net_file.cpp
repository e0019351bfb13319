#include "frontends/dsl/net_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <unordered_map>
#include <utility>

#include "analyzer/diagnostics/suggestion.h"
#include "frontends/dsl/interpreter/interpreter.h"
#include "frontends/dsl/interpreter/net_content.h"
#include "frontends/dsl/syntax/formatter.h"

namespace macroscope::dsl {
namespace {

std::size_t expectations_in(const std::vector<Statement>& statements) {
  std::size_t count = 0;
  for (const Statement& statement : statements) {
    if (statement.kind == Statement::Kind::expectation) ++count;
    count += expectations_in(statement.body);
    for (const Branch& branch : statement.branches) count += expectations_in(branch.body);
  }
  return count;
}

}  // namespace

NetFile::NetFile(std::string text) : content_(std::make_shared<const NetContent>(std::move(text))) {}
NetFile::NetFile(NetFile&&) noexcept = default;
NetFile& NetFile::operator=(NetFile&&) noexcept = default;
NetFile::~NetFile() = default;

const Diagnostics& NetFile::diagnostics() const noexcept { return content_->diagnostics; }

std::vector<std::string_view> NetFile::nets() const {
  std::vector<std::string_view> nets;
  for (const Definition& definition : content_->file.definitions)
    if (definition.is_net) nets.push_back(definition.name.text);
  return nets;
}

std::vector<std::string_view> NetFile::parameters_of(std::string_view net) const {
  std::vector<std::string_view> names;
  const auto found = content_->definitions.find(net);
  if (found != content_->definitions.end())
    for (const Parameter& parameter : found->second->parameters) names.push_back(parameter.name.text);
  return names;
}

std::vector<std::vector<std::string>> NetFile::comparisons() const {
  std::vector<std::vector<std::string>> comparisons;
  for (const CompareLine& comparison : content_->file.comparisons) {
    std::vector<std::string>& names = comparisons.emplace_back();
    for (const Word& net : comparison.nets) names.emplace_back(net.text);
  }
  return comparisons;
}

std::size_t NetFile::expectation_count() const noexcept {
  std::size_t count = content_->file.expectations.size();
  for (const Definition& definition : content_->file.definitions) count += expectations_in(definition.body);
  return count;
}

Expansion NetFile::expand(std::string_view net, const NetSettings& settings) const {
  Expansion expansion;
  Problems problems(content_->source);
  const auto found = content_->definitions.find(net);
  if (found == content_->definitions.end() || !found->second->is_net) {
    expansion.diagnostics.push_back(
        {Severity::error, "unknown-net", fmt::format("there is no net '{}'", net), {}, suggestion_for(net, nets()), {}});
    return expansion;
  }
  Interpreter interpreter(*content_, *found->second, settings, problems);
  expansion.network = interpreter.run();
  expansion.record = interpreter.record();
  expansion.diagnostics = problems.take();
  return expansion;
}

std::optional<std::string> NetFile::formatted() const {
  if (!content_->has_syntax) return std::nullopt;
  return format(content_->source, content_->file);
}

void NetFile::place_in_text(const Network& network, Diagnostics& diagnostics) const {
  std::unordered_map<std::string_view, const Node*> nodes;
  for (const Graph& graph : network.graphs)
    for (const Node& node : graph.nodes)
      if (node.line > 0) nodes.emplace(node.name, &node);
  for (Diagnostic& diagnostic : diagnostics) {
    const auto* origin = std::get_if<NodeOrigin>(&diagnostic.origin);
    if (origin == nullptr) continue;
    const auto node = nodes.find(origin->name);
    if (node == nodes.end()) continue;
    diagnostic.message = fmt::format("layer '{}': {}", origin->name, diagnostic.message);
    diagnostic.origin = content_->source.origin_at(static_cast<int>(node->second->line), static_cast<int>(node->second->column));
  }
}

}  // namespace macroscope::dsl
