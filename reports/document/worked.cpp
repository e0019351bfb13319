#include "reports/document/worked.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analyzer/algebra/characters.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

bool is_of_name(char c) { return is_word(c) || c == '\''; }

bool is_function(std::string_view word) {
  constexpr std::array<std::string_view, 4> kFunctions{"floor", "ceil", "min", "max"};
  return std::find(kFunctions.begin(), kFunctions.end(), word) != kFunctions.end();
}

/// In parentheses where it is a sum.
std::string factor_text(const Dim& value) {
  const std::string text = value.text();
  const bool is_one = text.find(' ') == std::string::npos && text.front() != '-';
  return is_one || (text.starts_with("floor(") && text.find(')') == text.size() - 1) ? text : "(" + text + ")";
}

}  // namespace

std::string Worked::text() const {
  std::string out;
  for (const Step& step : steps) out += (out.empty() ? "" : " " + step.relation + " ") + step.text;
  return remark.empty() ? out : fmt::format("{} ({})", out, remark);
}

std::string with_values(std::string_view formula, std::span<const Letter> letters) {
  std::string out;
  bool ends_in_value = false;  // a number, a letter or a closed parenthesis, beside which a value needs a sign
  while (!formula.empty()) {
    const char c = formula.front();
    std::size_t length = 1;
    if (is_digit(c)) {
      while (length < formula.size() && is_digit(formula[length])) ++length;
    } else if (is_of_name(c)) {
      while (length < formula.size() && is_of_name(formula[length])) ++length;
    }
    const std::string_view token = formula.substr(0, length);
    formula.remove_prefix(length);
    if (is_function(token)) {
      out += token;
      ends_in_value = false;
      continue;
    }
    const auto found = std::find_if(letters.begin(), letters.end(), [&](const Letter& letter) { return letter.name == token; });
    const bool is_value = is_of_name(c);
    if (ends_in_value && (is_value || c == '(')) out += '*';
    out += found == letters.end() ? std::string(token) : factor_text(found->value);
    ends_in_value = is_value || c == ')';
  }
  return out;
}

std::string result_text(const Dim& result) { return grouped(result); }

Worked worked_out(std::string_view formula, std::span<const Letter> letters, const Dim& result) {
  Worked worked;
  worked.steps.push_back({"", std::string(formula)});
  const std::string numbers = with_values(formula, letters);
  if (numbers != formula) worked.steps.push_back({"=", numbers});
  std::string last = result_text(result);
  if (last != worked.steps.back().text) worked.steps.push_back({"=", std::move(last)});
  return worked;
}

}  // namespace macroscope
