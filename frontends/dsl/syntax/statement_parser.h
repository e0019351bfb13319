// Statement parser: how are the statements of a net or block read?
#pragma once

#include <string_view>
#include <vector>

#include "frontends/dsl/syntax/expression_parser.h"

namespace macroscope::dsl {

class StatementParser {
 public:
  StatementParser(TokenReader& reader, ExpressionParser& expressions) noexcept : reader_(reader), expressions_(expressions) {}

  /// The statements up to the closing brace.  Goes on behind a mistake with the next one. \throws Unreadable
  std::vector<Statement> body(const Token& open, Span& close);
  /// `expect ...`, which stands outside of nets as well. \throws Unreadable
  Statement expectation();

 private:
  [[nodiscard]] bool begins_item() const;
  void skip_statement();
  Statement statement();
  void typed(Statement& made, std::string_view what);
  void input(Statement& made);
  void parameter(Statement& made);
  void named_value(Statement& made, Statement::Kind kind, std::string_view what);
  void output(Statement& made);
  void give_back(Statement& made);
  void repeat(Statement& made);
  void loop(Statement& made);
  Expression variable();
  void alternative(Statement& made);
  bool otherwise(Statement& made);
  [[nodiscard]] bool follows_else() const;
  void assignment(Statement& made);

  TokenReader& reader_;
  ExpressionParser& expressions_;
  int depth_ = 0;
};

}  // namespace macroscope::dsl
