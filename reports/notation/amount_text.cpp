#include "reports/notation/amount_text.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string_view>

#include "reports/notation/unicode.h"

namespace macroscope {
namespace {

struct Unit {
  Int128 factor;
  std::string_view name;
};

constexpr Int128 kKibi = 1024;
constexpr std::array<Unit, 5> kCounts{
    {{1'000'000'000'000'000, "P"}, {1'000'000'000'000, "T"}, {1'000'000'000, "G"}, {1'000'000, "M"}, {1'000, "k"}}};
constexpr std::array<Unit, 4> kBytes{
    {{kKibi * kKibi * kKibi * kKibi, " TiB"}, {kKibi * kKibi * kKibi, " GiB"}, {kKibi * kKibi, " MiB"}, {kKibi, " KiB"}}};

Int128 divided(Int128 number, Int128 by, bool round_up) { return (number + (round_up ? by - 1 : 0)) / by; }

std::string text_in(const Unit& unit, Int128 number, bool round_up) {
  // 4.48, 44.8, 448: as many decimals as three digits leave.
  const Int128 whole = number / unit.factor;
  const int decimals = whole >= 100 ? 0 : whole >= 10 ? 1 : 2;
  const Int128 power = decimals == 0 ? 1 : decimals == 1 ? 10 : 100;
  const auto rounded = static_cast<std::int64_t>(divided(number * power, unit.factor, round_up));
  std::string text = fmt::format("{}", rounded / static_cast<std::int64_t>(power));
  if (decimals > 0) text += fmt::format(".{:0{}}", rounded % static_cast<std::int64_t>(power), decimals);
  while (decimals > 0 && text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return fmt::format("\"{}{}\"", text, unit.name);
}

std::string text_of(Metric metric, const Dim& amount, bool round_up) {
  constexpr Int128 kLargest = Int128{1} << 80;
  const std::optional<Int128> number = amount.integer();
  if (!number || *number < 0 || *number > kLargest) return {};
  const auto in = [&](const auto& units) {
    for (const Unit& unit : units)
      if (*number >= unit.factor) return text_in(unit, *number, round_up);
    return amount.text();
  };
  return is_bytes(metric) ? in(kBytes) : in(kCounts);
}

}  // namespace

std::string amount_at_least(Metric metric, const Dim& amount) { return text_of(metric, amount, true); }
std::string amount_at_most(Metric metric, const Dim& amount) { return text_of(metric, amount, false); }

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Character character = first_character(text);
    const char32_t code = character.is_valid ? character.code : char32_t{0xFFFD};
    if (code == U'"' || code == U'\\') {
      out += '\\';
      out += static_cast<char>(code);
    } else if (code < 0x20 || is_active(code)) {
      fmt::format_to(std::back_inserter(out), "\\U{:08X}", static_cast<unsigned>(code));
    } else {
      append_utf8(out, code);
    }
    text.remove_prefix(character.length);
  }
  return out + '"';
}

}  // namespace macroscope
