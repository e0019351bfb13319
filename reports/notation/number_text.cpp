#include "reports/notation/number_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "analyzer/algebra/characters.h"
#include "analyzer/algebra/leading_term.h"

namespace macroscope {
namespace {

constexpr std::array<std::string_view, 13> kPrefixes{"", "K", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q", "*10^33", "*10^36"};
constexpr std::array<std::string_view, 11> kBytePrefixes{"B",   "KiB", "MiB", "GiB", "TiB", "PiB",
                                                         "EiB", "ZiB", "YiB", "RiB", "QiB"};
/// Numbers of fewer digits are read at a glance.
constexpr std::size_t kDigitsToGroup = 5;
constexpr std::size_t kDigitsToShorten = 5;

std::string group_digits(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

/// Three significant digits, rounded to nearest, halves up: `4.09`, `97.5`, `123`.
std::string three_digits(std::string_view digits, std::size_t& prefix) {
  std::string leading(digits.substr(0, 3));
  std::size_t length = digits.size();
  if (digits[3] >= '5') {
    int carried = std::stoi(leading) + 1;
    if (carried == 1000) {
      carried = 100;
      ++length;
    }
    leading = std::to_string(carried);
  }
  prefix = (length - 1) / 3;
  const std::size_t whole = length - 3 * prefix;
  if (whole < 3) leading.insert(whole, ".");
  return leading;
}

std::string shorten_digits(std::string_view digits, std::string_view separator) {
  if (digits.size() < kDigitsToShorten) return std::string(digits);
  std::size_t prefix = 0;
  const std::string leading = three_digits(digits, prefix);
  return fmt::format("{}{}{}", leading, separator, kPrefixes[prefix]);
}

/// `text` with `change` applied to each number that is no part of a name.
template <typename Change>
std::string with_numbers(std::string_view text, Change change) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = 1;
    if (is_digit(text.front())) {
      while (end < text.size() && is_digit(text[end])) ++end;
      out += change(text.substr(0, end));
    } else {
      if (is_word(text.front()))
        while (end < text.size() && is_word(text[end])) ++end;
      out += text.substr(0, end);
    }
    text.remove_prefix(end);
  }
  return out;
}

/// Commas between digits would read as those between arguments.
bool has_arguments(std::string_view text) { return text.find(',') != std::string_view::npos; }

}  // namespace

std::string grouped(const Dim& quantity) {
  const bool is_number = quantity.integer().has_value();
  const std::string text = is_number ? quantity.text() : quantity.factored_text();
  if (!is_number && has_arguments(text)) return text;
  return with_numbers(text, [&](std::string_view digits) {
    return is_number || digits.size() >= kDigitsToGroup ? group_digits(digits) : std::string(digits);
  });
}

std::string grouped(std::uint64_t number) { return group_digits(fmt::format_int(number).str()); }

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string short_count(const Dim& quantity) {
  const std::string text = quantity.text();
  const std::string_view separator = quantity.integer() ? " " : "";
  std::string shortened = with_numbers(text, [&](std::string_view digits) { return shorten_digits(digits, separator); });
  return shortened == text ? std::string() : shortened;
}

std::string short_bytes(const Dim& quantity) {
  const std::optional<Int128> number = quantity.integer();
  if (!number || *number < 1024) return {};
  auto value = static_cast<double>(*number);
  std::size_t prefix = 0;
  while (value >= 999.5 && prefix + 1 < kBytePrefixes.size()) {
    value /= 1024;
    ++prefix;
  }
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, decimals, kBytePrefixes[prefix]);
}

Fitted fitted(const Dim& quantity, std::size_t columns) {
  std::string exact = grouped(quantity);
  if (exact.size() <= columns || quantity.integer()) return {std::move(exact), false};
  const std::string factored = quantity.factored_text();
  if (factored.size() <= columns) return {factored, false};
  const std::string plain = quantity.text();
  if (plain.size() <= columns) return {plain, false};
  std::string shortened = short_count(quantity);
  if (shortened.empty()) shortened = plain;
  if (shortened.size() <= columns) return {std::move(shortened), true};
  // Whole terms where there is one, otherwise whole factors.
  const std::size_t room = columns < 2 ? 0 : columns - 2;
  const bool is_whole = shortened[room] == ' ' || shortened[room] == '*';
  shortened.resize(room);
  const std::size_t term = shortened.find_last_of('+');
  if (term != std::string::npos && term > columns / 2) {
    shortened.resize(term);
  } else if (const std::size_t factor = shortened.find_last_of('*'); !is_whole && factor != std::string::npos) {
    shortened.resize(factor);
  }
  while (!shortened.empty() && shortened.back() == ' ') shortened.pop_back();
  return {shortened + " …", true};
}

std::string leading_text(const Dim& quantity, const SizePoint& point) {
  const std::optional<LeadingTerm> term = point.leading_term_of(quantity);
  if (!term) return {};
  // Nothing that people read has more digits than this; `%.0f` of larger numbers would show digits that no double holds.
  constexpr double kLargestWhole = 1e15;
  const double size = std::abs(term->coefficient);
  const bool is_whole = size >= 100 || size == std::floor(size);
  std::string text = size >= kLargestWhole ? fmt::format("{:.3g}", term->coefficient)
                     : is_whole            ? with_numbers(fmt::format("{:.0f}", term->coefficient),
                                                          [](std::string_view digits) { return group_digits(digits); })
                                           : fmt::format("{:.3g}", term->coefficient);
  if (term->powers.empty()) return text + " + ...";  // a bare number would pass for the whole
  if (text == "1") text.clear();
  for (const auto& [symbol, power] : term->powers)
    text += fmt::format("{}{}{}", text.empty() ? "" : "*", symbol, power == 1 ? "" : fmt::format("^{}", power));
  return text;
}

std::string percent(double fraction) {
  if (fraction <= 0) return {};
  if (fraction < 0.0005) return "<0.1";
  return fmt::format("{:.1f}", fraction * 100);
}

std::string bar_of(double fraction, std::size_t cells) {
  static constexpr std::array<std::string_view, 8> kParts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (!(fraction > 0)) return {};
  const auto eighths = static_cast<std::size_t>(std::lround(std::min(fraction, 1.0) * static_cast<double>(8 * cells)));
  std::string bar;
  for (std::size_t i = 0; i < eighths / 8; ++i) bar += "█";
  bar += kParts[eighths % 8];
  return bar.empty() ? std::string(kParts[1]) : bar;  // little is not nothing
}

}  // namespace macroscope
