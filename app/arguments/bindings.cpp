#include "app/arguments/bindings.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <vector>

#include "app/arguments/usage_error.h"

namespace macroscope {
namespace {

std::vector<std::string_view> pieces_of(std::string_view text) {
  std::vector<std::string_view> pieces;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && depth > 0) --depth;
    if (text[i] != ',' || depth > 0) continue;
    pieces.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  pieces.push_back(text.substr(begin));
  return pieces;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Dim value_of(std::string_view name, std::string_view text, bool has_expressions) {
  const auto parsed = Dim::parse(text);
  if (const auto* error = std::get_if<DimParseError>(&parsed))
    throw UsageError(
        fmt::format("the value of {} is no {}: '{}': {}", name, has_expressions ? "expression" : "number", text, error->message),
        "sizes are given as NAME=VALUE: --set N=8,H=224");
  const Dim& value = std::get<Dim>(parsed);
  if (!has_expressions && !value.integer())
    throw UsageError(fmt::format("--set takes numbers, and '{}' is none", text), fmt::format("--assume {}={}", name, text));
  if (value.integer() && *value.integer() < 0)
    throw UsageError(fmt::format("a size is at least 0, and {} is {}", name, value.text()));
  return value;
}

/// A plain number below 2^31.
std::optional<std::int64_t> number_in(std::string_view text) {
  constexpr std::int64_t kLargest = std::int64_t{1} << 31U;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size() && !text.empty();
  return is_whole && number >= 0 && number <= kLargest ? std::optional(number) : std::nullopt;
}

/// `224..512:32`, `1..64:*2`, `1..8`. \throws UsageError
SweepRange range_of(std::string_view name, std::string_view text) {
  const std::size_t dots = text.find("..");
  const std::size_t colon = text.find(':', dots);
  std::string_view step = colon == std::string_view::npos ? std::string_view("1") : trimmed(text.substr(colon + 1));
  SweepRange range;
  range.name = name;
  range.is_factor = step.starts_with('*');
  if (range.is_factor) step.remove_prefix(1);
  const auto first = number_in(trimmed(text.substr(0, dots)));
  const auto last = number_in(trimmed(text.substr(dots + 2, colon == std::string_view::npos ? colon : colon - dots - 2)));
  const auto by = number_in(trimmed(step));
  if (!first || !last || !by)
    throw UsageError(fmt::format("'{}' is no range of {}", text, name), "for example --set H=224..512:32");
  if (*last < *first) throw UsageError(fmt::format("the range of {} ends at {}, below {}", name, *last, *first));
  if (*by < 1 || (range.is_factor && (*by < 2 || *first < 1)))
    throw UsageError(fmt::format("the range of {} does not get from {} to {}", name, *first, *last),
                     "a step is at least 1, a factor at least 2, and a factor begins at 1 or more");
  range.first = *first;
  range.last = *last;
  range.step = *by;
  return range;
}

}  // namespace

void add_bindings(std::string_view text, bool has_expressions, Bindings& bindings, std::vector<SweepRange>* ranges) {
  const char* begin = text.data();
  const std::string_view option = has_expressions ? "--assume H=32*h" : "--set N=8,H=224";
  for (const std::string_view piece : pieces_of(text)) {
    if (piece.find('=') == std::string_view::npos) continue;  // of a name with a comma in it
    const std::string_view pair(begin, static_cast<std::size_t>(piece.data() + piece.size() - begin));
    begin = piece.data() + piece.size() + 1;
    const std::size_t equals = pair.rfind('=');
    const std::string_view name = trimmed(pair.substr(0, equals));
    const std::string_view value = trimmed(pair.substr(equals + 1));
    if (name.empty() || value.empty())
      throw UsageError(fmt::format("'{}' gives no size a value", pair), fmt::format("for example {}", option));
    if (value.find("..") != std::string_view::npos && !has_expressions) {
      if (ranges == nullptr) throw UsageError(fmt::format("'{}' is a range: only analyze takes those", value));
      ranges->push_back(range_of(name, value));
      continue;
    }
    bindings.insert_or_assign(std::string(name), value_of(name, value, has_expressions));
  }
  if (begin <= text.data() + text.size())
    throw UsageError(fmt::format("'{}' gives no size a value", text), fmt::format("for example {}", option));
}

}  // namespace macroscope
