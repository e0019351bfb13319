#include "frontends/dsl/interpreter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analyzer/diagnostics/suggestion.h"
#include "frontends/dsl/formatter.h"

namespace macroscope::dsl {
namespace {

using Kind = Statement::Kind;

/// Ends the whole net: what comes after would only repeat what was said.
struct GivenUp {};

constexpr std::size_t kMaxExpectations = 10'000;
/// Names and elements of names that expectations keep, all of them together.
constexpr std::size_t kMaxKeptNames = 500'000;
constexpr std::size_t kMaxCallNotes = 3;

bool mentions(const Expression& expression, std::string_view name) {
  if ((expression.kind == Expression::Kind::name || expression.kind == Expression::Kind::index) && expression.text == name)
    return true;
  return std::any_of(expression.operands.begin(), expression.operands.end(),
                     [&](const Expression& operand) { return mentions(operand, name); }) ||
         std::any_of(expression.named.begin(), expression.named.end(),
                     [&](const NamedValue& argument) { return mentions(argument.value, name); });
}

/// The targets that statements give values to, those in nested ones as well.
void collect_targets(const std::vector<Statement>& statements, std::vector<const Expression*>& targets) {
  for (const Statement& statement : statements) {
    if (statement.kind == Kind::assignment || statement.kind == Kind::number)
      for (const Expression& target : statement.targets) targets.push_back(&target);
    collect_targets(statement.body, targets);
    for (const Branch& branch : statement.branches) collect_targets(branch.body, targets);
  }
}

}  // namespace

Interpreter::Interpreter(const NetFile::Content& content, const Definition& net, const NetSettings& settings, Problems& problems)
    : content_(content),
      net_(net),
      settings_(settings),
      problems_(problems),
      build_(net.name.text),
      record_(std::make_shared<NetRecord>()) {}

std::optional<Network> Interpreter::run() {
  Frame top;
  top.definition = &net_;
  frames_.push_back(std::move(top));
  try {
    give_parameters();
    run_all(net_.body);
    if (outputs_.empty() && !problems_.has_errors())
      problems_.error("no-output", net_.name.span, fmt::format("net '{}' has no output", net_.name.text),
                      "name its result: output y = x -> ...");
  } catch (const GivenUp&) {
    return std::nullopt;
  }
  if (problems_.has_errors()) return std::nullopt;
  record_->variables = std::move(frames_.front().variables);
  return build_.take();
}

void Interpreter::report(const Mistake& mistake) {
  std::vector<Note> notes = mistake.notes;
  const std::size_t deepest = frames_.size();
  for (std::size_t depth = deepest; depth > 1 && deepest - depth < kMaxCallNotes; --depth)
    notes.push_back(problems_.note(frames_[depth - 1].called,
                                   fmt::format("block '{}' is called here", frames_[depth - 1].definition->name.text)));
  problems_.error(mistake.code, mistake.span, mistake.message, mistake.help, std::move(notes));
  if (problems_.is_full() || mistake.code == "too-large") throw GivenUp{};
}

// Parameters of the net.

void Interpreter::give_parameters() {
  for (const Parameter& parameter : net_.parameters) {
    Datum datum;
    try {
      datum = value_of_parameter(parameter);
    } catch (const Mistake& mistake) {
      report(mistake);
    } catch (const Spoiled&) {}
    frame().variables[parameter.name.text] = {std::move(datum), parameter.name.span, {}, false};
  }
}

Datum Interpreter::value_of_parameter(const Parameter& parameter) {
  const std::string_view name = parameter.name.text;
  if (const auto word = settings_.words.find(name); word != settings_.words.end()) {
    if (word->second == "true" || word->second == "false") return {word->second == "true"};
    return {word->second};
  }
  if (const auto number = settings_.numbers.find(name); number != settings_.numbers.end()) {
    for (const std::string& symbol : number->second.symbols()) static_cast<void>(build_.symbol(symbol));
    return {Number(number->second)};
  }
  if (!parameter.has_default) return {Number(build_.symbol(name))};
  Datum datum = evaluate(parameter.value);
  if (settings_.free.find(name) == settings_.free.end()) return datum;
  if (datum.number() == nullptr)
    throw Mistake{"bad-value", parameter.name.span, fmt::format("'{}' is no number, and cannot be a free symbol", name)};
  return {Number(build_.symbol(name))};
}

// Statements.

void Interpreter::run_all(const std::vector<Statement>& statements) {
  for (const Statement& statement : statements) {
    run_guarded(statement);
    if (frame().has_returned) return;
  }
}

void Interpreter::run_guarded(const Statement& statement) {
  if (++steps_ > kMaxSteps) {
    report({"too-large", statement.span, fmt::format("the net takes more than {} steps to expand", kMaxSteps),
            "a symbolic repeat count needs one step"});
  }
  try {
    run_one(statement);
  } catch (const Mistake& mistake) {
    spoil(statement);
    report(mistake);
  } catch (const Spoiled&) {
    spoil(statement);
  } catch (const AlgebraError& error) {
    spoil(statement);
    report({"overflow", statement.span, error.what()});
  } catch (const BuildError& error) {
    spoil(statement);
    report({error.code(), statement.span, error.what(), error.help()});
  }
}

/// What a statement that failed would have named is used without further complaint.
void Interpreter::spoil(const Statement& statement) {
  for (const Expression& target : statement.targets) frame().variables[target.text] = {{}, target.span, {}, false};
  if (!statement.typed.name.text.empty())
    frame().variables[statement.typed.name.text] = {{}, statement.typed.name.span, {}, false};
  if (statement.kind == Kind::output)
    for (const Expression& target : statement.targets) outputs_.emplace(target.text, target.span);
  if (statement.kind == Kind::give_back) {
    frame().has_returned = true;
    frame().returned.assign(statement.values.size(), Datum{});
  }
}

void Interpreter::run_one(const Statement& statement) {
  switch (statement.kind) {
    case Kind::input:
      return input(statement);
    case Kind::parameter:
      return parameter(statement);
    case Kind::constant:
      return constant(statement);
    case Kind::number:
      return let(statement);
    case Kind::assignment:
      return assign(statement);
    case Kind::output:
      return output(statement);
    case Kind::give_back:
      return give_back(statement);
    case Kind::repeat:
      return repeat(statement);
    case Kind::loop:
      return loop(statement);
    case Kind::alternative:
      return alternative(statement);
    case Kind::shared:
      return share(statement);
    case Kind::expectation:
      return expect(statement);
  }
}

void Interpreter::only_in_nets(const Statement& statement, std::string_view what) {
  if (in_block()) throw Mistake{"misplaced", statement.span, fmt::format("{} stand in nets, and this is a block", what)};
  if (symbolic_repeats_ > 0)
    throw Mistake{"misplaced", statement.span, fmt::format("{} cannot stand in a 'repeat' whose count is a symbol", what)};
}

void Interpreter::check_name(const Word& name) {
  const bool is_layer = find_layer(name.text) != nullptr || is_number_function(name.text);
  const auto block = content_.definitions.find(name.text);
  const bool is_block = block != content_.definitions.end() && !block->second->is_net;
  if (!is_layer && !is_block) return;
  throw Mistake{"name-taken", name.span,
                fmt::format("'{}' is a {}, and cannot name anything else", name.text, is_layer ? "layer" : "block"),
                fmt::format("another name, such as {}_out", name.text)};
}

void Interpreter::bind_name(const Word& name, Datum datum) {
  check_name(name);
  frame().variables[name.text] = {std::move(datum), name.span, {}, false};
}

void Interpreter::bind(const Expression& target, Datum datum) {
  if (target.kind != Expression::Kind::index) return bind_name({target.text, target.span}, std::move(datum));
  check_name({target.text, target.text_span});
  if (symbolic_repeats_ > 0)
    throw Mistake{"misplaced", target.span, "an indexed name cannot be given a value in a 'repeat' whose count is a symbol"};
  const std::int64_t index = plain(target.operands.front(), "an index");
  Variable& variable = frame().variables[target.text];
  if (!variable.is_indexed) variable = {{}, target.span, {}, true};
  variable.elements[index] = std::move(datum);
}

std::vector<Dim> Interpreter::dims_of(const TypedName& typed) {
  std::vector<Dim> dims;
  for (const Expression& dim : typed.dims) {
    dims.push_back(whole(dim));
    if (at_least(dims.back(), 0) == Certainty::never)
      throw Mistake{"bad-size", dim.span, fmt::format("an extent is at least 0, and this is {}", dims.back().text())};
  }
  return dims;
}

DataType Interpreter::dtype_of(const TypedName& typed) {
  if (typed.dtype.text.empty()) return DataType::float32;
  if (const auto dtype = data_type_named(typed.dtype.text)) return *dtype;
  std::vector<std::string_view> known;
  for (int number = 1; number < kDataTypeCount; ++number) known.push_back(name_of(data_type_of(number)));
  throw Mistake{"unknown-dtype", typed.dtype.span, fmt::format("there is no element type '{}'", typed.dtype.text),
                suggestion_for(typed.dtype.text, known)};
}

void Interpreter::input(const Statement& statement) {
  only_in_nets(statement, "inputs");
  const Word& name = statement.typed.name;
  check_name(name);
  if (const auto known = frame().variables.find(name.text); known != frame().variables.end())
    throw Mistake{"name-taken",
                  name.span,
                  fmt::format("'{}' is a name already", name.text),
                  {},
                  {problems_.note(known->second.defined, "it was given here")}};
  const DataType dtype = dtype_of(statement.typed);
  const Handle handle = build_.input(name.text, dtype, dims_of(statement.typed));
  remember(handle, statement.span);
  bind_name(name, {handle});
}

void Interpreter::parameter(const Statement& statement) {
  const Word& name = statement.typed.name;
  check_name(name);
  const DataType dtype = dtype_of(statement.typed);
  const std::vector<Dim> dims = dims_of(statement.typed);
  build_.stand_at({record_->places.path(frame().place), std::string(name.text),
                   static_cast<std::uint32_t>(content_.source.line_of(name.span.begin)),
                   static_cast<std::uint32_t>(content_.source.origin(name.span).column)});
  const Handle handle =
      sharing_ > 0 ? build_.weight("param", dims, TapMask::none, dtype) : build_.parameter(name.text, dims, dtype);
  remember(handle, statement.span);
  bind_name(name, {handle});
}

void Interpreter::constant(const Statement& statement) {
  const Expression& target = statement.targets.front();
  const Datum value = evaluate(statement.value);
  const std::string name(target.text);
  std::vector<Number> elements;
  if (const Number* number = value.number()) elements.push_back(*number);
  if (const std::vector<Datum>* list = value.list())
    for (const Datum& element : *list)
      if (const Number* number = element.number()) elements.push_back(*number);
  const bool is_list = value.list() != nullptr;
  if (elements.empty() || (is_list && elements.size() != value.list()->size()))
    throw Mistake{"bad-value", statement.value.span,
                  fmt::format("a constant is a number or a list of numbers, and not {}", described(value)), "const s = [1, 2]"};
  build_.stand_at(
      {record_->places.path(frame().place), name, static_cast<std::uint32_t>(content_.source.line_of(target.span.begin)), 1});
  std::vector<Dim> sizes;
  std::vector<Real> reals;
  for (const Number& element : elements) {
    if (const auto size = element.whole(); size && !element.is_decimal) sizes.push_back(*size);
    const auto decimal = element.decimal();
    if (!decimal && !element.whole())
      throw Mistake{"bad-value", statement.value.span, fmt::format("{} is not a whole number", text_of(element))};
    reals.push_back(decimal ? Real(*decimal) : Real::ratio(*element.whole()));
  }
  const bool is_integer = sizes.size() == elements.size();
  Handle handle;
  if (is_integer) handle = is_list ? build_.list(name, sizes) : build_.scalar(name, sizes.front());
  if (!is_integer) handle = build_.reals(name, reals, !is_list);
  remember(handle, statement.span);
  bind(target, {handle});
}

void Interpreter::let(const Statement& statement) {
  const Expression& target = statement.targets.front();
  Datum value = evaluate(statement.value);
  if (value.tensor() != nullptr)
    throw Mistake{"bad-value", statement.value.span, fmt::format("'let' names a number, and this is a tensor"),
                  fmt::format("without let: {} = {}", target.text, text_of(statement.value))};
  if (const std::string* word = value.word(); word != nullptr && statement.value.kind == Expression::Kind::name &&
                                              is_unknown_name(statement.value) && !is_layer_word(*word) &&
                                              !content_.words.contains(*word))
    fail_unknown(statement.value);
  if (const Number* number = value.number(); number != nullptr && !number->whole() && !number->is_decimal)
    static_cast<void>(whole(statement.value));
  bind(target, std::move(value));
}

void Interpreter::assign(const Statement& statement) {
  for (const Expression& target : statement.targets) check_name({target.text, target.text_span});
  const Expression& first = statement.targets.front();
  Wanted wanted;
  if (statement.targets.size() == 1) {
    wanted.is_new = first.kind == Expression::Kind::name && !mentions(statement.value, first.text);
    wanted.name = first.kind == Expression::Kind::name
                      ? std::string(first.text)
                      : fmt::format("{}[{}]", first.text, plain(first.operands.front(), "an index"));
  }
  Results results = results_of(statement.value, statement.targets.size(), wanted);
  for (std::size_t i = 0; i < statement.targets.size(); ++i) {
    const Expression& target = statement.targets[i];
    if (!results[i].is_spoiled() && results[i].tensor() == nullptr)
      throw Mistake{"bad-value", statement.value.span, fmt::format("expected a tensor, found {}", described(results[i])),
                    fmt::format("numbers are named by let: let {} = {}", text_of(target), text_of(statement.value))};
    if (statement.targets.size() > 1 && !in_block() && target.kind == Expression::Kind::name && results[i].tensor() != nullptr)
      build_.rename(*results[i].tensor(), target.text);
    bind(target, std::move(results[i]));
  }
}

void Interpreter::output(const Statement& statement) {
  only_in_nets(statement, "outputs");
  if (statement.has_value) {
    assign(statement);
  }
  for (const Expression& target : statement.targets) {
    if (target.kind != Expression::Kind::name)
      throw Mistake{"bad-value", target.span, "an output has a name of its own", fmt::format("output y = {}", text_of(target))};
    const auto [first, is_new] = outputs_.emplace(target.text, target.span);
    if (!is_new)
      throw Mistake{"name-taken",
                    target.span,
                    fmt::format("'{}' is an output already", target.text),
                    {},
                    {problems_.note(first->second, "the first one")}};
    const Datum datum = evaluate(target);
    if (datum.word() != nullptr && is_unknown_name(target)) fail_unknown(target);
    if (datum.tensor() == nullptr)
      throw Mistake{"bad-value", target.span,
                    fmt::format("an output is a tensor, and '{}' is {}", target.text, described(datum))};
    build_.output(*datum.tensor(), target.text, statement.is_side);
  }
}

void Interpreter::give_back(const Statement& statement) {
  if (!in_block())
    throw Mistake{"misplaced", statement.span, "'return' ends a block, and this is a net",
                  "a net names its results: output y = ..."};
  std::vector<Datum> returned;
  for (const Expression& value : statement.values) {
    Datum datum = evaluate(value);
    if (datum.word() != nullptr && value.kind == Expression::Kind::name && is_unknown_name(value)) fail_unknown(value);
    if (datum.tensor() == nullptr)
      throw Mistake{"bad-value", value.span, fmt::format("a block returns tensors, and this is {}", described(datum))};
    returned.push_back(std::move(datum));
  }
  frame().returned = std::move(returned);
  frame().has_returned = true;
}

void Interpreter::expect(const Statement& statement) {
  only_in_nets(statement, "expectations");
  if (record_->expectations.size() >= kMaxExpectations)
    throw Mistake{"too-large", statement.span, fmt::format("more than {} expectations", kMaxExpectations)};
  NetRecord::Expectation expectation{&statement, {}};
  for (const auto& [name, variable] : frame().variables) {
    const bool has_elements = variable.is_indexed && mentions(statement.value, name);
    kept_names_ += 1 + (has_elements ? variable.elements.size() : 0);
    if (kept_names_ > kMaxKeptNames)
      throw Mistake{"too-large", statement.span,
                    fmt::format("the expectations up to here look back at more than {} names", kMaxKeptNames),
                    "let them stand behind the loop"};
    Variable& kept = expectation.variables[name] = {variable.datum, variable.defined, {}, variable.is_indexed};
    if (has_elements) kept.elements = variable.elements;
  }
  record_->expectations.push_back(std::move(expectation));
}

void Interpreter::share(const Statement& statement) {
  const Expression& target = statement.targets.front();
  const Expression& call = statement.value;
  const bool is_call = call.kind == Expression::Kind::call || call.kind == Expression::Kind::name;
  const auto block = content_.definitions.find(call.text);
  const bool is_known = find_layer(call.text) != nullptr || (block != content_.definitions.end() && !block->second->is_net);
  if (!is_call)
    throw Mistake{"bad-value", call.span, "expected a block or a layer with its arguments", "shared enc = my_block(64)"};
  if (!is_known) fail_unknown_call(call);
  auto instance = std::make_shared<Instance>();
  instance->call = &call;
  for (const Expression& argument : call.operands) instance->positional.emplace_back(&argument, evaluate(argument));
  for (const NamedValue& argument : call.named) instance->named.emplace_back(&argument, evaluate(argument.value));
  instance->weights = build_.share(target.text);
  bind(target, {std::move(instance)});
}

void Interpreter::alternative(const Statement& statement) {
  for (const Branch& branch : statement.branches) {
    const Certainty holds = branch.is_else ? Certainty::always : truth(branch.condition);
    if (holds == Certainty::unknown)
      throw Mistake{"undecided", branch.condition.span,
                    fmt::format("whether {} holds depends on a symbol", text_of(branch.condition)),
                    "a condition has to be decidable: give the symbol a value with --set"};
    if (holds == Certainty::never) continue;
    run_all(branch.body);
    return;
  }
}

// Loops.

/// `repeat`, or `repeat_2` for the second one of the same block.
std::string Interpreter::loop_name(std::string_view word) {
  for (int number = 1;; ++number) {
    std::string name = number == 1 ? std::string(word) : fmt::format("{}_{}", word, number);
    const std::string& within = record_->places.path(frame().place);
    const std::string prefix = within.empty() ? "" : within + "/";
    if (!record_->places.find(fmt::format("{}{}[1]", prefix, name)) && !record_->places.find(prefix + name)) return name;
  }
}

void Interpreter::round(const Statement& statement, std::string_view word, const std::string& name, std::int64_t number) {
  const PlaceId outside = frame().place;
  std::vector<std::string> others;
  if (word == "for") others.push_back(fmt::format("repeat[{}]", number));
  frame().place = record_->places.add(outside, fmt::format("{}[{}]", name, number), others);
  const PlaceId inside = frame().place;
  run_all(statement.body);
  frame().place = outside;
  record_->places.drop_if_empty(inside);
}

void Interpreter::repeat(const Statement& statement) {
  const Dim count = whole(statement.value);
  if (at_least(count, 0) == Certainty::never)
    throw Mistake{"bad-value", statement.value.span, fmt::format("a count is at least 0, and this is {}", count.text())};
  if (!count.is_number()) return repeat_symbolically(statement, count);
  const std::string name = loop_name("repeat");
  for (std::int64_t number = 1; number <= *count.number() && !frame().has_returned; ++number) {
    if (statement.body.empty()) break;
    round(statement, "repeat", name, number);
  }
}

void Interpreter::repeat_symbolically(const Statement& statement, const Dim& count) {
  std::vector<const Expression*> targets;
  collect_targets(statement.body, targets);
  std::vector<std::string_view> names;
  std::vector<Handle> states;
  const Variables before = frame().variables;
  for (const Expression* target : targets) {
    const auto known = before.find(target->text);
    if (known == before.end() || std::find(names.begin(), names.end(), target->text) != names.end()) continue;
    if (known->second.datum.is_spoiled() && !known->second.is_indexed) throw Spoiled{};
    const Handle* tensor = known->second.datum.tensor();
    if (tensor == nullptr)
      throw Mistake{
          "unsteady-repeat", target->span,
          fmt::format("'{}' would change from round to round, and the count {} is a symbol", target->text, count.text()),
          "only tensors may change in it; --set gives the count a value"};
    names.push_back(target->text);
    states.push_back(*tensor);
  }
  if (names.empty())
    throw Mistake{"unsteady-repeat", statement.span, "this 'repeat' changes nothing",
                  "its body gives names from before a new value: x = x -> ..."};
  const PlaceId outside = frame().place;
  const std::string name = loop_name("repeat");
  const PlaceId inside = record_->places.add(outside, name, {});
  const std::size_t places = record_->places.count();
  const std::size_t mistakes = problems_.all().size();
  const auto body = [&](const std::vector<Handle>& inputs) {
    frame().variables = before;
    record_->places.shorten(places);
    for (std::size_t i = 0; i < names.size(); ++i) {
      frame().variables[names[i]].datum = {inputs[i]};
      remember(inputs[i], statement.value.span);
    }
    run_all(statement.body);
    if (frame().has_returned)
      throw Mistake{"misplaced", statement.span, "'return' cannot stand in a 'repeat' whose count is a symbol"};
    std::vector<Handle> results;
    for (const std::string_view state : names) {
      const Handle* tensor = frame().variables[state].datum.tensor();
      if (tensor == nullptr || problems_.all().size() > mistakes) throw Spoiled{};
      results.push_back(*tensor);
    }
    return results;
  };
  const TextOrigin origin = content_.source.origin(statement.span);
  std::vector<Handle> results;
  frame().place = inside;
  ++symbolic_repeats_;
  const auto leave = [&] {
    --symbolic_repeats_;
    frame().place = outside;
    frame().variables = before;
  };
  try {
    build_.stand_at({record_->places.path(outside), name, static_cast<std::uint32_t>(origin.line),
                     static_cast<std::uint32_t>(origin.column)});
    results = build_.repeat(count, states, body);
  } catch (const BuildError& error) {
    leave();
    for (const std::string_view state : names) frame().variables[state].datum = {};
    throw Mistake{error.code(), join(statement.span, statement.value.span), error.what(), error.help()};
  } catch (...) {
    leave();
    for (const std::string_view state : names) frame().variables[state].datum = {};
    throw;
  }
  leave();
  for (std::size_t i = 0; i < names.size(); ++i) {
    frame().variables[names[i]].datum = {results[i]};
    remember(results[i], statement.span);
  }
}

void Interpreter::loop(const Statement& statement) {
  for (const Expression& variable : statement.targets) check_name({variable.text, variable.span});
  if (statement.is_range) return loop_over_range(statement);
  const Datum over = evaluate(statement.value);
  const std::vector<Datum>* elements = over.list();
  if (elements == nullptr) {
    if (statement.value.kind == Expression::Kind::name && over.word() != nullptr && is_unknown_name(statement.value))
      fail_unknown(statement.value);
    throw Mistake{"bad-value", statement.value.span, fmt::format("expected a range or a list, found {}", described(over)),
                  fmt::format("for {} in 1..4 {{", statement.targets.front().text)};
  }
  const std::string name = loop_name("for");
  std::int64_t number = 0;
  for (const Datum& element : *elements) {
    if (frame().has_returned) return;
    if (!statement.is_tuple) {
      bind(statement.targets.front(), element);
    } else {
      const std::vector<Datum>* parts = element.list();
      if (parts == nullptr || parts->size() != statement.targets.size())
        throw Mistake{"bad-value", statement.value.span,
                      fmt::format("element {} of the list is {}, and {} variables are given", number + 1, text_of(element),
                                  statement.targets.size())};
      for (std::size_t i = 0; i < parts->size(); ++i) bind(statement.targets[i], (*parts)[i]);
    }
    round(statement, "for", name, ++number);
  }
}

void Interpreter::loop_over_range(const Statement& statement) {
  if (statement.is_tuple)
    throw Mistake{"bad-value", statement.value.span, "a range has one number a round, and several variables are given"};
  const std::int64_t first = plain(statement.value, "the start of a range");
  const std::int64_t last = plain(statement.last, "the end of a range");
  const std::string name = loop_name("for");
  const std::int64_t step = statement.is_downward ? -1 : 1;
  std::int64_t number = 0;
  for (std::int64_t i = first; (statement.is_downward ? i >= last : i <= last) && !frame().has_returned; i += step) {
    if (statement.body.empty()) break;
    bind(statement.targets.front(), {Number(Dim(i))});
    round(statement, "for", name, ++number);
    if (i == last) break;  // also at the ends of 64 bits
  }
}

// Names.

Datum Interpreter::value_of_name(const Expression& name) {
  const auto found = frame().variables.find(name.text);
  if (found == frame().variables.end()) return {std::string(name.text)};
  if (found->second.is_indexed)
    throw Mistake{"bad-value",
                  name.span,
                  fmt::format("'{}' has one value an index", name.text),
                  fmt::format("{}[1]", name.text),
                  {problems_.note(found->second.defined, "it was given here")}};
  return found->second.datum;
}

Datum Interpreter::value_of_index(const Expression& index) {
  const auto found = frame().variables.find(index.text);
  if (found == frame().variables.end()) fail_unknown(index);
  if (!found->second.is_indexed) {
    if (found->second.datum.is_spoiled()) throw Spoiled{};
    if (found->second.datum.list() != nullptr) return element_of(found->second.datum, index.operands.front());
    throw Mistake{"bad-value", index.span,
                  fmt::format("'{}' is {}, and has no index", index.text, described(found->second.datum))};
  }
  const std::int64_t at = plain(index.operands.front(), "an index");
  const auto element = found->second.elements.find(at);
  if (element != found->second.elements.end()) return element->second;
  std::vector<std::string> known;
  for (const auto& [number, datum] : found->second.elements)
    if (known.size() < 8) known.push_back(fmt::format("{}", number));
  throw Mistake{"unknown-index", index.span, fmt::format("'{}' has no value at index {}", index.text, at),
                fmt::format("it has one at {}", fmt::join(known, ", "))};
}

bool Interpreter::is_unknown_name(const Expression& name) { return !frame().variables.contains(name.text); }

void Interpreter::fail_unknown(const Expression& name) {
  std::vector<std::string_view> known;
  for (const auto& [text, variable] : frame().variables) known.push_back(text);
  std::string help;
  if (find_layer(name.text) != nullptr) help = fmt::format("'{}' is a layer: x -> {}", name.text, name.text);
  if (help.empty())
    if (const std::string_view near = nearest_to(name.text, known); !near.empty()) help = fmt::format("did you mean '{}'?", near);
  if (help.empty() && !known.empty() && known.size() <= 8) help = fmt::format("known here: {}", fmt::join(known, ", "));
  throw Mistake{"unknown-name", name.text_span, fmt::format("nothing is called '{}' here", name.text), std::move(help)};
}

}  // namespace macroscope::dsl
