#include "frontends/dsl/interpreter/evaluator.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "frontends/dsl/syntax/formatter.h"

namespace macroscope::dsl {
namespace {

using Kind = Expression::Kind;

constexpr std::array<std::string_view, 4> kFunctions{"min", "max", "floor", "ceil"};

Certainty opposite(Certainty certainty) {
  if (certainty == Certainty::unknown) return certainty;
  return certainty == Certainty::always ? Certainty::never : Certainty::always;
}

/// A long word is as large as several elements.
constexpr std::size_t kLettersOfElement = 16;

/// With the elements of lists in it.
std::size_t size_of(const Datum& datum) {
  std::size_t size = 1;
  if (const std::string* word = datum.word()) size += word->size() / kLettersOfElement;
  if (const std::vector<Datum>* list = datum.list())
    for (const Datum& element : *list) size += size_of(element);
  return size;
}

Certainty certain(bool holds) { return holds ? Certainty::always : Certainty::never; }

Certainty all_of(Certainty a, Certainty b) {
  if (a == Certainty::never || b == Certainty::never) return Certainty::never;
  return a == Certainty::always && b == Certainty::always ? Certainty::always : Certainty::unknown;
}

}  // namespace

bool is_number_function(std::string_view name) noexcept {
  return std::find(kFunctions.begin(), kFunctions.end(), name) != kFunctions.end();
}

bool is_arithmetic_of_tensors(Operation operation) noexcept {
  return operation == Operation::add || operation == Operation::subtract || operation == Operation::multiply ||
         operation == Operation::divide;
}

std::string described(const Datum& datum) {
  struct Description {
    std::string operator()(std::monostate) const { return "unknown"; }
    std::string operator()(const Number& number) const { return fmt::format("the number {}", text_of(number)); }
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(const std::string& word) const { return fmt::format("the word '{}'", word); }
    std::string operator()(const Handle&) const { return "a tensor"; }
    std::string operator()(const std::shared_ptr<Instance>&) const { return "a shared instance"; }
    std::string operator()(const std::shared_ptr<const std::vector<Datum>>& list) const {
      return fmt::format("a list of {}", list->size());
    }
  };
  return std::visit(Description{}, datum.value);
}

std::string text_of(const Datum& datum) {
  if (const Number* number = datum.number()) return text_of(*number);
  if (const std::string* word = datum.word()) return *word;
  const std::vector<Datum>* list = datum.list();
  if (list == nullptr) return described(datum);
  std::string text = "[";
  for (const Datum& element : *list) text.append(text.size() > 1 ? ", " : "").append(text_of(element));
  return text + "]";
}

void Evaluator::count_evaluations(const Expression& expression, std::size_t count) {
  evaluations_ += count;
  if (evaluations_ > kMaxEvaluations)
    throw Mistake{"too-large", expression.span, fmt::format("more than {} expressions are worked out", kMaxEvaluations),
                  "fewer rounds of the loops around this"};
}

Datum Evaluator::evaluate(const Expression& expression) {
  count_evaluations(expression, 1);
  Datum datum = value_of(expression);
  if (datum.word() != nullptr) count_evaluations(expression, size_of(datum) - 1);
  return datum;
}

Datum Evaluator::value_of(const Expression& expression) {
  switch (expression.kind) {
    case Kind::integer:
    case Kind::decimal:
    case Kind::percent:
      try {
        return {number_of(expression.text)};
      } catch (const AlgebraError& error) {
        throw Mistake{"bad-number", expression.span, fmt::format("this number is too large: {}", error.what())};
      }
    case Kind::text:
      return {std::string(expression.text)};
    case Kind::truth:
      return {expression.text == "true"};
    case Kind::name: {
      Datum datum = value_of_name(expression);
      if (datum.is_poisoned()) throw Poisoned{};
      return datum;
    }
    case Kind::index: {
      Datum datum = value_of_index(expression);
      if (datum.is_poisoned()) throw Poisoned{};
      return datum;
    }
    case Kind::call: {
      std::optional<Datum> number = value_of_function(expression);
      return number ? std::move(*number) : value_of_call(expression);
    }
    case Kind::group:
      return evaluate(expression.operands.front());
    case Kind::list:
    case Kind::tuple:
      return value_of_list(expression);
    case Kind::element:
      return value_of_element(expression);
    case Kind::unary:
      return value_of_unary(expression);
    case Kind::binary:
      return value_of_binary(expression);
    case Kind::chain:
      break;
  }
  return value_of_chain(expression);
}

void Evaluator::require_known(const Expression& expression, const Datum& datum) {
  if (expression.kind == Kind::name && datum.word() != nullptr && is_unknown_name(expression)) fail_unknown(expression);
}

Number Evaluator::number_of_datum(const Datum& datum, const Expression& expression) {
  if (const Number* number = datum.number()) return *number;
  const Expression* inner = &expression;
  while (inner->kind == Kind::group) inner = &inner->operands.front();
  require_known(*inner, datum);
  std::string help;
  if (datum.tensor() != nullptr) help = "tensors are added by add(a, b) and multiplied by mul(a, b)";
  throw Mistake{"bad-value", expression.span, fmt::format("expected a number, found {}", described(datum)), std::move(help)};
}

Number Evaluator::number(const Expression& expression) { return number_of_datum(evaluate(expression), expression); }

Dim Evaluator::whole(const Expression& expression) {
  const Number value = number(expression);
  if (const auto whole = value.whole()) return *whole;
  if (value.is_decimal)
    throw Mistake{"bad-value", expression.span, fmt::format("expected a whole number, found {}", text_of(value))};
  throw Mistake{"not-divisible", expression.span,
                fmt::format("{} / {} is not a whole number", value.over.text(), value.under.text()),
                "floor(a / b) rounds down, ceil(a / b) rounds up"};
}

std::int64_t Evaluator::plain(const Expression& expression, std::string_view what) {
  const Dim value = whole(expression);
  if (const auto number = value.number()) return *number;
  if (value.integer()) throw Mistake{"bad-value", expression.span, fmt::format("{} is past 64 bits: {}", what, value.text())};
  const std::vector<std::string> symbols = value.symbols();
  throw Mistake{"undecided", expression.span,
                fmt::format("{} has to be a number, and {} depends on {}", what, value.text(), fmt::join(symbols, ", ")),
                fmt::format("--set {}=8 gives it a value", symbols.empty() ? "NAME" : symbols.front())};
}

Certainty Evaluator::truth(const Expression& expression) {
  if (expression.kind == Kind::group) return truth(expression.operands.front());
  if (expression.kind == Kind::unary && expression.operation == Operation::invert)
    return opposite(truth(expression.operands.front()));
  if (expression.kind == Kind::binary) {
    const Expression& left = expression.operands.front();
    const Expression& right = expression.operands.back();
    if (expression.operation == Operation::both) {
      const Certainty first = truth(left);
      return first == Certainty::never ? first : all_of(first, truth(right));
    }
    if (expression.operation == Operation::either) {
      const Certainty first = truth(left);
      return first == Certainty::always ? first : opposite(all_of(opposite(first), opposite(truth(right))));
    }
    if (is_comparison(expression.operation)) return comparison(expression);
  }
  const Datum datum = evaluate(expression);
  if (const bool* truth = datum.truth()) return certain(*truth);
  require_known(expression, datum);
  throw Mistake{"bad-value", expression.span, fmt::format("expected true or false, found {}", described(datum)),
                "compare it: n == 1"};
}

Certainty Evaluator::comparison(const Expression& expression) {
  const Datum left = evaluate(expression.operands.front());
  const Datum right = evaluate(expression.operands.back());
  const bool is_equality = expression.operation == Operation::equal || expression.operation == Operation::not_equal;
  if (is_equality && left.word() != nullptr && right.word() != nullptr)
    return certain((*left.word() == *right.word()) == (expression.operation == Operation::equal));
  if (is_equality && left.truth() != nullptr && right.truth() != nullptr)
    return certain((*left.truth() == *right.truth()) == (expression.operation == Operation::equal));
  // A word or truth and a number are never equal: a parameter may be either.
  const bool is_word = left.word() != nullptr || right.word() != nullptr || left.truth() != nullptr || right.truth() != nullptr;
  const bool is_number = left.number() != nullptr || right.number() != nullptr;
  if (is_equality && is_word && (is_number || (left.word() != nullptr) != (right.word() != nullptr)) &&
      left.tensor() == nullptr && right.tensor() == nullptr && left.list() == nullptr && right.list() == nullptr)
    return certain(expression.operation == Operation::not_equal);
  try {
    return compare(expression.operation, number_of_datum(left, expression.operands.front()),
                   number_of_datum(right, expression.operands.back()));
  } catch (const AlgebraError& error) {
    throw Mistake{"overflow", expression.span, error.what()};
  }
}

Datum Evaluator::value_of_list(const Expression& expression) {
  std::vector<Datum> elements;
  std::size_t size = 0;
  for (const Expression& element : expression.operands) {
    elements.push_back(evaluate(element));
    size += size_of(elements.back());
    if (size > kMaxElements)
      throw Mistake{"too-large", expression.span, fmt::format("a list holds more than {} elements", kMaxElements)};
  }
  count_evaluations(expression, size);
  return Datum::list_of(std::move(elements));
}

Datum Evaluator::value_of_element(const Expression& expression) {
  const Datum datum = evaluate(expression.operands.front());
  if (datum.list() == nullptr)
    throw Mistake{"bad-value", expression.operands.front().span, fmt::format("expected a list, found {}", described(datum))};
  return element_of(datum, expression.operands.back());
}

Datum Evaluator::element_of(const Datum& datum, const Expression& place) {
  const std::vector<Datum>& list = *datum.list();
  const std::int64_t index = plain(place, "an index");
  if (index < 0 || index >= static_cast<std::int64_t>(list.size()))
    throw Mistake{"unknown-index", place.span, fmt::format("the list {} has no element {}", text_of(datum), index),
                  "elements are counted from 0"};
  return list[static_cast<std::size_t>(index)];
}

Datum Evaluator::value_of_unary(const Expression& expression) {
  if (expression.operation == Operation::negate) return {negative(number(expression.operands.front()))};
  return value_of_binary(expression);
}

Datum Evaluator::value_of_binary(const Expression& expression) {
  const bool is_logic = expression.operation == Operation::both || expression.operation == Operation::either ||
                        expression.operation == Operation::invert || is_comparison(expression.operation);
  if (is_logic) {
    const Certainty certainty = truth(expression);
    if (certainty == Certainty::unknown)
      throw Mistake{"undecided", expression.span, fmt::format("whether {} holds depends on a symbol", text_of(expression)),
                    "--set gives a symbol a value"};
    return {certainty == Certainty::always};
  }
  Datum left = evaluate(expression.operands.front());
  Datum right = evaluate(expression.operands.back());
  if ((left.tensor() != nullptr || right.tensor() != nullptr) && is_arithmetic_of_tensors(expression.operation))
    return value_of_tensors(expression, std::move(left), std::move(right));
  return computed(expression, left, right);
}

Datum Evaluator::computed(const Expression& expression, const Datum& left_datum, const Datum& right_datum) {
  const Number left = number_of_datum(left_datum, expression.operands.front());
  const Number right = number_of_datum(right_datum, expression.operands.back());
  try {
    return {compute(expression.operation, left, right)};
  } catch (const AlgebraError& error) {
    throw Mistake{"bad-value", expression.text_span,
                  fmt::format("{} {} {}: {}", text_of(left), spelling_of(expression.operation), text_of(right), error.what())};
  }
}

std::optional<Datum> Evaluator::value_of_function(const Expression& call) {
  if (!is_number_function(call.text)) return std::nullopt;
  const bool is_rounding = call.text == "floor" || call.text == "ceil";
  const bool fits = is_rounding ? call.operands.size() == 1 : !call.operands.empty();
  if (!call.named.empty() || !fits)
    throw Mistake{
        "bad-call", call.span,
        is_rounding ? fmt::format("{} takes one number", call.text) : fmt::format("{} takes one number or more", call.text),
        is_rounding ? fmt::format("{}(a / b)", call.text) : fmt::format("{}(a, b)", call.text)};
  try {
    Number result = number(call.operands.front());
    if (is_rounding) return Datum{Number(rounded(result, call.text == "ceil"))};
    for (std::size_t i = 1; i < call.operands.size(); ++i) {
      const Number other = number(call.operands[i]);
      result = call.text == "min" ? least(result, other) : greatest(result, other);
    }
    return Datum{result};
  } catch (const AlgebraError& error) {
    throw Mistake{"bad-value", call.span, error.what()};
  }
}

}  // namespace macroscope::dsl
