#include "frontends/dsl/interpreter/interpreter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analyzer/diagnostics/suggestion.h"
#include "frontends/dsl/syntax/formatter.h"

namespace macroscope::dsl {
namespace {

using Kind = Statement::Kind;

/// Ends the whole net: what comes after would only repeat what was said.
struct GivenUp {};

constexpr std::size_t kMaxExpectations = 10'000;
/// Names and elements of names that expectations keep, all of them together.
constexpr std::size_t kMaxKeptNames = 500'000;

bool mentions(const Expression& expression, std::string_view name) {
  if ((expression.kind == Expression::Kind::name || expression.kind == Expression::Kind::index) && expression.text == name)
    return true;
  return std::any_of(expression.operands.begin(), expression.operands.end(),
                     [&](const Expression& operand) { return mentions(operand, name); }) ||
         std::any_of(expression.named.begin(), expression.named.end(),
                     [&](const NamedValue& argument) { return mentions(argument.value, name); });
}

}  // namespace

Interpreter::Interpreter(const NetContent& content, const Definition& net, const NetSettings& settings, Problems& problems)
    : CallInterpreter(content, net.name.text, problems), net_(net), settings_(settings) {}

std::optional<Network> Interpreter::run() {
  Frame top;
  top.definition = &net_;
  frames_.enter(std::move(top));
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
  record_->variables = std::move(frame().variables);
  return build_.take();
}

void Interpreter::report(const Mistake& mistake) {
  std::vector<Note> notes = mistake.notes;
  for (Note& call : frames_.calls()) notes.push_back(std::move(call));
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
    } catch (const Poisoned&) {}
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
    poison(statement);
    report(mistake);
  } catch (const Poisoned&) {
    poison(statement);
  } catch (const AlgebraError& error) {
    poison(statement);
    report({"overflow", statement.span, error.what()});
  } catch (const BuildError& error) {
    poison(statement);
    report({error.code(), statement.span, error.what(), error.help()});
  }
}

/// What a statement that failed would have named is used without further complaint.
void Interpreter::poison(const Statement& statement) {
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
  if (frames_.in_block()) throw Mistake{"misplaced", statement.span, fmt::format("{} stand in nets, and this is a block", what)};
  if (symbolic_repeats_ > 0)
    throw Mistake{"misplaced", statement.span, fmt::format("{} cannot stand in a 'repeat' whose count is a symbol", what)};
}

void Interpreter::bind(const Expression& target, Datum datum) {
  if (target.kind != Expression::Kind::index) return frames_.bind({target.text, target.span}, std::move(datum));
  frames_.check_name({target.text, target.text_span});
  if (symbolic_repeats_ > 0)
    throw Mistake{"misplaced", target.span, "an indexed name cannot be given a value in a 'repeat' whose count is a symbol"};
  frames_.bind_element(target, plain(target.operands.front(), "an index"), std::move(datum));
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
  frames_.check_name(name);
  if (const Variable* known = frames_.find(name.text))
    throw Mistake{"name-taken",
                  name.span,
                  fmt::format("'{}' is a name already", name.text),
                  {},
                  {problems_.note(known->defined, "it was given here")}};
  const DataType dtype = dtype_of(statement.typed);
  const Handle handle = build_.input(name.text, dtype, dims_of(statement.typed));
  remember(handle, statement.span);
  frames_.bind(name, {handle});
}

void Interpreter::parameter(const Statement& statement) {
  const Word& name = statement.typed.name;
  frames_.check_name(name);
  const DataType dtype = dtype_of(statement.typed);
  const std::vector<Dim> dims = dims_of(statement.typed);
  const TextOrigin origin = content_.source.origin(name.span);
  stand_at(frame().path, name.text, origin.line, origin.column);
  const Handle handle =
      is_sharing() ? build_.weight("param", dims, TapMask::none, dtype) : build_.parameter(name.text, dims, dtype);
  remember(handle, statement.span);
  frames_.bind(name, {handle});
}

void Interpreter::constant(const Statement& statement) {
  const Expression& target = statement.targets.front();
  const Datum value = evaluate(statement.value);
  std::vector<Number> elements;
  if (const Number* number = value.number()) elements.push_back(*number);
  if (const std::vector<Datum>* list = value.list())
    for (const Datum& element : *list)
      if (const Number* number = element.number()) elements.push_back(*number);
  const bool is_list = value.list() != nullptr;
  if (elements.empty() || (is_list && elements.size() != value.list()->size()))
    throw Mistake{"bad-value", statement.value.span,
                  fmt::format("a constant is a number or a list of numbers, and not {}", described(value)), "const s = [1, 2]"};
  stand_at(frame().path, target.text, content_.source.line_of(target.span.begin), 1);
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
  if (is_integer) handle = is_list ? build_.list(target.text, sizes) : build_.scalar(target.text, sizes.front());
  if (!is_integer) handle = build_.reals(target.text, reals, !is_list);
  remember(handle, statement.span);
  bind(target, {handle});
}

void Interpreter::let(const Statement& statement) {
  const Expression& target = statement.targets.front();
  Datum value = evaluate(statement.value);
  if (value.tensor() != nullptr)
    throw Mistake{"bad-value", statement.value.span, fmt::format("'let' names a number, and this is a tensor"),
                  fmt::format("without let: {} = {}", target.text, text_of(statement.value))};
  if (frames_.is_stray(statement.value, value)) fail_unknown(statement.value);
  if (const Number* number = value.number(); number != nullptr && !number->whole() && !number->is_decimal)
    static_cast<void>(whole(statement.value));
  bind(target, std::move(value));
}

void Interpreter::assign(const Statement& statement) {
  for (const Expression& target : statement.targets) frames_.check_name({target.text, target.text_span});
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
    if (!results[i].is_poisoned() && results[i].tensor() == nullptr)
      throw Mistake{"bad-value", statement.value.span, fmt::format("expected a tensor, found {}", described(results[i])),
                    fmt::format("numbers are named by let: let {} = {}", text_of(target), text_of(statement.value))};
    if (statement.targets.size() > 1 && !frames_.in_block() && target.kind == Expression::Kind::name &&
        results[i].tensor() != nullptr)
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
    require_known(target, datum);
    if (datum.tensor() == nullptr)
      throw Mistake{"bad-value", target.span,
                    fmt::format("an output is a tensor, and '{}' is {}", target.text, described(datum))};
    build_.output(*datum.tensor(), target.text, statement.is_side);
  }
}

void Interpreter::give_back(const Statement& statement) {
  if (!frames_.in_block())
    throw Mistake{"misplaced", statement.span, "'return' ends a block, and this is a net",
                  "a net names its results: output y = ..."};
  std::vector<Datum> returned;
  for (const Expression& value : statement.values) {
    Datum datum = evaluate(value);
    require_known(value, datum);
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
  bind(target, {instance_of(statement.value, target.text)});
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

}  // namespace macroscope::dsl
