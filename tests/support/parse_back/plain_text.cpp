// UTF-8 by its definition in RFC 3629, and the characters that no reader sees.
#include <fmt/format.h>

#include <cstdint>

#include "parse_back/parse_back.h"

namespace macroscope::testing {
namespace {

struct Decoded {
  std::uint32_t code = 0;
  std::size_t length = 0;  // 0: no UTF-8
};

Decoded decoded(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  std::uint32_t code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    code = code << 6U | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kLeast[length] || code > 0x10FFFF || is_surrogate) return {};
  return {code, length};
}

bool steers_or_hides(std::uint32_t code) {
  if (code < 0x20) return code != '\n';
  if (code >= 0x7F && code <= 0x9F) return true;
  if (code >= 0x200B && code <= 0x200F) return true;
  if (code >= 0x2028 && code <= 0x202E) return true;
  if (code >= 0x2060 && code <= 0x206F) return true;
  return code == 0xFEFF || (code >= 0xE0000 && code <= 0xE0FFF);
}

}  // namespace

Complaint complaint_of_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Decoded character = decoded(text.substr(at));
    if (character.length == 0) return fmt::format("byte {} begins no UTF-8", at);
    if (steers_or_hides(character.code)) return fmt::format("byte {} is the active character U+{:04X}", at, character.code);
    at += character.length;
  }
  return {};
}

}  // namespace macroscope::testing
