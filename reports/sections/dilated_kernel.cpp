#include "reports/sections/dilated_kernel.h"

#include <fmt/format.h>

#include <cstdint>

namespace macroscope {
namespace {

/// Taps of one axis and their distance.
struct Axis {
  std::int64_t taps = 1;
  std::int64_t dilation = 1;
};

/// A kernel of one axis is a row.
std::optional<Axis> axis_of(const Window& window) {
  constexpr std::int64_t kMostShown = 16;
  const std::optional<std::int64_t> taps = window.kernel.number();
  const std::optional<std::int64_t> dilation = Dim(window.dilation).number();
  if (!taps || !dilation || *taps < 1 || *taps > kMostShown || *dilation > kMostShown || *taps * *dilation > kMostShown)
    return std::nullopt;
  return Axis{*taps, *dilation};
}

template <typename Entry>
std::string matrix(std::int64_t rows, std::int64_t columns, Entry entry) {
  std::string text = "[";
  for (std::int64_t row = 0; row < rows; ++row) {
    if (row > 0) text += "; ";
    for (std::int64_t column = 0; column < columns; ++column) text += (column > 0 ? " " : "") + entry(row, column);
  }
  return text + "]";
}

}  // namespace

std::optional<DilatedKernel> dilated_kernel(const BoundNest& nest) {
  const std::size_t count = nest.windows.size();
  if (!nest.formula->is_contraction() || count < 1 || count > 2) return std::nullopt;
  const std::optional<Axis> down = count == 2 ? axis_of(nest.windows.front()) : Axis{};
  const std::optional<Axis> across = axis_of(nest.windows.back());
  if (!down || !across || (down->dilation == 1 && across->dilation == 1)) return std::nullopt;
  const auto tap = [&](std::int64_t row, std::int64_t column) {
    return count == 2 ? fmt::format("k{}{}", row + 1, column + 1) : fmt::format("k{}", column + 1);
  };
  const auto corner = [](std::int64_t row, std::int64_t column) { return std::string(row == 0 && column == 0 ? "1" : "0"); };
  const auto spread = [&](std::int64_t row, std::int64_t column) {
    const bool is_tap = row % down->dilation == 0 && column % across->dilation == 0;
    return is_tap ? tap(row / down->dilation, column / across->dilation) : std::string("0");
  };
  const auto reach = [](const Axis& axis) { return (axis.taps - 1) * axis.dilation + 1; };
  return DilatedKernel{matrix(down->taps, across->taps, tap), matrix(down->dilation, across->dilation, corner),
                       matrix(down->taps * down->dilation, across->taps * across->dilation, spread),
                       count == 2 ? fmt::format("{} x {}", reach(*down), reach(*across)) : fmt::format("{}", reach(*across))};
}

}  // namespace macroscope
