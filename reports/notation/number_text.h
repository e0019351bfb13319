// Numbers as text: digits in groups, a short form beside them, an expression that fits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/algebra/dim.h"
#include "analyzer/algebra/evaluation.h"

namespace macroscope {

/// `4,089,184,256`; in an expression what its terms share is in front, and every number of five digits and more is grouped:
/// `4,089,184,256*batch`.
[[nodiscard]] std::string grouped(const Dim& quantity);
/// The same for a number that is counted here.
[[nodiscard]] std::string grouped(std::uint64_t number);
/// `1 layer`, `1,024 layers`.
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);

/// Three digits and a prefix: `4.09 G`; in an expression every coefficient: `84.9M*batch*seq`.  Empty where that says nothing shorter.
[[nodiscard]] std::string short_count(const Dim& quantity);
/// `97.5 MiB`; empty for expressions and below 1024.
[[nodiscard]] std::string short_bytes(const Dim& quantity);

/// What an expression is shown as in at most `columns` columns: in full, with short coefficients, or its beginning.
struct Fitted {
  std::string text;
  /// Something was left out or rounded.
  bool is_shortened = false;
};
[[nodiscard]] Fitted fitted(const Dim& quantity, std::size_t columns);

/// `2,048*batch*sequence^2`: the term that says most of an expression where its symbols have the values of `point`, its factor rounded.
/// Empty for a plain number, and where no such term can be found.
[[nodiscard]] std::string leading_text(const Dim& quantity, const SizePoint& point);

/// `12.3`, `<0.1`; `fraction` lies in 0 .. 1.
[[nodiscard]] std::string percent(double fraction);

/// A bar of block characters, `cells` columns long where `fraction` is 1: `██████▍`.
[[nodiscard]] std::string bar_of(double fraction, std::size_t cells);

}  // namespace macroscope
