#include "frontends/dsl/syntax/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analyzer/algebra/characters.h"

namespace macroscope::dsl {
namespace {

constexpr std::array<std::string_view, 23> kKeywords{"and",   "as",     "block", "compare", "const",  "downto", "else", "expect",
                                                     "false", "for",    "if",    "in",      "input",  "let",    "net",  "not",
                                                     "or",    "output", "param", "repeat",  "return", "shared", "true"};
/// A line that begins with one of these begins a statement, whatever bracket was left open before it.
constexpr std::array<std::string_view, 14> kStatements{"block", "compare", "const",  "expect", "for",    "if",     "input",
                                                       "let",   "net",     "output", "param",  "repeat", "return", "shared"};
constexpr std::array<std::string_view, 25> kSigns{"==", "!=", "<=", ">=", "->", "..", "(", ")", "[", "]", "{", "}", ",",
                                                  ":",  "=",  "<",  ">",  "+",  "-",  "*", "/", "%", "^", ";", "!"};

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }

/// Editors put it before the text.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Signs of other languages, and of typesetting, with what is written here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kOthers{{
    {";", "a statement ends where its line does"},
    {"!", "write 'not'"},
    {"&", "write 'and'"},
    {"|", "write 'or', and '->' to apply a layer"},
    {"'", "texts stand in double quotes"},
    {".", "layers are applied by '->': x -> conv(8, 3)"},
    {"@", "a product of matrices is MatMul(a, b)"},
    {"\xE2\x86\x92", "write '->'"},                          // an arrow
    {"\xE2\x88\x92", "write '-'"},                           // a minus
    {"\xE2\x80\x93", "write '-'"},                           // a dash
    {"\xC3\x97", "write '*'"},                               // a cross
    {"\xC2\xB7", "write '*'"},                               // a dot in the middle
    {"\xE2\x80\x9C", "texts stand in straight quotes: \""},  // the first of a pair of quotes
    {"\xE2\x80\x9D", "texts stand in straight quotes: \""},  // and the second
    {"\xE2\x89\xA4", "write '<='"},
    {"\xE2\x89\xA5", "write '>='"},
    {"\xC2\xA0", "this space is a letter of its own; write a plain one"},
}};

class Lexer {
 public:
  Lexer(const SourceText& source, Problems& problems) : text_(source.text()), problems_(problems) {}

  Tokens run() {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    while (at_ < text_.size()) step();
    newline({position(), position()});
    add(TokenKind::end, at_);
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::uint32_t position() const noexcept { return static_cast<std::uint32_t>(at_); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void add(TokenKind kind, std::size_t begin) {
    result_.tokens.push_back({kind, {static_cast<std::uint32_t>(begin), position()}, text_.substr(begin, at_ - begin)});
  }

  void newline(Span span) {
    if (!result_.tokens.empty() && result_.tokens.back().kind != TokenKind::newline)
      result_.tokens.push_back({TokenKind::newline, span, text_.substr(span.begin, span.end - span.begin)});
  }

  void step() {
    const char c = peek();
    if (c == '\n') {
      end_line();
    } else if (is_blank(c)) {
      ++at_;
    } else if (c == '#') {
      comment();
    } else if (is_letter(c)) {
      word();
    } else if (is_digit(c)) {
      number();
    } else if (c == '"') {
      quoted();
    } else {
      sign();
    }
  }

  void comment() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find('\n', at_), text_.size());
    std::size_t end = at_;
    while (end > begin && is_blank(text_[end - 1])) --end;
    const std::size_t before = text_.substr(0, begin).find_last_not_of(" \t\r");
    const bool is_alone = before == std::string_view::npos || text_[before] == '\n';
    result_.comments.push_back({{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}, is_alone});
  }

  /// The word or sign that the next line with something on it begins with.
  [[nodiscard]] std::string_view next_line_begins() {
    std::size_t& at = content_at_;
    at = std::max(at, at_);  // what was skipped once is not read again for each of the empty lines
    while (at < text_.size()) {
      if (is_blank(text_[at]) || text_[at] == '\n') {
        ++at;
      } else if (text_[at] == '#') {
        at = std::min(text_.find('\n', at), text_.size());
      } else {
        break;
      }
    }
    std::size_t end = at;
    while (end < text_.size() && is_letter(text_[end])) ++end;
    return end > at ? text_.substr(at, end - at) : text_.substr(at, 2);
  }

  void end_line() {
    const Span span{position(), position() + 1};
    ++at_;
    const std::string_view next = next_line_begins();
    if (next == "->") return;
    const bool in_brackets = !open_.empty() && open_.back() != '{';
    if (in_brackets) {
      if (std::find(kStatements.begin(), kStatements.end(), next) == kStatements.end()) return;
      while (!open_.empty() && open_.back() != '{') open_.pop_back();
    }
    newline(span);
  }

  void word() {
    const std::size_t begin = at_;
    while (is_letter(peek()) || is_digit(peek())) ++at_;
    add(is_keyword(text_.substr(begin, at_ - begin)) ? TokenKind::keyword : TokenKind::name, begin);
  }

