#include "app/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace macroscope {
namespace {

constexpr std::size_t kWidthOfFiles = 120;
constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kWidest = 1000;

std::string_view environment(const char* name) noexcept {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::size_t width_of(int descriptor) noexcept {
  const std::string_view columns = environment("COLUMNS");
  std::size_t width = 0;
  const auto [end, error] = std::from_chars(columns.data(), columns.data() + columns.size(), width);
  if (error == std::errc() && end == columns.data() + columns.size() && width > 0) return width;
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kWidthOfFiles;
}

bool has_color(int descriptor, ColorChoice choice) noexcept {
  if (choice != ColorChoice::automatic) return choice == ColorChoice::always;
  return environment("NO_COLOR").empty() && environment("TERM") != "dumb" && isatty(descriptor) == 1;
}

/// Where a person reads it the locale tells; files are UTF-8 whatever the locale is.
bool has_blocks(int descriptor) noexcept {
  if (isatty(descriptor) != 1) return true;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view locale = environment(name);
    if (locale.empty()) continue;
    return locale.find("UTF-8") != std::string_view::npos || locale.find("utf8") != std::string_view::npos ||
           locale.find("utf-8") != std::string_view::npos || locale.find("UTF8") != std::string_view::npos;
  }
  return false;
}

}  // namespace

TextOptions text_options_for(int descriptor, ColorChoice color) noexcept {
  TextOptions options;
  options.width = std::clamp(width_of(descriptor), kNarrowest, kWidest);
  options.has_color = has_color(descriptor, color);
  options.has_blocks = has_blocks(descriptor);
  return options;
}

}  // namespace macroscope
