// Formatters for fmt: how are quantities and shapes written in a formatted message?  As their text, which is made only if the message is.
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "analyzer/algebra/dim.h"
#include "analyzer/algebra/shape.h"

template <>
struct fmt::formatter<macroscope::Dim> : fmt::formatter<std::string_view> {
  template <typename Context>
  auto format(const macroscope::Dim& dim, Context& context) const {
    return fmt::formatter<std::string_view>::format(dim.text(), context);
  }
};

template <>
struct fmt::formatter<macroscope::Shape> : fmt::formatter<std::string_view> {
  template <typename Context>
  auto format(const macroscope::Shape& shape, Context& context) const {
    return fmt::formatter<std::string_view>::format(shape.text(), context);
  }
};
