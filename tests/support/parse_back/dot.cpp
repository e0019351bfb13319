#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "parse_back/parse_back.h"

namespace macroscope::testing {
namespace {

/// What graphs of models say of a box; none of it opens or loads anything.
constexpr std::array<std::string_view, 7> kAttributes{"shape",     "style",   "fontname", "fontsize",
                                                      "fillcolor", "tooltip", "fontcolor"};

struct Token {
  enum class Kind { word, string, sign, end, wrong } kind;
  std::string_view text;
};

class Grammar {
 public:
  explicit Grammar(std::string_view text) : text_(text), rest_(text) { advance(); }

  /// Of one graph, or of several one behind the other.
  Complaint check() {
    do {
      if (Complaint complaint = graph(); !complaint.empty()) return complaint;
    } while (now_.kind != Token::Kind::end);
    return {};
  }

 private:
  Complaint graph() {
    const bool has_head = take("digraph") && take_name() && take("{");
    if (!has_head) return wrong("a digraph");
    for (std::size_t depth = 1; depth > 0;) {
      if (take("}")) {
        --depth;
      } else if (take("subgraph")) {
        if (!take_name() || !take("{")) return wrong("a subgraph's name and its brace");
        ++depth;
      } else if (!statement()) {
        return wrong("a statement");
      }
    }
    return {};
  }

  /// `node [..];`, `n1 [..];`, `n1 -> n2;`, `label="..";`
  bool statement() {
    const std::string_view name = now_.text;
    if (!take_name()) return false;
    if (take("->")) return take_name() && take(";");
    if (take("=")) return name == "label" && take_name() && take(";");
    return take("[") && attributes() && take(";");
  }

  bool attributes() {
    do {
      const std::string_view name = now_.text;
      const bool is_known = name == "label" || std::find(kAttributes.begin(), kAttributes.end(), name) != kAttributes.end();
      if (!is_known || !take_name() || !take("=") || !take_name()) return false;
    } while (take(","));
    return take("]");
  }

  bool take(std::string_view text) {
    const bool is_it = now_.text == text && (now_.kind == Token::Kind::word || now_.kind == Token::Kind::sign);
    if (is_it) advance();
    return is_it;
  }

  bool take_name() {
    const bool is_name = now_.kind == Token::Kind::word || now_.kind == Token::Kind::string;
    if (is_name) advance();
    return is_name;
  }

  void advance() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
    now_ = next();
    rest_.remove_prefix(now_.text.size());
  }

  [[nodiscard]] Token next() const {
    if (rest_.empty()) return {Token::Kind::end, {}};
    if (rest_.starts_with("->")) return {Token::Kind::sign, rest_.substr(0, 2)};
    if (rest_.front() == '"') return string();
    const auto is_of_word = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_of_word);
    if (end != rest_.begin()) return {Token::Kind::word, rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()))};
    const bool is_sign = std::string_view("{}[]=,;").find(rest_.front()) != std::string_view::npos;
    return {is_sign ? Token::Kind::sign : Token::Kind::wrong, rest_.substr(0, 1)};
  }

  /// A backslash escapes a quote, itself, or stands for a line break; an ampersand begins no entity but its own.
  [[nodiscard]] Token string() const {
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') return {Token::Kind::string, rest_.substr(0, i + 1)};
      if (rest_[i] == '\n') break;
      if (rest_[i] == '&' && !rest_.substr(i).starts_with("&amp;")) break;
      if (rest_[i] == '\\' && (++i >= rest_.size() || std::string_view("\"\\n").find(rest_[i]) == std::string_view::npos)) break;
    }
    return {Token::Kind::wrong, rest_.substr(0, 1)};
  }

  [[nodiscard]] Complaint wrong(std::string_view wanted) const {
    return fmt::format("byte {}: {} should stand before '{}'", text_.size() - rest_.size(), wanted, rest_.substr(0, 40));
  }

  std::string_view text_, rest_;
  Token now_{Token::Kind::end, {}};
};

}  // namespace

Complaint complaint_of_dot(std::string_view text) {
  if (Complaint complaint = complaint_of_text(text); !complaint.empty()) return complaint;
  return Grammar(text).check();
}

}  // namespace macroscope::testing
