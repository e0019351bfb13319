// Lexer: which words, numbers and signs does a text consist of, and where do its statements end?
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "frontends/dsl/syntax/problems.h"
#include "frontends/dsl/syntax/source_text.h"

namespace macroscope::dsl {

enum class TokenKind : std::uint8_t {
  name,
  keyword,
  integer,  // 64, 120_422_400
  decimal,  // 0.5, 2.656e-5
  percent,  // 89.67%
  text,     // "quoted"
  sign,     // one of ( ) [ ] { } , : = == != < <= > >= + - * / % ^ -> ..
  newline,  // ends a statement
  end       // of the text
};

struct Token {
  TokenKind kind = TokenKind::end;
  Span span;
  std::string_view text;

  [[nodiscard]] bool is(std::string_view word) const noexcept {
    return (kind == TokenKind::sign || kind == TokenKind::keyword) && text == word;
  }
  [[nodiscard]] bool is_word() const noexcept { return kind == TokenKind::name || kind == TokenKind::keyword; }
};

struct Comment {
  Span span;
  /// Nothing but blanks comes before it on its line.
  bool is_alone = false;
};

struct Tokens {
  /// The last one is `end`.  No newline is inside ( ) and [ ], before a line that begins with `->`, or after another newline.
  std::vector<Token> tokens;
  std::vector<Comment> comments;
};

[[nodiscard]] bool is_keyword(std::string_view word) noexcept;
[[nodiscard]] std::span<const std::string_view> keywords() noexcept;

Tokens tokens_of(const SourceText& source, Problems& problems);

}  // namespace macroscope::dsl
