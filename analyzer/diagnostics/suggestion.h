// Spelling suggestions: what was probably meant?
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace macroscope {

/// `did you mean 'markdown'?` for the nearest of `known`, `one of: ...` where nothing is near; empty where nothing is known.
[[nodiscard]] std::string suggestion_for(std::string_view word, std::span<const std::string_view> known);

/// The nearest of `known`; empty if none is near.
[[nodiscard]] std::string_view nearest_to(std::string_view word, std::span<const std::string_view> known);

}  // namespace macroscope
