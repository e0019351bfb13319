// How layers, operators, blocks and shared instances are applied.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "analyzer/diagnostics/suggestion.h"
#include "frontends/dsl/formatter.h"
#include "frontends/dsl/interpreter.h"

namespace macroscope::dsl {
namespace {

using Kind = Expression::Kind;

constexpr std::size_t kMaxLabel = 40;
constexpr std::size_t kMaxNotes = 4;

std::string label_of(const Expression& expression) {
  std::string label = text_of(expression);
  return label.size() <= kMaxLabel ? label : std::string();
}

std::string signature_of(const Definition& block) {
  std::vector<std::string> parameters;
  for (const Parameter& parameter : block.parameters)
    parameters.push_back(parameter.has_default ? fmt::format("{} = {}", parameter.name.text, text_of(parameter.value))
                                               : std::string(parameter.name.text));
  return fmt::format("{}({})", block.name.text, fmt::join(parameters, ", "));
}

std::string of_results(std::size_t count) { return count == 1 ? "one result" : fmt::format("{} results", count); }

std::string in_lower_case(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

}  // namespace

void Interpreter::check_results(const Expression& expression, std::size_t given, std::size_t wanted) {
  if (given < wanted)
    throw Mistake{"too-many-results", expression.span,
                  fmt::format("'{}' gives {}, and {} are named", expression.text, of_results(given), wanted)};
}

Interpreter::Results Interpreter::results_of(const Expression& expression, std::size_t results, const Wanted& wanted) {
  switch (expression.kind) {
    case Kind::group:
      return results_of(expression.operands.front(), results, wanted);
    case Kind::call:
      if (!is_number_function(expression.text)) return call(expression, std::nullopt, results, wanted);
      break;
    case Kind::chain: {
      const Expression& head = expression.operands.front();
      Datum datum = evaluate(head);
      std::string label = label_of(head);
      for (std::size_t step = 1; step < expression.operands.size(); ++step) {
        const Expression& next = expression.operands[step];
        const bool is_last = step + 1 == expression.operands.size();
        if (datum.is_spoiled()) throw Spoiled{};
        if (step == 1 && datum.word() != nullptr && head.kind == Kind::name && is_unknown_name(head)) fail_unknown(head);
        if (datum.tensor() == nullptr)
          throw Mistake{"bad-value", head.span, fmt::format("a chain begins with a tensor, and this is {}", described(datum))};
        Results made = call(next, Given{step == 1 ? &head : nullptr, std::move(datum), std::move(label)}, is_last ? results : 1,
                            is_last ? wanted : Wanted{});
        if (is_last) return made;
        datum = std::move(made.front());
        label = {};
      }
      break;
    }
    default:
      break;
  }
  if (results > 1)
    throw Mistake{"too-many-results", expression.span, fmt::format("{} names are given, and this is one value", results),
                  "a, b = x -> split(2)"};
  Datum datum = evaluate(expression);
  if (datum.word() != nullptr && expression.kind == Kind::name && is_unknown_name(expression)) fail_unknown(expression);
  return {std::move(datum)};
}

Datum Interpreter::value_of_chain(const Expression& chain) { return std::move(results_of(chain, 1, {}).front()); }

Datum Interpreter::value_of_call(const Expression& expression) {
  if (auto shape = call_shape(expression)) return std::move(*shape);
  return std::move(call(expression, std::nullopt, 1, {}).front());
}

/// channels(t) and shape(t), as expectations have them; nothing for another call.
std::optional<Datum> Interpreter::call_shape(const Expression& call) {
  if (call.text != "channels" && call.text != "shape") return std::nullopt;
  if (call.operands.size() != 1 || !call.named.empty())
    throw Mistake{"bad-call", call.span, fmt::format("{} takes one tensor", call.text), fmt::format("{}(x)", call.text)};
  const Expression& argument = call.operands.front();
  const Datum datum = evaluate(argument);
  if (datum.word() != nullptr && argument.kind == Kind::name && is_unknown_name(argument)) fail_unknown(argument);
  if (datum.tensor() == nullptr)
    throw Mistake{"bad-value", argument.span, fmt::format("expected a tensor, found {}", described(datum))};
  const Shape& shape = build_.shape_of(*datum.tensor());
  if (call.text == "shape") {
    std::vector<Datum> dims;
    for (const Dim& dim : shape) dims.push_back({Number(dim)});
    return Datum::list_of(std::move(dims));
  }
  if (shape.rank() < 2)
    throw Mistake{"bad-value", argument.span, fmt::format("a tensor of shape {} has no channels", shape.text())};
  return Datum{Number(shape[1])};
}

Interpreter::Results Interpreter::call(const Expression& expression, std::optional<Given> input, std::size_t results,
                                       const Wanted& wanted) {
  Call call;
  call.expression = &expression;
  call.results = results;
  call.wanted = wanted;
  if (input) call.positional.push_back(std::move(*input));
  for (const Expression& argument : expression.operands) {
    Datum datum = evaluate(argument);
    if (datum.is_spoiled()) throw Spoiled{};
    call.positional.push_back({&argument, std::move(datum), label_of(argument)});
  }
  for (const NamedValue& argument : expression.named) {
    call.named.emplace_back(&argument, evaluate(argument.value));
    if (call.named.back().second.is_spoiled()) throw Spoiled{};
  }
  return call_named(call);
}

Interpreter::Results Interpreter::call_named(const Call& call) {
  const Expression& expression = *call.expression;
  const auto variable = frame().variables.find(expression.text);
  if (variable != frame().variables.end()) {
    if (const auto* instance = std::get_if<std::shared_ptr<Instance>>(&variable->second.datum.value))
      return call_instance(*std::shared_ptr<Instance>(*instance), call);
    if (variable->second.datum.is_spoiled() && !variable->second.is_indexed && find_layer(expression.text) == nullptr &&
        !content_.definitions.contains(expression.text))
      throw Spoiled{};
  }
  if (const Layer* layer = find_layer(expression.text)) return call_layer(*layer, call);
  const auto definition = content_.definitions.find(expression.text);
  if (definition != content_.definitions.end() && !definition->second->is_net) return call_block(*definition->second, call);
  if (is_operator(expression.text)) return call_operator(call);
  fail_unknown_call(expression);
}

void Interpreter::fail_unknown_call(const Expression& call) {
  const std::string_view name = call.text;
  const auto definition = content_.definitions.find(name);
  if (definition != content_.definitions.end())
    throw Mistake{"unknown-layer", call.text_span, fmt::format("'{}' is a net, and nets are not called", name),
                  "make it a block that returns its result"};
  if (!is_unknown_name(call))
    throw Mistake{"unknown-layer",
                  call.text_span,
                  fmt::format("'{}' is no layer or block", name),
                  {},
                  {problems_.note(frame().variables.at(name).defined, "it was given its value here")}};
  if (name == "range")
    throw Mistake{"unknown-layer", call.text_span, "there is no layer or block 'range'",
                  "a range is written 1..4, and holds both ends"};
  std::vector<std::string_view> known;
  for (const Layer& layer : all_layers()) known.push_back(layer.name);
  for (const auto& [text, other] : content_.definitions)
    if (!other->is_net) known.push_back(text);
  for (const auto& [text, variable] : frame().variables)
    if (std::holds_alternative<std::shared_ptr<Instance>>(variable.datum.value)) known.push_back(text);
  std::string_view near = nearest_to(name, known);
  if (near.empty()) near = nearest_to(in_lower_case(name), known);  // Conv2d, ReLU, MaxPool
  if (near.empty()) {
    const std::vector<std::string_view> operators = operator_names();
    near = nearest_to(name, operators);
  }
  throw Mistake{"unknown-layer", call.text_span, fmt::format("there is no layer or block '{}'", name),
                near.empty() ? "layers, blocks of this file, and ONNX's operators by their names can be called"
                             : fmt::format("did you mean '{}'?", near)};
}

// Places.

PlaceId Interpreter::place_of(const Call& call, std::string_view name) {
  std::vector<std::string> others{std::string(name)};
  if (!call.wanted.name.empty()) others.push_back(call.wanted.name);
  std::string own(name);
  if (call.wanted.is_new) own = call.wanted.name;
  if (!call.expression->as.text.empty()) own = call.expression->as.text;
  return record_->places.add(frame().place, own, others);
}

template <typename Apply>
Interpreter::Results Interpreter::apply_at_place(const Call& call, const Layer* layer, Apply apply) {
  check_words(call, layer);
  const Expression& expression = *call.expression;
  const PlaceId place = place_of(call, expression.text);
  const TextOrigin origin = content_.source.origin(expression.text_span);
  build_.stand_at({record_->places.path(frame().place), record_->places.name(place), static_cast<std::uint32_t>(origin.line),
                   static_cast<std::uint32_t>(origin.column)});
  Results results;
  try {
    for (const Handle& handle : apply()) {
      remember(handle, expression.span);
      results.push_back({handle});
    }
  } catch (const BuildError& error) {
    refuse_call(call, layer, error);
  }
  check_results(expression, results.size(), call.results);
  return results;
}

Interpreter::Results Interpreter::call_layer(const Layer& layer, const Call& call) {
  const std::vector<Argument> positional = positional_of(call);
  const std::vector<NamedArgument> named = named_of(call);
  return apply_at_place(call, &layer, [&] { return apply(build_, layer, positional, named, call.results); });
}

Interpreter::Results Interpreter::call_operator(const Call& call) {
  const std::vector<Argument> positional = positional_of(call);
  const std::vector<NamedArgument> named = named_of(call);
  return apply_at_place(call, nullptr,
                        [&] { return apply_operator(build_, call.expression->text, positional, named, call.results); });
}

Interpreter::Results Interpreter::call_instance(Instance& instance, const Call& call) {
  if (call.positional.size() > 1 || !call.named.empty())
    throw Mistake{"bad-call",
                  call.expression->span,
                  fmt::format("'{}' is a shared instance: its arguments were given where it was made", call.expression->text),
                  {},
                  {problems_.note(instance.call->span, "here")}};
  Call whole = call;
  for (const auto& [expression, datum] : instance.positional)
    whole.positional.push_back({expression, datum, label_of(*expression)});
  whole.named = instance.named;
  const Layer* layer = find_layer(instance.call->text);
  build_.begin_shared(instance.weights);
  ++sharing_;
  Results results;
  try {
    results = layer != nullptr ? call_layer(*layer, whole) : call_block(*content_.definitions.at(instance.call->text), whole);
  } catch (...) {
    --sharing_;
    try {
      build_.end_shared();
    } catch (const BuildError&) {  // follows from what is thrown
    }
    throw;
  }
  --sharing_;
  try {
    build_.end_shared();
  } catch (const BuildError& error) {
    refuse_call(call, nullptr, error);
  }
  return results;
}

// Blocks.

void Interpreter::fill_parameters(const Definition& block, const Call& call, Variables& variables) {
  const auto give = [&](const Parameter& parameter, const Datum& datum, const Expression* expression) {
    const bool is_bare =
        expression != nullptr && expression->kind == Kind::name && datum.word() != nullptr && is_unknown_name(*expression);
    if (is_bare && !is_layer_word(expression->text) && !content_.words.contains(expression->text)) fail_unknown(*expression);
    variables[parameter.name.text] = {datum, expression == nullptr ? call.expression->span : expression->span, {}, false};
  };
  if (call.positional.size() > block.parameters.size())
    throw Mistake{"too-many-arguments",
                  call.expression->span,
                  fmt::format("block '{}' takes {} argument{} at most, and {} are given", block.name.text,
                              block.parameters.size(), block.parameters.size() == 1 ? "" : "s", call.positional.size()),
                  signature_of(block),
                  {problems_.note(block.name.span, "it is defined here")}};
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
                    {problems_.note(block.name.span, "it is defined here")}};
    }
    if (variables.contains(name))
      throw Mistake{"bad-argument", argument->name.span, fmt::format("'{}' is given twice", name), signature_of(block)};
    give(*parameter, datum, &argument->value);
  }
}

