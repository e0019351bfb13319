#include "frontends/dsl/interpreter/call_interpreter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "analyzer/diagnostics/suggestion.h"
#include "frontends/dsl/syntax/formatter.h"

namespace macroscope::dsl {
namespace {

using Kind = Expression::Kind;

constexpr std::size_t kMaxNotes = 4;

std::string of_results(std::size_t count) { return count == 1 ? "one result" : fmt::format("{} results", count); }

std::string in_lower_case(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

void check_results(const Expression& expression, std::size_t given, std::size_t wanted) {
  if (given < wanted)
    throw Mistake{"too-many-results", expression.span,
                  fmt::format("'{}' gives {}, and {} are named", expression.text, of_results(given), wanted)};
}

}  // namespace

CallInterpreter::CallInterpreter(const NetContent& content, std::string_view net, Problems& problems)
    : content_(content), problems_(problems), build_(net), record_(std::make_shared<NetRecord>()), frames_(content, problems) {}

void CallInterpreter::stand_at(PathId within, std::string_view name, int line, int column) {
  build_.stand_at(
      {record_->paths.path(within), std::string(name), static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(column)});
}

Datum CallInterpreter::value_of_index(const Expression& index) {
  const Variable* variable = frames_.find(index.text);
  if (variable == nullptr) fail_unknown(index);
  const Expression& place = index.operands.front();
  if (variable->is_indexed) return frames_.element_of(*variable, index, plain(place, "an index"));
  if (variable->datum.is_poisoned()) throw Poisoned{};
  if (variable->datum.list() != nullptr) return element_of(variable->datum, place);
  throw Mistake{"bad-value", index.span, fmt::format("'{}' is {}, and has no index", index.text, described(variable->datum))};
}

CallInterpreter::Results CallInterpreter::results_of(const Expression& expression, std::size_t results, const Wanted& wanted) {
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
        if (datum.is_poisoned()) throw Poisoned{};
        if (step == 1) require_known(head, datum);
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
    case Kind::binary:
      if (is_arithmetic_of_tensors(expression.operation)) {
        Datum left = evaluate(expression.operands.front());
        Datum right = evaluate(expression.operands.back());
        if (left.tensor() == nullptr && right.tensor() == nullptr) return {computed(expression, left, right)};
        if (results == 1) return combine(expression, std::move(left), std::move(right), wanted);
      }
      break;
    default:
      break;
  }
  if (results > 1)
    throw Mistake{"too-many-results", expression.span, fmt::format("{} names are given, and this is one value", results),
                  "a, b = x -> split(2)"};
  Datum datum = evaluate(expression);
  require_known(expression, datum);
  return {std::move(datum)};
}

Datum CallInterpreter::value_of_chain(const Expression& chain) { return std::move(results_of(chain, 1, {}).front()); }

Datum CallInterpreter::value_of_call(const Expression& expression) {
  if (auto shape = call_shape(expression)) return std::move(*shape);
  return std::move(call(expression, std::nullopt, 1, {}).front());
}

/// channels(t) and shape(t), as expectations have them; nothing for another call.
std::optional<Datum> CallInterpreter::call_shape(const Expression& call) {
  if (call.text != "channels" && call.text != "shape") return std::nullopt;
  if (call.operands.size() != 1 || !call.named.empty())
    throw Mistake{"bad-call", call.span, fmt::format("{} takes one tensor", call.text), fmt::format("{}(x)", call.text)};
  const Expression& argument = call.operands.front();
  const Datum datum = evaluate(argument);
  require_known(argument, datum);
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

CallInterpreter::Results CallInterpreter::call(const Expression& expression, std::optional<Given> input, std::size_t results,
                                               const Wanted& wanted) {
  Call call;
  call.expression = &expression;
  call.results = results;
  call.wanted = wanted;
  if (input) call.positional.push_back(std::move(*input));
  for (const Expression& argument : expression.operands) {
    Datum datum = evaluate(argument);
    if (datum.is_poisoned()) throw Poisoned{};
    call.positional.push_back({&argument, std::move(datum), label_of(argument)});
  }
  for (const NamedValue& argument : expression.named) {
    call.named.emplace_back(&argument, evaluate(argument.value));
    if (call.named.back().second.is_poisoned()) throw Poisoned{};
  }
  return call_named(call);
}

CallInterpreter::Results CallInterpreter::call_named(const Call& call) {
  const Expression& expression = *call.expression;
  const Layer* layer = find_layer(expression.text);
  if (const Variable* variable = frames_.find(expression.text)) {
    if (const auto* instance = std::get_if<std::shared_ptr<Instance>>(&variable->datum.value))
      return call_instance(*std::shared_ptr<Instance>(*instance), call);
    if (variable->datum.is_poisoned() && !variable->is_indexed && layer == nullptr &&
        !content_.definitions.contains(expression.text))
      throw Poisoned{};
  }
  if (layer != nullptr) return call_layer(*layer, call);
  if (const Definition* block = content_.block(expression.text)) return call_block(*block, call);
  if (is_operator(expression.text)) return call_operator(call);
  fail_unknown_call(expression);
}

// Places.

PathId CallInterpreter::path_of(const Call& call, std::string_view name) {
  if (record_->paths.is_full())
    throw Mistake{
        "too-large", call.expression->text_span,
        fmt::format("the names of layers with those of the blocks around them take more than {} bytes", LayerPaths::kMaxBytes),
        "shorter names, or fewer blocks within blocks"};
  std::vector<std::string> others{std::string(name)};
  if (!call.wanted.name.empty()) others.push_back(call.wanted.name);
  std::string own(name);
  if (call.wanted.is_new) own = call.wanted.name;
  if (!call.expression->as.text.empty()) own = call.expression->as.text;
  return record_->paths.add(frame().path, own, others);
}

template <typename Apply>
CallInterpreter::Results CallInterpreter::apply_at_place(const Call& call, const Layer* layer, Apply apply,
                                                         std::string_view name) {
  check_words(call, layer);
  const Expression& expression = *call.expression;
  const PathId path = path_of(call, name.empty() ? expression.text : name);
  const TextOrigin origin = content_.source.origin(expression.text_span);
  stand_at(frame().path, record_->paths.name(path), origin.line, origin.column);
  Results results;
  try {
    for (const Handle& handle : apply()) {
      remember(handle, expression.span);
      results.emplace_back().value = handle;
    }
  } catch (const BuildError& error) {
    refuse_call(call, layer, error);
  }
  check_results(expression, results.size(), call.results);
  return results;
}

CallInterpreter::Results CallInterpreter::call_layer(const Layer& layer, const Call& call) {
  const std::vector<Argument> positional = positional_of(call);
  const std::vector<NamedArgument> named = named_of(call);
  if (layer.caution != nullptr && !call.positional.empty() && call.positional.front().datum.tensor() != nullptr)
    if (const auto caution = layer.caution(build_.type_of(*call.positional.front().datum.tensor()).shape))
      problems_.warning(caution->code, call.expression->span, caution->message, caution->help);
  return apply_at_place(call, &layer, [&] { return apply(build_, layer, positional, named, call.results); });
}

CallInterpreter::Results CallInterpreter::call_operator(const Call& call) {
  const std::vector<Argument> positional = positional_of(call);
  const std::vector<NamedArgument> named = named_of(call);
  const std::string_view op = call.expression->text;
  return apply_at_place(call, nullptr, [&] {
    try {
      return apply_operator(build_, op, positional, named, call.results);
    } catch (const BuildError& error) {
      // `Conv(8, 3)` is most often meant for the layer, which makes its own weights.
      const Layer* layer = layer_called_elsewhere(op);
      if (layer == nullptr || !error.help().empty()) throw;
      throw BuildError(
          error.code(), error.what(),
          fmt::format("{} is ONNX's operator and takes its weights as operands; the layer is {}", op, signature_of(*layer)),
          error.argument());
    }
  });
}

// Arithmetic of tensors.

Datum CallInterpreter::value_of_tensors(const Expression& expression, Datum left, Datum right) {
  return std::move(combine(expression, std::move(left), std::move(right), {}).front());
}

CallInterpreter::Results CallInterpreter::combine(const Expression& expression, Datum left, Datum right, const Wanted& wanted) {
  Call call;
  call.expression = &expression;
  call.wanted = wanted;
  for (auto& [side, datum] : {std::pair(&expression.operands.front(), &left), std::pair(&expression.operands.back(), &right)}) {
    if (datum->is_poisoned()) throw Poisoned{};
    if (datum->tensor() == nullptr) static_cast<void>(number_of_datum(*datum, *side));
    call.positional.push_back({side, std::move(*datum), label_of(*side)});
  }
  const std::vector<Argument> positional = positional_of(call);
  const ArithmeticOperator operation = operator_of_sign(spelling_of(expression.operation));
  return apply_at_place(
      call, nullptr, [&] { return apply_operator(build_, operation.op, positional, {}, 1); }, operation.name);
}

// Shared instances.

std::shared_ptr<Instance> CallInterpreter::instance_of(const Expression& call, std::string_view name) {
  if (call.kind != Kind::call && call.kind != Kind::name)
    throw Mistake{"bad-value", call.span, "expected a block or a layer with its arguments", "shared enc = my_block(64)"};
  if (find_layer(call.text) == nullptr && content_.block(call.text) == nullptr) fail_unknown_call(call);
  auto instance = std::make_shared<Instance>();
  instance->call = &call;
  for (const Expression& argument : call.operands)
    instance->positional.push_back({&argument, evaluate(argument), label_of(argument)});
  for (const NamedValue& argument : call.named) instance->named.emplace_back(&argument, evaluate(argument.value));
  instance->weights = build_.share(name);
  return instance;
}

CallInterpreter::Results CallInterpreter::call_instance(Instance& instance, const Call& call) {
  if (call.positional.size() > 1 || !call.named.empty())
    throw Mistake{"bad-call",
                  call.expression->span,
                  fmt::format("'{}' is a shared instance: its arguments were given where it was made", call.expression->text),
                  {},
                  {problems_.note(instance.call->span, "here")}};
  Call whole = call;
  whole.positional.insert(whole.positional.end(), instance.positional.begin(), instance.positional.end());
  whole.named = instance.named;
  const Layer* layer = find_layer(instance.call->text);
  build_.begin_shared(instance.weights);
  ++sharing_;
  Results results;
  try {
    results = layer != nullptr ? call_layer(*layer, whole) : call_block(*content_.block(instance.call->text), whole);
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

CallInterpreter::Results CallInterpreter::call_block(const Definition& block, const Call& call) {
  if (frames_.is_running(block))
    throw Mistake{"recursion", call.expression->text_span, fmt::format("block '{}' calls itself", block.name.text),
                  "the language has no recursion; repeat and for do what is done again"};
  if (frames_.is_full())
    throw Mistake{"too-deep", call.expression->text_span, fmt::format("blocks are called more than {} deep", Frames::kMaxDepth)};
  Frame inner;
  inner.definition = &block;
  inner.called = call.expression->span;
  inner.variables = variables_of(call, block, frames_, problems_);
  inner.path = path_of(call, call.expression->text);
  frames_.enter(std::move(inner));
  try {
    for (const Parameter& parameter : block.parameters)
      if (!frame().variables.contains(parameter.name.text))
        frame().variables[parameter.name.text] = {evaluate(parameter.value), parameter.name.span, {}, false};
    run_all(block.body);
  } catch (...) {
    frames_.leave();
    throw;
  }
  const bool has_returned = frame().has_returned;
  Results results = std::move(frame().returned);
  frames_.leave();
  if (!has_returned)
    throw Mistake{"no-result",
                  call.expression->span,
                  fmt::format("block '{}' came to its end without a 'return'", block.name.text),
                  {},
                  {problems_.note(block.name.span, "it is defined here")}};
  check_results(*call.expression, results.size(), call.results);
  for (const Datum& result : results)
    if (result.tensor() != nullptr) remember(*result.tensor(), call.expression->span);
  if (results.front().is_poisoned() && call.results == 1) throw Poisoned{};
  return results;
}

// What is wrong with a call.

void CallInterpreter::fail_unknown_call(const Expression& call) {
  const std::string_view name = call.text;
  if (content_.definitions.contains(name) && content_.block(name) == nullptr)
    throw Mistake{"unknown-layer", call.text_span, fmt::format("'{}' is a net, and nets are not called", name),
                  "make it a block that returns its result"};
  if (const Variable* variable = frames_.find(name))
    throw Mistake{"unknown-layer",
                  call.text_span,
                  fmt::format("'{}' is no layer or block", name),
                  {},
                  {problems_.note(variable->defined, "it was given its value here")}};
  if (name == "range")
    throw Mistake{"unknown-layer", call.text_span, "there is no layer or block 'range'",
                  "a range is written 1..4, and holds both ends"};
  std::vector<std::string_view> known;
  for (const Layer& layer : all_layers()) known.push_back(layer.name);
  for (const auto& [text, other] : content_.definitions)
    if (!other->is_net) known.push_back(text);
  for (const auto& [text, variable] : frame().variables)
    if (std::holds_alternative<std::shared_ptr<Instance>>(variable.datum.value)) known.push_back(text);
  std::string_view near;
  if (const Layer* layer = layer_called_elsewhere(name)) near = layer->name;
  if (near.empty()) near = nearest_to(name, known);
  if (near.empty()) near = nearest_to(in_lower_case(name), known);
  if (near.empty()) {
    const std::vector<std::string_view> operators = operator_names();
    near = nearest_to(name, operators);
  }
  throw Mistake{"unknown-layer", call.text_span, fmt::format("there is no layer or block '{}'", name),
                near.empty() ? "layers, blocks of this file, and ONNX's operators by their names can be called"
                             : fmt::format("did you mean '{}'?", near)};
}

/// A bare name that stands for nothing is a word; where no layer knows it, it was meant to be something else.
void CallInterpreter::check_words(const Call& call, const Layer* layer) {
  const auto check = [&](const Expression* expression, const Datum& datum, bool takes_words, std::string_view help) {
    if (expression == nullptr || takes_words || !frames_.is_stray(*expression, datum)) return;
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

/// Where the operands of a call came from, with their shapes.
std::vector<Note> CallInterpreter::notes_of(const Call& call) {
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

void CallInterpreter::refuse_call(const Call& call, const Layer* layer, const BuildError& error) {
  const bool is_argument = !error.argument().empty();
  const Span span = is_argument ? span_of_argument(call, layer, error.argument()) : call.expression->span;
  std::string help = error.help();
  std::string message = error.what();
  if (call.expression->kind == Kind::binary)
    message = fmt::format("{}: {}", text_of(*call.expression), message);
  else if (!message.starts_with(call.expression->text))
    message = fmt::format("{}: {}", call.expression->text, message);
  throw Mistake{error.code(), span, std::move(message), std::move(help), is_argument ? std::vector<Note>() : notes_of(call)};
}

}  // namespace macroscope::dsl
