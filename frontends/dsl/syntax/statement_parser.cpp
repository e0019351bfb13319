#include "frontends/dsl/syntax/statement_parser.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "frontends/dsl/syntax/parser.h"

namespace macroscope::dsl {
namespace {

constexpr std::array<std::string_view, 12> kStatements{"input",  "output", "side output", "let",    "param",  "const",
                                                       "repeat", "for",    "if",          "shared", "return", "expect"};

}  // namespace

std::vector<Statement> StatementParser::body(const Token& open, Span& close) {
  if (depth_ >= kMaxNesting) reader_.fail(open.span, fmt::format("nested more than {} deep", kMaxNesting));
  ++depth_;
  std::vector<Statement> statements;
  while (true) {
    reader_.skip_newlines();
    if (reader_.is("}") || reader_.at_end() || begins_item()) break;
    try {
      statements.push_back(statement());
    } catch (const Unreadable&) {
      if (reader_.problems().is_full()) throw;
      skip_statement();
    }
  }
  --depth_;
  close = reader_.now().span;
  if (!reader_.take_if("}")) {
    std::vector<Note> notes{reader_.problems().note(open.span, "'{' was opened here")};
    if (const auto crooked = reader_.crooked_brace())
      notes.push_back(
          reader_.problems().note(*crooked, "a '}' may be missing before this one, which is not in line with its '{'"));
    reader_.problems().error("syntax", reader_.now().span, fmt::format("expected '}}', found {}", shown(reader_.now())), {},
                             std::move(notes));
    if (reader_.at_end()) throw Unreadable{};
  }
  return statements;
}

/// `net` and `block` never are within a body.
bool StatementParser::begins_item() const { return reader_.is("net") || reader_.is("block"); }

/// Goes on behind the line, or behind the body that begins on it.
void StatementParser::skip_statement() {
  int depth = 0;
  while (!reader_.at_end()) {
    if (depth == 0 && (reader_.at_newline() || reader_.is("}"))) return;
    if (reader_.previous().kind == TokenKind::newline && begins_item()) return;
    if (reader_.is("{")) ++depth;
    if (reader_.is("}")) --depth;
    reader_.take();
  }
}

Statement StatementParser::statement() {
  const Token first = reader_.now();
  Statement made;
  made.span = first.span;
  if (first.is("input")) {
    input(made);
  } else if (first.is("output")) {
    output(made);
  } else if (first.kind == TokenKind::name && first.text == "side" && reader_.next().is("output")) {
    reader_.take();
    made.is_side = true;
    output(made);
  } else if (first.is("param")) {
    parameter(made);
  } else if (first.is("const")) {
    named_value(made, Statement::Kind::constant, "the constant's name");
  } else if (first.is("let")) {
    named_value(made, Statement::Kind::number, "a name for the number");
  } else if (first.is("shared")) {
    named_value(made, Statement::Kind::shared, "the instance's name");
  } else if (first.is("return")) {
    give_back(made);
  } else if (first.is("repeat")) {
    repeat(made);
  } else if (first.is("for")) {
    loop(made);
  } else if (first.is("if")) {
    alternative(made);
  } else if (first.is("expect")) {
    return expectation();
  } else if (first.kind == TokenKind::name) {
    assignment(made);
  } else if (first.is("else")) {
    reader_.fail(first.span, "this 'else' follows no 'if'");
  } else if (first.is("compare")) {
    reader_.fail(first.span, "'compare' stands outside of nets and blocks");
  } else {
    reader_.fail_word("expected a statement", kStatements, "for example: y = x -> conv(64, 3)");
  }
  return made;
}

void StatementParser::typed(Statement& made, std::string_view what) {
  made.typed.name = reader_.name(what);
  reader_.expect(":", "before the dims",
                 fmt::format("all axes are written, batch first: {}: [1, 3, 224, 224]", made.typed.name.text));
  if (reader_.now().kind == TokenKind::name) {
    made.typed.dtype = {reader_.now().text, reader_.now().span};
    reader_.take();
  }
  if (!reader_.is("[")) reader_.fail_expected("dims in brackets", "all axes are written, batch first: [1, 3, 224, 224]");
  const Token open = reader_.take();
  made.typed.dims = expressions_.list(open, "]");
}

void StatementParser::input(Statement& made) {
  made.kind = Statement::Kind::input;
  reader_.take();
  typed(made, "the input's name");
  made.span.end = reader_.previous().span.end;
  reader_.end_statement("the input");
}

void StatementParser::parameter(Statement& made) {
  made.kind = Statement::Kind::parameter;
  reader_.take();
  typed(made, "the parameter's name");
  made.span.end = reader_.previous().span.end;
  reader_.end_statement("the parameter");
}

void StatementParser::named_value(Statement& made, Statement::Kind kind, std::string_view what) {
  made.kind = kind;
  const Token word = reader_.take();
  made.targets.push_back(expressions_.target(what));
  reader_.expect("=", fmt::format("after the name of '{}'", word.text));
  made.value = expressions_.chain();
  made.has_value = true;
  made.span.end = made.value.span.end;
  reader_.end_statement("the value");
}

void StatementParser::output(Statement& made) {
  made.kind = Statement::Kind::output;
  reader_.take();
  made.targets.push_back(expressions_.target("the output's name"));
  while (reader_.take_if(",")) made.targets.push_back(expressions_.target("the output's name"));
  if (reader_.is("->"))
    reader_.fail(reader_.now().span, "expected '=' after the output's name, found '->'",
                 fmt::format("name the result: output y = {} -> ...", made.targets.front().text));
  if (reader_.take_if("=")) {
    made.value = expressions_.chain();
    made.has_value = true;
  }
  made.span.end = reader_.previous().span.end;
  reader_.end_statement("the output");
}

void StatementParser::give_back(Statement& made) {
  made.kind = Statement::Kind::give_back;
  reader_.take();
  do {
    made.values.push_back(expressions_.chain());
  } while (reader_.take_if(","));
  made.span.end = reader_.previous().span.end;
  reader_.end_statement("what is returned");
}

void StatementParser::repeat(Statement& made) {
  made.kind = Statement::Kind::repeat;
  reader_.take();
  made.value = expressions_.expression();
  made.has_value = true;
  made.span.end = made.value.span.end;
  const Token open = reader_.expect("{", "after the count of 'repeat'");
  made.body = body(open, made.close);
}

void StatementParser::loop(Statement& made) {
  made.kind = Statement::Kind::loop;
  reader_.take();
  if (reader_.is("(")) {
    const Token open = reader_.take();
    made.is_tuple = true;
    do {
      made.targets.push_back(variable());
    } while (reader_.take_if(","));
    reader_.close(open, ")");
  } else {
    made.targets.push_back(variable());
    if (reader_.is(","))
      reader_.fail(reader_.now().span, "several variables stand in parentheses", "for (a, b) in [(1, 2), (3, 4)] {");
  }
  reader_.expect("in", "after the variable of 'for'");
  made.value = expressions_.expression();
  made.has_value = true;
  if (reader_.is("..") || reader_.is("downto")) {
    made.is_range = true;
    made.is_downward = reader_.take().is("downto");
    made.last = expressions_.expression();
  }
  made.span.end = reader_.previous().span.end;
  const Token open = reader_.expect("{", "after what 'for' goes over");
  made.body = body(open, made.close);
}

Expression StatementParser::variable() {
  const Word name = reader_.name("the variable of 'for'");
  Expression variable;
  variable.text = name.text;
  variable.span = variable.text_span = name.span;
  return variable;
}

void StatementParser::alternative(Statement& made) {
  made.kind = Statement::Kind::alternative;
  bool goes_on = true;
  while (goes_on) {
    Branch branch;
    reader_.take();  // if
    branch.condition = expressions_.expression();
    if (made.branches.empty()) made.span.end = branch.condition.span.end;
    if (reader_.is("=")) reader_.fail(reader_.now().span, "expected '{', found '='", "'==' compares");
    const Token open = reader_.expect("{", "after the condition");
    branch.open = open.span;
    branch.body = body(open, branch.close);
    made.close = branch.close;
    made.branches.push_back(std::move(branch));
    goes_on = otherwise(made);
  }
}

/// `else {` ends the statement, `else if` goes on with it.
bool StatementParser::otherwise(Statement& made) {
  if (!follows_else()) return false;
  reader_.skip_newlines();
  reader_.take();
  if (reader_.is("if")) return true;
  Branch branch;
  branch.is_else = true;
  const Token open = reader_.expect("{", "after 'else'");
  branch.open = open.span;
  branch.body = body(open, branch.close);
  made.close = branch.close;
  made.branches.push_back(std::move(branch));
  return false;
}

bool StatementParser::follows_else() const { return reader_.is("else") || (reader_.at_newline() && reader_.next().is("else")); }

Statement StatementParser::expectation() {
  Statement made;
  made.kind = Statement::Kind::expectation;
  made.span = reader_.take().span;
  made.value = expressions_.chain();
  made.has_value = true;
  if (reader_.is("=")) reader_.fail(reader_.now().span, "expected a comparison, found '='", "'==' compares");
  if (made.value.kind != Expression::Kind::binary || !is_comparison(made.value.operation))
    reader_.fail(made.value.span, "an expectation compares two values", "for example: expect macs == 120_422_400");
  made.span.end = made.value.span.end;
  reader_.end_statement("the expectation");
  return made;
}

void StatementParser::assignment(Statement& made) {
  made.kind = Statement::Kind::assignment;
  if (const Token& following = reader_.next(); following.is_word() || following.kind == TokenKind::integer)
    reader_.fail_word("expected a statement", kStatements, "for example: y = x -> conv(64, 3)");
  do {
    made.targets.push_back(expressions_.target("a name"));
  } while (reader_.take_if(","));
  if (reader_.is("->") || reader_.is("("))
    reader_.fail(made.targets.front().span, "the result of this chain has no name",
                 fmt::format("name it: {} = {} -> ...", made.targets.front().text, made.targets.front().text));
  reader_.expect("=", made.targets.size() == 1 ? fmt::format("after '{}'", made.targets.front().text) : "after the names");
  made.value = expressions_.chain();
  made.has_value = true;
  made.span.end = made.value.span.end;
  reader_.end_statement("the value");
}

}  // namespace macroscope::dsl
