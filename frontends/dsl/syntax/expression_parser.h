// Expression parser: how are expressions and chains of layers read?
#pragma once

#include <cstdint>

#include "frontends/dsl/syntax/token_reader.h"

namespace macroscope::dsl {

/// How tightly signs between two operands hold them.
enum class Binding : std::uint8_t { disjunction, conjunction, comparison, sum, term, power };

/// From loosest to tightest: `->`, or, and, not, comparison, + -, * / %, unary -, ^.
class ExpressionParser {
 public:
  explicit ExpressionParser(TokenReader& reader) noexcept : reader_(reader) {}

  /// \throws Unreadable
  Expression chain();
  /// One without an arrow at its top, as counts and bounds are.
  Expression expression() { return disjunction(); }
  /// A name, or an indexed name. \throws Unreadable
  Expression target(std::string_view what);
  /// `a, b, c` up to the closing bracket, which is taken.
  std::vector<Expression> list(const Token& open, std::string_view close);

 private:
  Expression joined(Binding binding, Expression (ExpressionParser::*operand)());
  Expression disjunction();
  Expression conjunction();
  Expression inversion();
  Expression comparison();
  Expression sum();
  Expression term();
  Expression factor();
  Expression power();
  Expression primary();
  Expression named_primary();
  Expression element(Expression list_of);
  Expression parenthesized();
  Expression step();
  void arguments(Expression& call);
  void instance_name(Expression& call);
  Expression leaf(Expression::Kind kind);
  Expression binary(Expression left, const Token& sign, Operation operation, Expression right);
  void measure(Expression& expression) const;

  TokenReader& reader_;
  int nesting_ = 0;
};

}  // namespace macroscope::dsl
