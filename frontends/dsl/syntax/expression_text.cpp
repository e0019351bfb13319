#include <fmt/format.h>

#include "frontends/dsl/syntax/formatter.h"

namespace macroscope::dsl {
namespace {

using Kind = Expression::Kind;

class ExpressionText {
 public:
  std::string text;

  void add(const Expression& expression) {
    switch (expression.kind) {
      case Kind::integer:
      case Kind::decimal:
      case Kind::percent:
      case Kind::truth:
      case Kind::name:
        text += expression.text;
        break;
      case Kind::text:
        text.append("\"").append(expression.text).append("\"");
        break;
      case Kind::index:
        text += expression.text;
        add_list('[', expression.operands, ']');
        break;
      case Kind::call:
        add_call(expression, true);
        break;
      case Kind::element:
        add(expression.operands.front());
        text += '[';
        add(expression.operands.back());
        text += ']';
        break;
      case Kind::list:
        add_list('[', expression.operands, ']');
        break;
      case Kind::tuple:
      case Kind::group:
        add_list('(', expression.operands, ')');
        break;
      case Kind::unary:
        text += spelling_of(expression.operation);
        if (expression.operation == Operation::invert) text += ' ';
        add(expression.operands.front());
        break;
      case Kind::binary:
        add_binary(expression);
        break;
      case Kind::chain:
        add(expression.operands.front());
        for (std::size_t step = 1; step < expression.operands.size(); ++step) {
          text += " -> ";
          add_call(expression.operands[step], false);
        }
        break;
    }
  }

  void add_call(const Expression& call, bool with_empty_parentheses) {
    text += call.text;
    if (with_empty_parentheses || !call.operands.empty() || !call.named.empty()) add_arguments(call);
    if (!call.as.text.empty()) text.append(" as ").append(call.as.text);
  }

 private:
  void add_elements(const std::vector<Expression>& elements) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (i > 0) text += ", ";
      add(elements[i]);
    }
  }

  void add_list(char open, const std::vector<Expression>& elements, char close) {
    text += open;
    add_elements(elements);
    text += close;
  }

  void add_arguments(const Expression& call) {
    text += '(';
    add_elements(call.operands);
    for (std::size_t i = 0; i < call.named.size(); ++i) {
      if (i > 0 || !call.operands.empty()) text += ", ";
      text.append(call.named[i].name.text).append(" = ");
      add(call.named[i].value);
    }
    text += ')';
  }

  void add_binary(const Expression& expression) {
    add(expression.operands.front());
    const std::string_view blank = expression.operation == Operation::power ? "" : " ";
    text.append(blank).append(spelling_of(expression.operation)).append(blank);
    add(expression.operands.back());
  }
};

}  // namespace

std::string text_of(const Expression& expression) {
  ExpressionText made;
  made.add(expression);
  return std::move(made.text);
}

}  // namespace macroscope::dsl
