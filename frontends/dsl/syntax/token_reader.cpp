#include "frontends/dsl/syntax/token_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "analyzer/diagnostics/suggestion.h"

namespace macroscope::dsl {
namespace {

/// What a word or sign that begins statements elsewhere is here.
std::string_view help_for_other_languages(const Token& token, const Token& next) {
  constexpr std::array<std::string_view, 6> kDefinitions{"class", "def", "fn", "func", "function", "module"};
  if (std::find(kDefinitions.begin(), kDefinitions.end(), token.text) != kDefinitions.end())
    return "a part that is used several times is a block: block NAME(x) {";
  if (token.text == "while" || token.text == "loop") return "repeat 3 { } and for i in 1..3 { } do what is done again";
  if (token.is("/") && next.is("/")) return "a comment begins with #";
  if (token.text == "import" || token.text == "from" || token.text == "include")
    return "a file holds all its blocks: it takes none from others";
  return {};
}

}  // namespace

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

void TokenReader::fail_word(std::string_view expected, std::span<const std::string_view> known, std::string otherwise) {
  if (const std::string_view help = help_for_other_languages(now(), next()); !help.empty()) otherwise = help;
  const std::string_view near = now().is_word() ? nearest_to(now().text, known) : std::string_view();
  fail(now().span, fmt::format("{}, found {}", expected, shown(now())),
       near.empty() ? std::move(otherwise) : fmt::format("did you mean '{}'?", near));
}

Token TokenReader::expect(std::string_view word, std::string_view where, std::string help) {
  if (!is(word)) fail_expected(fmt::format("'{}' {}", word, where), std::move(help));
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

std::optional<Span> TokenReader::crooked_brace() const {
  std::vector<int> columns;  // of the lines on which the open braces stand
  int column = 1;
  for (std::size_t at = 0; at <= at_; ++at) {
    const Token& token = tokens_.tokens[at];
    const bool begins_line = at == 0 || tokens_.tokens[at - 1].kind == TokenKind::newline;
    if (begins_line) column = problems_.source().origin(token.span).column;
    if (token.is("{")) columns.push_back(column);
    if (!token.is("}") || columns.empty()) continue;
    if (begins_line && column != columns.back()) return token.span;
    columns.pop_back();
  }
  return std::nullopt;
}

void TokenReader::end_statement(std::string_view after) {
  if (at_newline()) {
    take();
  } else if (!at_end() && !is("}")) {
    std::string help = "one statement a line";
    if (is("=")) help = next().is(">") ? "layers are applied by '->'" : "a statement gives values to names: y = x -> relu";
    if (is("(") && previous().is(")")) help = "a layer takes its input first: x -> conv(8, 3), or conv(x, 8, 3)";
    fail(now().span, fmt::format("expected the end of the line after {}, found {}", after, shown(now())), std::move(help));
  }
}

}  // namespace macroscope::dsl
