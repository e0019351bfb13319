#include "reports/notation/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "reports/notation/unicode.h"

namespace macroscope {
namespace {

bool is_printable_ascii(char c) { return c >= ' ' && c <= '~'; }

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_plain(std::string_view text) { return std::all_of(text.begin(), text.end(), is_printable_ascii); }

/// Characters that mean nothing inside backticks, in a table or out of it.
bool is_plain_code(char c) {
  return is_letter_or_digit(c) || std::string_view(" _-./:,;=+*()[]{}?!#%'\"@^~").find(c) != std::string_view::npos;
}

/// Characters that are no markup in the middle of a line.
bool is_inert_in_markdown(char c) {
  return is_letter_or_digit(c) || std::string_view(" ,.;=?'\"+%()/-!{}^").find(c) != std::string_view::npos;
}

void append_escaped(std::string& out, const Character& character, std::string_view bytes) {
  if (!character.is_valid) {
    for (const char c : bytes) fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
  } else if (character.code == U'\n') {
    out += "\\n";
  } else if (character.code == U'\t') {
    out += "\\t";
  } else if (character.code < 0x80) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned>(character.code));
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", static_cast<unsigned>(character.code));
  }
}

void append_json_unit(std::string& out, unsigned unit) { fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit); }

void append_json_escape(std::string& out, char32_t code) {
  switch (code) {
    case U'"':
      out += "\\\"";
      return;
    case U'\\':
      out += "\\\\";
      return;
    case U'\n':
      out += "\\n";
      return;
    case U'\t':
      out += "\\t";
      return;
    case U'\r':
      out += "\\r";
      return;
    default:
      break;
  }
  if (code < 0x10000) return append_json_unit(out, static_cast<unsigned>(code));
  append_json_unit(out, 0xD800U + static_cast<unsigned>((code - 0x10000U) >> 10U));
  append_json_unit(out, 0xDC00U + static_cast<unsigned>((code - 0x10000U) & 0x3FFU));
}

}  // namespace

std::string escape_text(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const Character character = first_character(text);
    const std::string_view bytes = text.substr(0, character.length);
    if (character.is_valid && !is_active(character.code)) {
      out += bytes;
    } else {
      append_escaped(out, character, bytes);
    }
    text.remove_prefix(character.length);
  }
  return out;
}

void append_json(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto stop =
        std::find_if(text.begin(), text.end(), [](char c) { return !is_printable_ascii(c) || c == '"' || c == '\\'; });
    const auto plain = static_cast<std::size_t>(stop - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const Character character = first_character(text);
    if (!character.is_valid) {
      append_utf8(out, 0xFFFD);
    } else if (character.code == U'"' || character.code == U'\\' || is_active(character.code)) {
      append_json_escape(out, character.code);
    } else {
      out += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
}

std::string markdown_text(std::string_view text) {
  const std::string shown = escape_text(text);
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const char c = shown[i];
    const bool is_in_address = c == '.' && i > 0 && (shown[i - 1] == 'w' || shown[i - 1] == 'W');
    if ((is_inert_in_markdown(c) && !is_in_address) || static_cast<unsigned char>(c) >= 0x80) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "&#{};", static_cast<int>(c));
      if (c == '@' || c == '#') out += "<!-- -->";  // mentions and references are looked for in what the entities stand for
    }
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  if (text.empty()) return {};
  const bool is_simple = std::all_of(text.begin(), text.end(), is_plain_code) && text.front() != ' ' && text.back() != ' ';
  if (is_simple) return fmt::format("`{}`", text);
  return fmt::format("<code>{}</code>", markdown_text(text));
}

std::string html_text(std::string_view text) {
  const std::string shown = escape_text(text);
  if (shown.find_first_of("<>&\"'") == std::string::npos) return shown;
  std::string out;
  for (const char c : shown) {
    if (std::string_view("<>&\"'").find(c) == std::string_view::npos) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "&#{};", static_cast<int>(c));
    }
  }
  return out;
}

std::string dot_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : escape_text(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
    if (c == '&') out += "amp;";
  }
  return out + '"';
}