Interpreter::Results Interpreter::call_block(const Definition& block, const Call& call) {
  const auto is_active = [&](const Frame& active) { return active.definition == &block; };
  if (std::any_of(frames_.begin(), frames_.end(), is_active))
    throw Mistake{"recursion", call.expression->text_span, fmt::format("block '{}' calls itself", block.name.text),
                  "the language has no recursion; repeat and for do what is done again"};
  if (frames_.size() >= kMaxDepth)
    throw Mistake{"too-deep", call.expression->text_span, fmt::format("blocks are called more than {} deep", kMaxDepth)};
  Frame inner;
  inner.definition = &block;
  inner.called = call.expression->span;
  fill_parameters(block, call, inner.variables);
  for (const Parameter& parameter : block.parameters)
    if (!parameter.has_default && !inner.variables.contains(parameter.name.text))
      throw Mistake{"missing-argument",
                    call.expression->span,
                    fmt::format("block '{}' is not given '{}'", block.name.text, parameter.name.text),
                    signature_of(block),
                    {problems_.note(parameter.name.span, "it has no default")}};
  inner.place = place_of(call, call.expression->text);
  frames_.push_back(std::move(inner));
  try {
    for (const Parameter& parameter : block.parameters)
      if (!frame().variables.contains(parameter.name.text))
        frame().variables[parameter.name.text] = {evaluate(parameter.value), parameter.name.span, {}, false};
    run_all(block.body);
  } catch (...) {
    frames_.pop_back();
    throw;
  }
  const bool has_returned = frame().has_returned;
  Results results = std::move(frame().returned);
  frames_.pop_back();
  if (!has_returned)
    throw Mistake{"no-result",
                  call.expression->span,
                  fmt::format("block '{}' came to its end without a 'return'", block.name.text),
                  {},
                  {problems_.note(block.name.span, "it is defined here")}};
  check_results(*call.expression, results.size(), call.results);
  for (const Datum& result : results)
    if (result.tensor() != nullptr) remember(*result.tensor(), call.expression->span);
  if (results.front().is_spoiled() && call.results == 1) throw Spoiled{};
  return results;
}

