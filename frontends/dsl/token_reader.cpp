#include "frontends/dsl/token_reader.h"

#include <fmt/format.h>

#include <utility>

namespace macroscope::dsl {

std::string shown(const Token& token) {
  switch (token.kind) {
    case TokenKind::newline:
      return "the end of the line";
    case TokenKind::end:
      return "the end of the file";
    case TokenKind::text:
      return fmt::format("the text {}", token.text);
    case TokenKind::keyword:
      return fmt::format("the word '{}'", token.text);
    case TokenKind::name:
    case TokenKind::integer:
    case TokenKind::decimal:
    case TokenKind::percent:
    case TokenKind::sign:
      break;
  }
  return fmt::format("'{}'", token.text);
}

void TokenReader::fail(Span span, std::string message, std::string help) {
  problems_.error("syntax", span, std::move(message), std::move(help));
  throw Unreadable{};
}

void TokenReader::fail_expected(std::string_view expected, std::string help) {
  fail(now().span, fmt::format("expected {}, found {}", expected, shown(now())), std::move(help));
}

Token TokenReader::expect(std::string_view word, std::string_view where) {
  if (!is(word)) fail_expected(fmt::format("'{}' {}", word, where));
  return take();
}

Token TokenReader::close(const Token& open, std::string_view bracket) {
  if (is(bracket)) return take();
  problems_.error("syntax", now().span, fmt::format("expected '{}' or ',', found {}", bracket, shown(now())), {},
                  {problems_.note(open.span, fmt::format("'{}' was opened here", open.text))});
  throw Unreadable{};
}

Word TokenReader::name(std::string_view what) {
  if (now().kind == TokenKind::keyword)
    fail(now().span, fmt::format("expected {}, found '{}', which is a word of the language", what, now().text),
         fmt::format("another name, such as {}_", now().text));
  if (now().kind != TokenKind::name) fail_expected(what);
  const Token token = take();
  return {token.text, token.span};
}

void TokenReader::end_statement(std::string_view after) {
  if (at_newline()) {
    take();
  } else if (!at_end() && !is("}")) {
    const bool is_assignment = is("=");
    fail(now().span, fmt::format("expected the end of the line after {}, found {}", after, shown(now())),
         is_assignment ? "a statement gives values to names: y = x -> relu" : "one statement a line");
  }
}

}  // namespace macroscope::dsl