std::string mermaid_label(std::string_view text) {
  std::string out = "\"";
  for (const char c : escape_text(text)) {
    if (is_letter_or_digit(c) || std::string_view(" _-./,+=").find(c) != std::string_view::npos) {
      out += c;
    } else if (std::string_view("()[]{}:*@#!?~^|%$").find(c) != std::string_view::npos) {
      fmt::format_to(std::back_inserter(out), "#{};", static_cast<int>(c));
    } else if (static_cast<unsigned char>(c) < 0x80 || static_cast<unsigned char>(c) >= 0xC0) {
      out += "\u00b7";
    }
  }
  return out + '"';
}

std::string csv_cell(std::string_view text) {
  std::string shown = escape_text(text);
  const std::size_t first = shown.find_first_not_of(' ');
  if (first != std::string::npos && std::string_view("=+-@|%").find(shown[first]) != std::string_view::npos) shown.insert(0, "'");
  if (shown.find_first_of(",;\"'") == std::string::npos && (shown.empty() || (shown.front() != ' ' && shown.back() != ' ')))
    return shown;
  std::string quoted = "\"";
  for (const char c : shown) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

namespace {

/// What a character of printable ASCII is in LaTeX; empty where it stands for itself.
std::string_view latex_of(char c) {
  switch (c) {
    case '\\':
      return "\\textbackslash{}";
    case '{':
      return "\\{";
    case '}':
      return "\\}";
    case '$':
      return "\\$";
    case '&':
      return "\\&";
    case '#':
      return "\\#";
    case '%':
      return "\\%";
    case '_':
      return "\\_\\allowbreak{}";
    case '^':
      return "\\textasciicircum{}";
    case '~':
      return "\\textasciitilde{}";
    case '<':
      return "\\textless{}";
    case '>':
      return "\\textgreater{}";
    case '|':
      return "\\textbar{}";
    case '"':
      return "{\\ttfamily\\char34}";
    case '\'':
      return "{\\ttfamily\\char13}";
    case '`':
      return "{\\ttfamily\\char18}";
    case '-':
      return "-{}";  // two of them are no dash
    case '/':
      return "/\\allowbreak{}";
    case '.':
      return ".\\allowbreak{}";
    case '[':
      return "{[}";  // never the argument of a command before it
    case ']':
      return "{]}";
    default:
      return {};
  }
}

/// Letters with accents that every LaTeX has.
bool is_in_latex(char32_t code) {
  return code >= 0xC0 && code <= 0xFF &&
         std::u32string_view(U"\u00D0\u00D7\u00DE\u00F0\u00F7\u00FE").find(code) == std::u32string_view::npos;
}

}  // namespace

std::string latex_text(std::string_view text) {
  constexpr std::size_t kLettersInARow = 24;
  const std::string shown = escape_text(text);
  std::string out;
  std::size_t in_a_row = 0;
  for (std::string_view rest = shown; !rest.empty();) {
    const Character character = first_character(rest);
    const std::string_view bytes = rest.substr(0, character.length);
    rest.remove_prefix(character.length);
    const char c = bytes.front();
    if (character.code < 0x80) {
      const std::string_view latex = latex_of(c);
      out += latex.empty() ? bytes : latex;
    } else if (is_in_latex(character.code)) {
      out += bytes;
    } else {
      fmt::format_to(std::back_inserter(out), "\\textbackslash{{}}u\\{{{:x}\\}}", static_cast<unsigned>(character.code));
    }
    in_a_row = c == ' ' ? 0 : in_a_row + 1;
    if (in_a_row % kLettersInARow == 0 && in_a_row > 0) out += "\\allowbreak{}";
  }
  return out;
}

std::string github_message(std::string_view text) {
  std::string out;
  for (const char c : escape_text(text)) {
    if (c == '%') {
      out += "%25";
    } else {
      out += c;
    }
  }
  return out;
}

std::string github_property(std::string_view text) {
  std::string out;
  for (const char c : github_message(text)) {
    if (c == ':') {
      out += "%3A";
    } else if (c == ',') {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

std::string openmetrics_label(std::string_view text) {
  std::string out;
  for (const char c : escape_text(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace macroscope
