#include "frontends/dsl/syntax/expression_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "frontends/dsl/syntax/parser.h"

namespace macroscope::dsl {
namespace {

using Kind = Expression::Kind;

struct Sign {
  std::string_view text;
  Operation operation;
  Binding binding;
};

constexpr std::array<Sign, 14> kSigns{{{"or", Operation::either, Binding::disjunction},
                                       {"and", Operation::both, Binding::conjunction},
                                       {"==", Operation::equal, Binding::comparison},
                                       {"!=", Operation::not_equal, Binding::comparison},
                                       {"<", Operation::less, Binding::comparison},
                                       {"<=", Operation::at_most, Binding::comparison},
                                       {">", Operation::greater, Binding::comparison},
                                       {">=", Operation::at_least, Binding::comparison},
                                       {"+", Operation::add, Binding::sum},
                                       {"-", Operation::subtract, Binding::sum},
                                       {"*", Operation::multiply, Binding::term},
                                       {"/", Operation::divide, Binding::term},
                                       {"%", Operation::remainder, Binding::term},
                                       {"^", Operation::power, Binding::power}}};

Operation operation_at(const TokenReader& reader, Binding binding) {
  for (const Sign& sign : kSigns)
    if (sign.binding == binding && reader.is(sign.text)) return sign.operation;
  return Operation::none;
}

/// Counts how deep the recursion is while it lives.
class Descent {
 public:
  [[nodiscard]] Descent(int& depth, TokenReader& reader) : depth_(depth) {
    if (depth_ >= kMaxNesting) reader.fail(reader.now().span, fmt::format("nested more than {} deep", kMaxNesting));
    ++depth_;
  }
  Descent(const Descent&) = delete;
  Descent& operator=(const Descent&) = delete;
  ~Descent() { --depth_; }

