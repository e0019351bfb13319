#include "analyzer/operators/access/access_term.h"

#include <algorithm>

namespace macroscope {

bool is_at_least_zero(const Dim& dim) { return at_least(dim, 0) == Certainty::always; }
bool is_at_most_zero(const Dim& dim) { return at_least(-dim, 0) == Certainty::always; }

Dim digits_of(const AccessTerm& step, const Dim& extent) {
  return step.modulus.is(0) ? ceil_div(extent + step.offset, step.divisor) : step.modulus;
}

std::optional<Span> of_digit(const AccessTerm& step, const Dim& digit) {
  if (step.lows.empty()) return Span{digit * step.step, digit * step.step};
  const auto period = static_cast<std::int64_t>(step.period());
  const Dim turns = floor_div(digit, period);
  const auto phase = static_cast<std::size_t>(*mod(digit, period).number());
  if (step.is_gap(phase)) return std::nullopt;
  return Span{turns * step.step + step.lows[phase], turns * step.step + step.highs[phase]};
}

std::optional<Span> of_digits(const AccessTerm& step, std::int64_t first, std::int64_t last) {
  // Within a period bounds may be in any order; those of the next are the same, further on.
  const auto period = static_cast<std::int64_t>(step.period());
  std::optional<Dim> low, high;
  for (std::int64_t digit = first; digit <= std::min(last, first + period - 1); ++digit)
    if (const auto read = of_digit(step, digit)) low = low ? min(*low, read->low) : read->low;
  for (std::int64_t digit = last; digit >= std::max(first, last - period + 1); --digit)
    if (const auto read = of_digit(step, digit)) high = high ? max(*high, read->high) : read->high;
  return low && high ? std::optional(Span{*low, *high}) : std::nullopt;
}

std::optional<Span> over_all(const AccessTerm& step, const Dim& extent) {
  const Dim digits = digits_of(step, extent);
  if (step.period() > 1) {
    const std::optional<std::int64_t> number = digits.number();
    return number && *number > 0 && is_at_least_zero(step.step) ? of_digits(step, 0, *number - 1) : std::nullopt;
  }
  // What lies before digit 0 is another operand's.
  const bool starts_later = step.modulus.is(0) && is_at_least_zero(step.offset);
  const Dim first = (starts_later ? floor_div(step.offset, step.divisor) : Dim(0)) * step.step;
  const Dim last = (digits - 1) * step.step;
  if (is_at_least_zero(step.step)) return Span{first, last};
  if (is_at_most_zero(step.step)) return Span{last, first};
  return std::nullopt;
}

std::optional<AccessTerm> refined(const AccessTerm& step, std::int64_t times) {
  const std::size_t repeats = static_cast<std::size_t>(times);
  if (times == 1) return step;
  if (times > static_cast<std::int64_t>(kMaxPeriod) || repeats * step.period() > kMaxPeriod) return std::nullopt;
  AccessTerm finer = step;
  finer.divisor = *exact_quotient(step.divisor, times);
  finer.modulus = step.modulus * times;
  finer.lows.clear();
  finer.highs.clear();
  finer.gaps.clear();
  for (std::size_t digit = 0; digit < step.period(); ++digit) {
    finer.lows.insert(finer.lows.end(), repeats, step.lows.empty() ? Dim(0) : step.lows[digit]);
    finer.highs.insert(finer.highs.end(), repeats, step.highs.empty() ? Dim(0) : step.highs[digit]);
    if (!step.gaps.empty()) finer.gaps.insert(finer.gaps.end(), repeats, bool{step.gaps[digit]});
  }
  return finer;
}

AccessTerm with_period_for_divisor(const AccessTerm& step) {
  const std::optional<std::int64_t> divisor = step.divisor.number();
  if (!step.modulus.is(0) || !step.offset.is(0) || !divisor || *divisor < 2) return step;
  return refined(step, *divisor).value_or(step);
}

std::optional<Span> take_common_bounds(AccessTerm& step) {
  if (step.lows.empty() || !step.gaps.empty()) return std::nullopt;
  const auto is_first = [](const std::vector<Dim>& bounds) {
    return std::all_of(bounds.begin(), bounds.end(), [&](const Dim& bound) { return bound == bounds.front(); });
  };
  const Dim period = Dim::of_size(step.period());
  const std::optional<Dim> turns = exact_quotient(step.modulus, period);
  if (!is_first(step.lows) || !is_first(step.highs) || !turns) return std::nullopt;
  Span bounds{step.lows.front(), step.highs.front()};
  step.divisor *= period;
  step.modulus = *turns;
  step.lows.clear();
  step.highs.clear();
  return bounds;
}

}  // namespace macroscope
