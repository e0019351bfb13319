// Terminal: how wide is it, and does it take color?
#pragma once

#include <cstdint>
#include <string_view>

#include "reports/notation/text_style.h"

namespace macroscope {

enum class ColorChoice : std::uint8_t { automatic, always, never };

/// For an open descriptor.  Width: COLUMNS, else the terminal's, else 120.  Color: by the choice, or where a terminal is that can and
/// NO_COLOR is not set.
[[nodiscard]] TextOptions text_options_for(int descriptor, ColorChoice color) noexcept;

}  // namespace macroscope
