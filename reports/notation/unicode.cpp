#include "reports/notation/unicode.h"

#include <algorithm>
#include <array>
#include <span>

namespace macroscope {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr auto kActive = std::to_array<Range>({
    {0x0000, 0x001F},    // C0
    {0x007F, 0x009F},    // DEL, C1
    {0x00AD, 0x00AD},    // soft hyphen
    {0x034F, 0x034F},    // combining grapheme joiner
    {0x061C, 0x061C},    // Arabic letter mark
    {0x115F, 0x1160},    // Hangul fillers
    {0x17B4, 0x17B5},    // Khmer inherent vowels
    {0x180B, 0x180F},    // Mongolian selectors
    {0x200B, 0x200F},    // zero width, directional marks
    {0x2028, 0x202E},    // separators, directional embeddings
    {0x2060, 0x206F},    // joiners, directional isolates
    {0x3164, 0x3164},    // Hangul filler
    {0xFDD0, 0xFDEF},    // no characters
    {0xFE00, 0xFE0F},    // variation selectors
    {0xFEFF, 0xFEFF},    // byte order mark
    {0xFFA0, 0xFFA0},    // Hangul filler
    {0xFFF0, 0xFFFC},    // annotations, object replacement
    {0xFFFE, 0xFFFF},    // no characters
    {0x1BCA0, 0x1BCA3},  // shorthand format
    {0x1D173, 0x1D17A},  // musical format
    {0xE0000, 0x10FFFF}  // tags, selectors, private planes
});

constexpr auto kCombining = std::to_array<Range>({
    {0x0300, 0x036F},
    {0x0483, 0x0489},
    {0x0591, 0x05BD},
    {0x0610, 0x061A},
    {0x064B, 0x065F},
    {0x06D6, 0x06DC},
    {0x0900, 0x0902},
    {0x093C, 0x093C},
    {0x0941, 0x0948},
    {0x0E31, 0x0E31},
    {0x0E34, 0x0E3A},
    {0x0E47, 0x0E4E},
    {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF},
    {0x20D0, 0x20FF},
    {0xFE20, 0xFE2F},
});

constexpr auto kWide = std::to_array<Range>({
    {0x1100, 0x115E},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},   {0x2E80, 0x303E},
    {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
});

bool is_in(std::span<const Range> ranges, char32_t code) noexcept {
  const auto found =
      std::lower_bound(ranges.begin(), ranges.end(), code, [](const Range& range, char32_t c) { return range.last < c; });
  return found != ranges.end() && found->first <= code;
}

unsigned byte(char c) noexcept { return static_cast<unsigned char>(c); }

/// What a first byte announces: how many bytes follow, and between which bounds the next one must lie.
struct Lead {
  std::size_t following = 0;
  unsigned low = 0x80;
  unsigned high = 0xBF;
};

bool read_lead(unsigned first, Lead& lead) noexcept {
  if (first >= 0xC2 && first <= 0xDF) {
    lead.following = 1;
  } else if (first >= 0xE0 && first <= 0xEF) {
    lead.following = 2;
    if (first == 0xE0) lead.low = 0xA0;
    if (first == 0xED) lead.high = 0x9F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    lead.following = 3;
    if (first == 0xF0) lead.low = 0x90;
    if (first == 0xF4) lead.high = 0x8F;
  } else {
    return false;
  }
  return true;
}

bool is_plain_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return byte(c) < 0x80; });
}

}  // namespace

Character first_character(std::string_view text) noexcept {
  const unsigned first = byte(text.front());
  if (first < 0x80) return {first, 1, true};
  Lead lead;
  if (!read_lead(first, lead)) return {0xFFFD, 1, false};
  char32_t code = first & (0x3FU >> lead.following);
  for (std::size_t i = 1; i <= lead.following; ++i) {
    if (i >= text.size() || byte(text[i]) < lead.low || byte(text[i]) > lead.high) return {0xFFFD, i, false};
    code = (code << 6U) | (byte(text[i]) & 0x3FU);
    lead.low = 0x80;
    lead.high = 0xBF;
  }
  return {code, lead.following + 1, true};
}

bool is_valid_utf8(std::string_view text) noexcept {
  if (is_plain_ascii(text)) return true;
  while (!text.empty()) {
    const Character character = first_character(text);
    if (!character.is_valid) return false;
    text.remove_prefix(character.length);
  }
  return true;
}

std::string to_valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.is_valid) {
      valid += text.substr(0, character.length);
    } else {
      append_utf8(valid, 0xFFFD);
    }
    text.remove_prefix(character.length);
  }
  return valid;
}

void append_utf8(std::string& text, char32_t code) {
  const auto put = [&](char32_t bits) { text += static_cast<char>(static_cast<unsigned char>(bits)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | (code >> 6U));
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3FU));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

bool is_active(char32_t code) noexcept { return is_in(kActive, code); }

int columns_of(char32_t code) noexcept {
  if (code < 0x300) return 1;
  if (is_in(kCombining, code)) return 0;
  return is_in(kWide, code) ? 2 : 1;
}

std::size_t columns_of(std::string_view text) noexcept {
  if (is_plain_ascii(text)) return text.size();
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    columns += static_cast<std::size_t>(columns_of(character.code));
    text.remove_prefix(character.length);
  }
  return columns;
}

}  // namespace macroscope
