#include "frontends/dsl/interpreter/net_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "analyzer/diagnostics/suggestion.h"
#include "frontends/dsl/layers/layers.h"
#include "frontends/dsl/syntax/parser.h"

namespace macroscope::dsl {
namespace {

constexpr std::array<std::string_view, 16> kLayerWords{"A",       "B",    "bilinear", "causal", "channel", "constant",
                                                       "cubic",   "edge", "erf",      "linear", "nearest", "none",
                                                       "reflect", "same", "tanh",     "valid"};

bool gives_back(const std::vector<Statement>& body) {
  return std::any_of(body.begin(), body.end(), [](const Statement& statement) {
    if (statement.kind == Statement::Kind::give_back || gives_back(statement.body)) return true;
    return std::any_of(statement.branches.begin(), statement.branches.end(),
                       [](const Branch& branch) { return gives_back(branch.body); });
  });
}

}  // namespace

bool is_layer_word(std::string_view word) noexcept {
  return std::find(kLayerWords.begin(), kLayerWords.end(), word) != kLayerWords.end();
}

NetContent::NetContent(std::string text) : source(std::move(text)) {
  Problems problems(source);
  file = parse(source, problems);
  for (const Definition& definition : file.definitions) definitions.try_emplace(definition.name.text, &definition);
  has_syntax = !problems.has_errors();
  check(problems);
  diagnostics = problems.take();
  std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
    const auto* x = std::get_if<TextOrigin>(&a.origin);
    const auto* y = std::get_if<TextOrigin>(&b.origin);
    return x != nullptr && y != nullptr && std::pair(x->line, x->column) < std::pair(y->line, y->column);
  });
  for (const Definition& definition : file.definitions) {
    for (const Parameter& parameter : definition.parameters)
      if (parameter.has_default && parameter.value.kind == Expression::Kind::name) words.insert(parameter.value.text);
    for (const Statement& statement : definition.body) collect_words(statement);
  }
}

const Definition* NetContent::block(std::string_view name) const {
  const auto found = definitions.find(name);
  return found == definitions.end() || found->second->is_net ? nullptr : found->second;
}

void NetContent::check(Problems& problems) {
  std::vector<std::string_view> nets;
  for (const Definition& definition : file.definitions) {
    const Word& name = definition.name;
    if (definition.is_net) nets.push_back(name.text);
    if (const Definition* first = definitions.at(name.text); first != &definition)
      problems.error("name-taken", name.span, fmt::format("'{}' is defined twice", name.text), {},
                     {problems.note(first->name.span, "it was defined here first")});
    if (!definition.is_net && find_layer(name.text) != nullptr)
      problems.error("name-taken", name.span,
                     fmt::format("'{}' is a layer, and names of layers cannot be given to anything else", name.text),
                     fmt::format("another name, such as my_{}", name.text));
    if (!definition.is_net && !gives_back(definition.body) && !problems.has_errors())
      problems.error("no-result", name.span, fmt::format("block '{}' returns nothing", name.text), "end it with: return x");
  }
  for (const CompareLine& comparison : file.comparisons)
    for (const Word& net : comparison.nets)
      if (std::find(nets.begin(), nets.end(), net.text) == nets.end())
        problems.error("unknown-net", net.span, fmt::format("there is no net '{}'", net.text), suggestion_for(net.text, nets));
  if (nets.empty() && !problems.has_errors())
    problems.error("no-net", {}, "the file holds no net", "a network begins with: net NAME {");
}

void NetContent::collect_words(const Expression& expression) {
  if (is_comparison(expression.operation))
    for (const Expression& side : expression.operands)
      if (side.kind == Expression::Kind::name) words.insert(side.text);
  for (const Expression& operand : expression.operands) collect_words(operand);
  for (const NamedValue& argument : expression.named) collect_words(argument.value);
}

void NetContent::collect_words(const Statement& statement) {
  collect_words(statement.value);
  for (const Statement& inner : statement.body) collect_words(inner);
  for (const Branch& branch : statement.branches) {
    collect_words(branch.condition);
    for (const Statement& inner : branch.body) collect_words(inner);
  }
}

}  // namespace macroscope::dsl
