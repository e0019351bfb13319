#include "frontends/dsl/interpreter/call.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analyzer/diagnostics/suggestion.h"
#include "frontends/dsl/syntax/formatter.h"

namespace macroscope::dsl {
namespace {

constexpr std::size_t kMaxLabel = 40;

Argument argument_of(const Datum& datum, const Expression* expression, std::string label) {
  const Span span = expression == nullptr ? Span{} : expression->span;
  Argument argument;
  argument.label = std::move(label);
  if (const Number* number = datum.number()) {
    if (const auto size = number->whole(); size && !number->is_decimal) {
      argument.value = *size;
    } else if (const auto decimal = number->decimal(); decimal && number->is_decimal) {
      argument.value = *decimal;
    } else {
      throw Mistake{"not-divisible", span,
                    fmt::format("{} / {} is not a whole number", number->over.text(), number->under.text()),
                    "floor(a / b) rounds down, ceil(a / b) rounds up"};
    }
  } else if (const bool* flag = datum.truth()) {
    argument.value = *flag;
  } else if (const std::string* word = datum.word()) {
    argument.value = *word;
  } else if (const Handle* tensor = datum.tensor()) {
    argument.value = *tensor;
  } else if (const std::vector<Datum>* list = datum.list()) {
    std::vector<Argument> elements;
    for (const Datum& element : *list) elements.push_back(argument_of(element, expression, {}));
    argument.value = std::move(elements);
  } else {
    throw Mistake{"bad-argument", span, fmt::format("{} is no argument of a layer", described(datum))};
  }
  return argument;
}

std::string signature_of(const Definition& block) {
  std::vector<std::string> parameters;
  for (const Parameter& parameter : block.parameters)
    parameters.push_back(parameter.has_default ? fmt::format("{} = {}", parameter.name.text, text_of(parameter.value))
                                               : std::string(parameter.name.text));
  return fmt::format("{}({})", block.name.text, fmt::join(parameters, ", "));
}

}  // namespace

std::string label_of(const Expression& expression) {
  std::string label = text_of(expression);
  return label.size() <= kMaxLabel ? label : std::string();
}

std::vector<Argument> positional_of(const Call& call) {
  std::vector<Argument> arguments;
  for (const Given& given : call.positional) arguments.push_back(argument_of(given.datum, given.expression, given.label));
  return arguments;
}

std::vector<NamedArgument> named_of(const Call& call) {
  std::vector<NamedArgument> arguments;
  for (const auto& [argument, datum] : call.named)
    arguments.emplace_back(std::string(argument->name.text), argument_of(datum, &argument->value, label_of(argument->value)));
  return arguments;
}

Variables variables_of(const Call& call, const Definition& block, const Frames& frames, const Problems& problems) {
  Variables variables;
  const auto give = [&](const Parameter& parameter, const Datum& datum, const Expression* expression) {
    if (expression != nullptr && frames.is_stray(*expression, datum)) frames.fail_unknown(*expression);
    variables[parameter.name.text] = {datum, expression == nullptr ? call.expression->span : expression->span, {}, false};
  };
  if (call.positional.size() > block.parameters.size())
    throw Mistake{"too-many-arguments",
                  call.expression->span,
                  fmt::format("block '{}' takes {} argument{} at most, and {} are given", block.name.text,
                              block.parameters.size(), block.parameters.size() == 1 ? "" : "s", call.positional.size()),
                  signature_of(block),
                  {problems.note(block.name.span, "it is defined here")}};
  for (std::size_t i = 0; i < call.positional.size(); ++i)
    give(block.parameters[i], call.positional[i].datum, call.positional[i].expression);
  for (const auto& [argument, datum] : call.named) {
    const std::string_view name = argument->name.text;
    const auto parameter =
        std::find_if(block.parameters.begin(), block.parameters.end(), [&](const Parameter& p) { return p.name.text == name; });
    if (parameter == block.parameters.end()) {
      std::vector<std::string_view> names;
      for (const Parameter& known : block.parameters) names.push_back(known.name.text);
      throw Mistake{"unknown-parameter",
                    argument->name.span,
                    fmt::format("block '{}' has no parameter '{}'", block.name.text, name),
                    suggestion_for(name, names),
                    {problems.note(block.name.span, "it is defined here")}};
    }
    if (variables.contains(name))
      throw Mistake{"bad-argument", argument->name.span, fmt::format("'{}' is given twice", name), signature_of(block)};
    give(*parameter, datum, &argument->value);
  }
  for (const Parameter& parameter : block.parameters)
    if (!parameter.has_default && !variables.contains(parameter.name.text))
      throw Mistake{"missing-argument",
                    call.expression->span,
                    fmt::format("block '{}' is not given '{}'", block.name.text, parameter.name.text),
                    signature_of(block),
                    {problems.note(parameter.name.span, "it has no default")}};
  return variables;
}

Span span_of_argument(const Call& call, const Layer* layer, const std::string& parameter) {
  for (const auto& [argument, datum] : call.named)
    if (argument->name.text == parameter) return argument->name.span;
  if (layer != nullptr)
    for (std::size_t i = 0; i < layer->parameters.size() && i < call.positional.size(); ++i)
      if (layer->parameters[i].name == parameter && call.positional[i].expression != nullptr)
        return call.positional[i].expression->span;
  return call.expression->span;
}

}  // namespace macroscope::dsl