  void digits() {
    while (is_digit(peek()) || (peek() == '_' && is_digit(peek(1)))) ++at_;
  }

  void number() {
    const std::size_t begin = at_;
    digits();
    bool is_decimal = false;
    if (peek() == '.' && is_digit(peek(1))) {
      ++at_;
      digits();
      is_decimal = true;
    }
    const std::size_t sign = peek(1) == '-' || peek(1) == '+' ? 2 : 1;
    if ((peek() == 'e' || peek() == 'E') && is_digit(peek(sign))) {
      at_ += sign;
      digits();
      is_decimal = true;
    }
    if (is_letter(peek()) || is_digit(peek())) {
      while (is_letter(peek()) || is_digit(peek())) ++at_;
      const std::string_view whole = text_.substr(begin, at_ - begin);
      const std::size_t letter = whole.find_first_not_of("0123456789_");
      problems_.error(
          "bad-number", {static_cast<std::uint32_t>(begin), position()},
          fmt::format("'{}' is neither a number nor a name", whole),
          whole.find_first_not_of("0123456789_") == std::string_view::npos
              ? "an underscore stands between two digits: 120_422_400"
              : fmt::format("a product is written with a star: {}*{}", whole.substr(0, letter), whole.substr(letter)));
    } else if (is_percent()) {
      ++at_;
      add(TokenKind::percent, begin);
      return;
    }
    add(is_decimal ? TokenKind::decimal : TokenKind::integer, begin);
  }

  /// A `%` right behind a number, and no operand behind it: not the remainder of a division.
  [[nodiscard]] bool is_percent() const {
    if (peek() != '%') return false;
    std::size_t at = at_ + 1;
    while (at < text_.size() && is_blank(text_[at])) ++at;
    if (at == text_.size()) return true;
    const std::string_view rest = text_.substr(at);
    if (rest.starts_with("and ") || rest.starts_with("or ")) return true;
    return !is_letter(rest.front()) && !is_digit(rest.front()) && rest.front() != '(';
  }

  void quoted() {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && peek() != '"' && peek() != '\n') ++at_;
    if (peek() == '"') {
      ++at_;
    } else {
      problems_.error("open-text", {static_cast<std::uint32_t>(begin), position()}, "this text has no end on its line",
                      "close it with \"");
    }
    add(TokenKind::text, begin);
  }

  void sign() {
    const std::string_view rest = text_.substr(at_);
    const auto* known = std::find_if(kSigns.begin(), kSigns.end(), [&](std::string_view s) { return rest.starts_with(s); });
    if (known == kSigns.end() || *known == ";" || *known == "!") {
      unknown_sign();
      return;
    }
    const std::size_t begin = at_;
    at_ += known->size();
    add(TokenKind::sign, begin);
    follow_brackets(result_.tokens.back());
  }

  void unknown_sign() {
    const std::size_t begin = at_;
    const auto first = static_cast<unsigned char>(text_[at_++]);
    if (first >= 0xC0)  // the rest of the same letter
      while (at_ < text_.size() && at_ < begin + kLongestLetter && (static_cast<unsigned char>(text_[at_]) & 0xC0U) == 0x80U)
        ++at_;
    const std::string_view sign = text_.substr(begin, at_ - begin);
    const auto* known = std::find_if(kOthers.begin(), kOthers.end(), [&](const auto& other) { return other.first == sign; });
    std::string help(known == kOthers.end() ? "" : known->second);
    if (first == '.' && begin > 0 && text_[begin - 1] == '.') help = "a range has two dots: 1..4";
    problems_.error("unknown-sign", {static_cast<std::uint32_t>(begin), position()},
                    first < 0x20 ? fmt::format("the language has no sign of number {}", first)
                                 : fmt::format("the language has no sign '{}'", sign),
                    std::move(help));
  }

  void follow_brackets(const Token& token) {
    const char c = token.text.front();
    if (token.text.size() > 1) return;
    if (c == '(' || c == '[' || c == '{') open_.push_back(c);
    if (c == '}') {
      while (!open_.empty() && open_.back() != '{') open_.pop_back();
      if (!open_.empty()) open_.pop_back();
    }
    if (c == ')' && !open_.empty() && open_.back() == '(') open_.pop_back();
    if (c == ']' && !open_.empty() && open_.back() == '[') open_.pop_back();
  }

  /// Bytes of a letter in UTF-8.
  static constexpr std::size_t kLongestLetter = 4;

  std::string_view text_;
  Problems& problems_;
  Tokens result_;
  std::size_t at_ = 0;
  /// Where the next line with something on it begins, if that lies ahead.
  std::size_t content_at_ = 0;
  std::vector<char> open_;
};

}  // namespace

std::span<const std::string_view> keywords() noexcept { return kKeywords; }

bool is_keyword(std::string_view word) noexcept { return std::binary_search(kKeywords.begin(), kKeywords.end(), word); }

Tokens tokens_of(const SourceText& source, Problems& problems) { return Lexer(source, problems).run(); }

}  // namespace macroscope::dsl
