// Token reader: where is the parser, and what does it report when another token than the expected one comes?
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "frontends/dsl/syntax/lexer.h"
#include "frontends/dsl/syntax/syntax.h"

namespace macroscope::dsl {

/// Thrown where a statement cannot be read on, once that was reported; caught where statements are read.
struct Unreadable {};

class TokenReader {
 public:
  TokenReader(const Tokens& tokens, Problems& problems) : tokens_(tokens), problems_(problems) {}

  [[nodiscard]] const Token& now() const noexcept { return tokens_.tokens[at_]; }
  [[nodiscard]] const Token& next() const noexcept { return tokens_.tokens[at_ + 1 < tokens_.tokens.size() ? at_ + 1 : at_]; }
  [[nodiscard]] const Token& previous() const noexcept { return tokens_.tokens[at_ == 0 ? 0 : at_ - 1]; }
  [[nodiscard]] bool at_end() const noexcept { return now().kind == TokenKind::end; }
  [[nodiscard]] bool at_newline() const noexcept { return now().kind == TokenKind::newline; }
  [[nodiscard]] bool is(std::string_view word) const noexcept { return now().is(word); }
  [[nodiscard]] Problems& problems() const noexcept { return problems_; }

  Token take() noexcept {
    const Token token = now();
    if (!at_end()) ++at_;
    return token;
  }
  bool take_if(std::string_view word) noexcept {
    if (!is(word)) return false;
    take();
    return true;
  }
  void skip_newlines() noexcept {
    while (at_newline()) take();
  }

  /// The sign or word. \throws Unreadable `expected ')' ..., found ...`
  Token expect(std::string_view word, std::string_view where, std::string help = {});
  /// The closing bracket of `open`; where it is missing, says which one is open. \throws Unreadable
  Token close(const Token& open, std::string_view bracket);
  /// A name that is no word of the language. \throws Unreadable
  Word name(std::string_view what);
  [[noreturn]] void fail_expected(std::string_view expected, std::string help = {});
  [[noreturn]] void fail(Span span, std::string message, std::string help = {});
  /// A word that is none of those that may stand here: the help line says which one it is near, or what is written for it here.
  [[noreturn]] void fail_word(std::string_view expected, std::span<const std::string_view> known, std::string otherwise);

  /// The first `}` before here that begins its line, at another column than the line of its `{`: where braces do not pair up, one before it
  /// is often the one that is missing.
  [[nodiscard]] std::optional<Span> crooked_brace() const;

  /// The end of a statement: a newline, which is taken, or a `}`, which is not. \throws Unreadable
  void end_statement(std::string_view after);

 private:
  const Tokens& tokens_;
  Problems& problems_;
  std::size_t at_ = 0;
};

/// How messages call a token: `'conv'`, `the end of the line`.
[[nodiscard]] std::string shown(const Token& token);

}  // namespace macroscope::dsl
