#include "reports/document/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace macroscope {
namespace {

/// Three digits without zeros at the end: `1.5`, `12`, `640`.
std::string digits_of(double value) {
  const double size = std::fabs(value);
  std::string text = fmt::format("{:.{}f}", value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

template <std::size_t N>
std::string with_prefix(double value, double base, const std::array<std::string_view, N>& prefixes) {
  std::size_t prefix = 0;
  while (std::fabs(value) >= 999.5 && prefix + 1 < N) {
    value /= base;
    ++prefix;
  }
  return fmt::format("{}{}{}", digits_of(value), prefixes[prefix].empty() ? "" : " ", prefixes[prefix]);
}

std::string seconds(double value) {
  constexpr std::array<std::string_view, 4> kPrefixes{"s", "ms", "µs", "ns"};
  std::size_t prefix = 0;
  while (value != 0 && std::fabs(value) < 0.9995 && prefix + 1 < kPrefixes.size()) {
    value *= 1000;
    ++prefix;
  }
  return fmt::format("{} {}", digits_of(value), kPrefixes[prefix]);
}

/// The least of 1, 2, 5, 10 times a power of ten, or of a power of 2 for bytes, that is no less than `step`.
double round_step(double step, ChartUnit unit) {
  if (unit == ChartUnit::bytes) return std::exp2(std::ceil(std::log2(std::max(step, 1.0))));
  const double power = std::pow(10, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= step * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

std::vector<double> logarithmic_ticks(double low, double high, ChartUnit unit, std::size_t wanted) {
  const double base = unit == ChartUnit::bytes ? 2 : 10;
  const double first = std::ceil(std::log(low) / std::log(base) - 1e-9);
  const double last = std::floor(std::log(high) / std::log(base) + 1e-9);
  const double stride = std::max(1.0, std::ceil((last - first + 1) / static_cast<double>(wanted)));
  std::vector<double> ticks;
  for (double power = first; power <= last; power += stride) ticks.push_back(std::pow(base, power));
  return ticks;
}

}  // namespace

std::string chart_number(double value, ChartUnit unit) {
  static constexpr std::array<std::string_view, 9> kCounts{"", "K", "M", "G", "T", "P", "E", "Z", "Y"};
  static constexpr std::array<std::string_view, 9> kBytes{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"};
  if (!std::isfinite(value)) return "?";
  if (unit == ChartUnit::bytes) return with_prefix(value, 1024, kBytes);
  if (unit == ChartUnit::seconds) return seconds(value);
  if (std::fabs(value) >= 0.1 || value == 0) return with_prefix(value, 1000, kCounts);
  return fmt::format("{:.3g}", value);
}

std::vector<double> chart_ticks(double low, double high, const ChartAxis& axis, std::size_t wanted) {
  if (!(high > low) || wanted == 0) return {low};
  if (axis.is_logarithmic) return logarithmic_ticks(low, high, axis.unit, wanted);
  const double step = round_step((high - low) / static_cast<double>(wanted), axis.unit);
  std::vector<double> ticks;
  for (double tick = std::ceil(low / step - 1e-9); tick * step <= high + step * 1e-9; ++tick)
    ticks.push_back(tick * step + 0.0);  // no -0
  return ticks;
}

std::vector<ChartPoint> thinned(std::vector<ChartPoint> points, std::size_t most) {
  if (points.size() <= most || most < 2) return points;
  std::vector<ChartPoint> kept;
  kept.reserve(most);
  const std::size_t stretches = most - 1;
  for (std::size_t stretch = 0; stretch < stretches; ++stretch) {
    const auto begin = points.begin() + static_cast<std::ptrdiff_t>(stretch * points.size() / stretches);
    const auto end = points.begin() + static_cast<std::ptrdiff_t>((stretch + 1) * points.size() / stretches);
    kept.push_back(*std::max_element(begin, end, [](const ChartPoint& a, const ChartPoint& b) { return a.y < b.y; }));
  }
  if (kept.back().x < points.back().x) kept.push_back(points.back());
  return kept;
}

}  // namespace macroscope