// Arguments.

Argument Interpreter::argument_of(const Datum& datum, const Expression* expression, const std::string& label) {
  const Span span = expression == nullptr ? Span{} : expression->span;
  Argument argument;
  argument.label = label;
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

std::vector<Argument> Interpreter::positional_of(const Call& call) {
  std::vector<Argument> arguments;
  for (const Given& given : call.positional) arguments.push_back(argument_of(given.datum, given.expression, given.label));
  return arguments;
}

std::vector<NamedArgument> Interpreter::named_of(const Call& call) {
  std::vector<NamedArgument> arguments;
  for (const auto& [argument, datum] : call.named)
    arguments.emplace_back(std::string(argument->name.text), argument_of(datum, &argument->value, label_of(argument->value)));
  return arguments;
}

/// A bare name that stands for nothing is a word; where no layer knows it, it was meant to be something else.
void Interpreter::check_words(const Call& call, const Layer* layer) {
  const auto check = [&](const Expression* expression, const Datum& datum, bool takes_words, std::string_view help) {
    if (expression == nullptr || expression->kind != Kind::name || datum.word() == nullptr || takes_words) return;
    if (!is_unknown_name(*expression) || is_layer_word(expression->text) || content_.words.contains(expression->text)) return;
    if (help.empty()) fail_unknown(*expression);
    throw Mistake{"unknown-name", expression->text_span, fmt::format("nothing is called '{}' here", expression->text),
                  std::string(help)};
  };
  for (const Given& given : call.positional) check(given.expression, given.datum, false, {});
  for (const auto& [argument, datum] : call.named) {
    bool takes_words = layer == nullptr;
    if (layer != nullptr)
      for (const LayerParameter& parameter : layer->parameters)
        if (parameter.name == argument->name.text) takes_words = parameter.kind == ParameterKind::word;
    const bool is_pad = layer != nullptr && argument->name.text == "pad";
    check(&argument->value, datum, takes_words,
          is_pad ? "pad is a number, a list of begins and ends, same, valid or causal" : "");
  }
}

Span Interpreter::span_of_argument(const Call& call, const Layer* layer, const std::string& parameter) {
  for (const auto& [argument, datum] : call.named)
    if (argument->name.text == parameter) return argument->name.span;
  if (layer != nullptr)
    for (std::size_t i = 0; i < layer->parameters.size() && i < call.positional.size(); ++i)
      if (layer->parameters[i].name == parameter && call.positional[i].expression != nullptr)
        return call.positional[i].expression->span;
  return call.expression->span;
}

/// Where the operands of a call came from, with their shapes.
std::vector<Note> Interpreter::notes_of(const Call& call) {
  std::vector<Note> notes;
  std::vector<Span> seen;
  for (const Given& given : call.positional) {
    const Handle* tensor = given.datum.tensor();
    if (tensor == nullptr || notes.size() >= kMaxNotes) continue;
    const auto made = made_at_.find({tensor->graph, tensor->tensor});
    if (made == made_at_.end()) continue;
    if (std::any_of(seen.begin(), seen.end(), [&](Span span) { return span.begin == made->second.begin; })) continue;
    seen.push_back(made->second);
    const std::string name = given.label.empty() ? "the input" : fmt::format("'{}'", given.label);
    notes.push_back(problems_.note(made->second, fmt::format("{} is {}, from here", name, build_.type_of(*tensor).shape.text())));
  }
  return notes;
}

void Interpreter::refuse_call(const Call& call, const Layer* layer, const BuildError& error) {
  const bool is_argument = !error.argument().empty();
  const Span span = is_argument ? span_of_argument(call, layer, error.argument()) : call.expression->span;
  std::string help = error.help();
  std::string message = error.what();
  if (!message.starts_with(call.expression->text)) message = fmt::format("{}: {}", call.expression->text, message);
  throw Mistake{error.code(), span, std::move(message), std::move(help), is_argument ? std::vector<Note>() : notes_of(call)};
}

}  // namespace macroscope::dsl
