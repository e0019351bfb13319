#include "reports/formats/formats.h"

#include <algorithm>

namespace macroscope {

// The list is read twice: here it declares the functions, `Format text_format(), markdown_format() ...;`, below it calls them.
// clang-format off
Format
#include "reports/formats/formats.inc"
;
// clang-format on

std::span<const Format> formats() noexcept {
  static const Format kFormats[] = {
// clang-format off
#include "reports/formats/formats.inc"
      // clang-format on
  };
  return kFormats;
}

const Format* format_named(std::string_view name) noexcept {
  const std::span<const Format> all = formats();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Format& format) { return format.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace macroscope
