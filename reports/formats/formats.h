// Table of formats: which are there, what are they called, and what of a report does each show?
//
// A format is a file, which says how it is called and what it shows, and a line in formats.inc.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "reports/document/document.h"

namespace macroscope {

/// The part of a report that a format is made of.
enum class Part : std::uint8_t { sections, rows, fields, model };

struct Format {
  std::string_view name;    // `markdown`
  std::string_view ending;  // `.md`
  Part part;
  MakeDocument* make;
  /// What stands between two documents of it that follow each other as one; empty where they cannot.
  std::string_view joint{};
};

/// All formats, in the order in which they are listed to the user.
[[nodiscard]] std::span<const Format> formats() noexcept;
/// Null if there is none of this name.
[[nodiscard]] const Format* format_named(std::string_view name) noexcept;

}  // namespace macroscope