 private:
  int& depth_;
};

}  // namespace

std::string_view spelling_of(Operation operation) noexcept {
  for (const Sign& sign : kSigns)
    if (sign.operation == operation) return sign.text;
  return operation == Operation::invert ? "not" : "-";
}

bool is_comparison(Operation operation) noexcept {
  return std::any_of(kSigns.begin(), kSigns.end(),
                     [&](const Sign& sign) { return sign.operation == operation && sign.binding == Binding::comparison; });
}

void ExpressionParser::measure(Expression& expression) const {
  std::uint16_t deepest = 0;
  for (const Expression& operand : expression.operands) deepest = std::max(deepest, operand.depth);
  for (const NamedValue& argument : expression.named) deepest = std::max(deepest, argument.value.depth);
  expression.depth = static_cast<std::uint16_t>(deepest + 1);
  if (expression.depth > 2 * kMaxNesting)
    reader_.fail(expression.text_span, fmt::format("an expression of more than {} levels", 2 * kMaxNesting),
                 "name parts of it: let a = ...");
}

Expression ExpressionParser::leaf(Kind kind) {
  const Token token = reader_.take();
  Expression expression;
  expression.kind = kind;
  expression.span = expression.text_span = token.span;
  expression.text = token.text;
  if (kind == Kind::text) {
    expression.text.remove_prefix(1);
    if (!expression.text.empty() && expression.text.back() == '"') expression.text.remove_suffix(1);
  }
  return expression;
}

Expression ExpressionParser::binary(Expression left, const Token& sign, Operation operation, Expression right) {
  Expression expression;
  expression.kind = Kind::binary;
  expression.operation = operation;
  expression.span = join(left.span, right.span);
  expression.text = sign.text;
  expression.text_span = sign.span;
  expression.operands.push_back(std::move(left));
  expression.operands.push_back(std::move(right));
  measure(expression);
  return expression;
}

Expression ExpressionParser::chain() {
  const Descent descent(nesting_, reader_);
  Expression head = disjunction();
  if (!reader_.is("->")) return head;
  Expression chain;
  chain.kind = Kind::chain;
  chain.span = head.span;
  chain.text_span = reader_.now().span;
  chain.operands.push_back(std::move(head));
  while (reader_.take_if("->")) {
    chain.operands.push_back(step());
    chain.span.end = reader_.previous().span.end;
  }
  measure(chain);
  return chain;
}

Expression ExpressionParser::step() {
  const Word name = reader_.name("a layer or a block after '->'");
  Expression call;
  call.kind = Kind::call;
  call.text = name.text;
  call.span = call.text_span = name.span;
  if (reader_.is("[")) reader_.fail(reader_.now().span, fmt::format("'{}' is called with parentheses", name.text));
  arguments(call);
  instance_name(call);
  measure(call);
  return call;
}

void ExpressionParser::instance_name(Expression& call) {
  if (!reader_.take_if("as")) return;
  call.as = reader_.name("a name for the layer after 'as'");
  call.span.end = call.as.span.end;
}

void ExpressionParser::arguments(Expression& call) {
  if (!reader_.is("(")) return;
  const Token open = reader_.take();
  call.has_parentheses = true;
  while (!reader_.is(")")) {
    if (reader_.now().is_word() && reader_.next().is("=")) {
      const Token name = reader_.take();
      reader_.take();
      const auto same = std::find_if(call.named.begin(), call.named.end(),
                                     [&](const NamedValue& given) { return given.name.text == name.text; });
      if (same != call.named.end())
        reader_.problems().error("syntax", name.span, fmt::format("'{}' is given twice", name.text), {},
                                 {reader_.problems().note(same->name.span, "it was given here already")});
      Expression value = chain();
      call.named.push_back({{name.text, name.span}, std::move(value)});
    } else {
      Expression value = chain();
      if (!call.named.empty())
        reader_.problems().error("syntax", value.span, "this argument has no name and follows one that has",
                                 "arguments without a name come first");
      call.operands.push_back(std::move(value));
    }
    if (!reader_.take_if(",")) break;
  }
  const Token close = reader_.close(open, ")");
  call.span.end = close.span.end;
}

/// a + b - c is (a + b) - c.
Expression ExpressionParser::joined(Binding binding, Expression (ExpressionParser::*operand)()) {
  Expression left = (this->*operand)();
  while (true) {
    const Operation operation = operation_at(reader_, binding);
    if (operation == Operation::none) return left;
    const Token sign = reader_.take();
    left = binary(std::move(left), sign, operation, (this->*operand)());
  }
}

Expression ExpressionParser::disjunction() {
  const Descent descent(nesting_, reader_);
  return joined(Binding::disjunction, &ExpressionParser::conjunction);
}

Expression ExpressionParser::conjunction() { return joined(Binding::conjunction, &ExpressionParser::inversion); }

Expression ExpressionParser::inversion() {
  if (!reader_.is("not")) return comparison();
  const Descent descent(nesting_, reader_);
  Expression expression;
  const Token sign = reader_.take();
  expression.kind = Kind::unary;
  expression.operation = Operation::invert;
  expression.text = sign.text;
  expression.text_span = sign.span;
  expression.operands.push_back(inversion());
  expression.span = join(sign.span, expression.operands.front().span);
  measure(expression);
  return expression;
}

Expression ExpressionParser::comparison() {
  Expression left = sum();
  const Operation operation = operation_at(reader_, Binding::comparison);
  if (operation == Operation::none) return left;
  const Token sign = reader_.take();
  left = binary(std::move(left), sign, operation, sum());
  if (operation_at(reader_, Binding::comparison) != Operation::none)
    reader_.fail(reader_.now().span, "comparisons do not chain", "join them: a < b and b < c");
  return left;
}

Expression ExpressionParser::sum() { return joined(Binding::sum, &ExpressionParser::term); }

Expression ExpressionParser::term() { return joined(Binding::term, &ExpressionParser::factor); }

Expression ExpressionParser::factor() {
  if (!reader_.is("-")) return power();
  const Descent descent(nesting_, reader_);
  Expression expression;
  const Token sign = reader_.take();
  expression.kind = Kind::unary;
  expression.operation = Operation::negate;
  expression.text = sign.text;
  expression.text_span = sign.span;
  expression.operands.push_back(factor());
  expression.span = join(sign.span, expression.operands.front().span);
  measure(expression);
  return expression;
}

/// Binds to the right: 2^3^2 is 2^9.
Expression ExpressionParser::power() {
  Expression base = primary();
  if (!reader_.is("^")) return base;
  const Descent descent(nesting_, reader_);
  const Token sign = reader_.take();
  return binary(std::move(base), sign, Operation::power, factor());
}

Expression ExpressionParser::primary() {
  const Token& token = reader_.now();
  switch (token.kind) {
    case TokenKind::integer:
      return leaf(Kind::integer);
    case TokenKind::decimal:
      return leaf(Kind::decimal);
    case TokenKind::percent:
      return leaf(Kind::percent);
    case TokenKind::text:
      return leaf(Kind::text);
    case TokenKind::name:
      return named_primary();
    default:
      break;
  }
  if (token.is("true") || token.is("false")) return leaf(Kind::truth);
  if (token.is("(")) return parenthesized();
  if (token.is("[")) {
    const Token open = reader_.take();
    Expression expression;
    expression.kind = Kind::list;
    expression.text_span = open.span;
    expression.operands = list(open, "]");
    expression.span = join(open.span, reader_.previous().span);
    measure(expression);
    return expression;
  }
  if (token.is("=")) reader_.fail_expected("a value", "'==' compares, '=' gives a value to a name");
  reader_.fail_expected("a value or a name");
}

std::vector<Expression> ExpressionParser::list(const Token& open, std::string_view close) {
  std::vector<Expression> elements;
  while (!reader_.is(close)) {
    elements.push_back(chain());
    if (!reader_.take_if(",")) break;
  }
  reader_.close(open, close);
  return elements;
}

Expression ExpressionParser::parenthesized() {
  const Token open = reader_.take();
  Expression expression;
  expression.text_span = open.span;
  expression.operands = list(open, ")");
  expression.span = join(open.span, reader_.previous().span);
  if (expression.operands.empty()) reader_.fail(expression.span, "nothing stands between these parentheses");
  expression.kind = expression.operands.size() == 1 ? Kind::group : Kind::tuple;
  measure(expression);
  return expression;
}

Expression ExpressionParser::named_primary() {
  Expression expression = leaf(Kind::name);
  if (reader_.is("(")) {
    expression.kind = Kind::call;
    arguments(expression);
    instance_name(expression);
    measure(expression);
    if (reader_.is("[")) return element(std::move(expression));
  } else if (reader_.is("[")) {
    const Token open = reader_.take();
    expression.kind = Kind::index;
    expression.operands = list(open, "]");
    expression.span.end = reader_.previous().span.end;
    if (expression.operands.size() != 1) reader_.fail(expression.span, "one index stands between the brackets");
    measure(expression);
  }
  return expression;
}

/// `shape(x)[1]`
Expression ExpressionParser::element(Expression list_of) {
  const Token open = reader_.take();
  Expression expression;
  expression.kind = Kind::element;
  expression.text_span = list_of.text_span;
  expression.operands = list(open, "]");
  expression.span = join(list_of.span, reader_.previous().span);
  if (expression.operands.size() != 1) reader_.fail(expression.span, "one index stands between the brackets");
  expression.operands.insert(expression.operands.begin(), std::move(list_of));
  measure(expression);
  return expression;
}

Expression ExpressionParser::target(std::string_view what) {
  const Word name = reader_.name(what);
  Expression expression;
  expression.text = name.text;
  expression.span = expression.text_span = name.span;
  if (!reader_.is("[")) return expression;
  const Token open = reader_.take();
  expression.kind = Kind::index;
  expression.operands = list(open, "]");
  expression.span.end = reader_.previous().span.end;
  if (expression.operands.size() != 1) reader_.fail(expression.span, "one index stands between the brackets");
  measure(expression);
  return expression;
}

}  // namespace macroscope::dsl
