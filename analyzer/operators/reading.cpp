#include "analyzer/operators/reading_hull.h"

#include <algorithm>
#include <numeric>

namespace macroscope {
namespace {

std::uint64_t bit_of(std::uint32_t axis) { return axis < 64 ? std::uint64_t{1} << axis : 0; }

std::uint64_t axes_of(const Reading& reading) {
  std::uint64_t axes = reading.spread;
  for (const ReadingStep& step : reading.steps) axes |= bit_of(step.axis);
  return axes;
}

bool is_at_least_zero(const Dim& dim) { return at_least(dim, 0) == Certainty::always; }
bool is_at_most_zero(const Dim& dim) { return at_least(-dim, 0) == Certainty::always; }

/// How many digits an axis of this extent has.
Dim digits_of(const ReadingStep& step, const Dim& extent) {
  return step.modulus.is(0) ? ceil_div(extent + step.offset, step.divisor) : step.modulus;
}

/// Span of one digit. \pre step.period() == 1 or `digit` is a number
Span of_digit(const ReadingStep& step, const Dim& digit) {
  if (step.lows.empty()) return {digit * step.step, digit * step.step};
  const auto period = static_cast<std::int64_t>(step.period());
  const Dim turns = floor_div(digit, period);
  const auto phase = static_cast<std::size_t>(*mod(digit, period).number());
  return {turns * step.step + step.lows[phase], turns * step.step + step.highs[phase]};
}

/// The same step with a period in place of a plain divisor, for what computes with single digits.
ReadingStep with_period_for_divisor(const ReadingStep& step) {
  const std::optional<std::int64_t> divisor = step.divisor.number();
  const bool is_possible = step.modulus.is(0) && step.offset.is(0) && step.period() == 1 && divisor && *divisor > 1 &&
                           *divisor <= static_cast<std::int64_t>(kMaxPeriod);
  if (!is_possible) return step;
  ReadingStep periodic{step.axis, step.step};
  periodic.lows.assign(static_cast<std::size_t>(*divisor), Dim(0));
  periodic.highs = periodic.lows;
  return periodic;
}

/// A period whose digits all read alike is a divisor: what they read is taken out of the step.
std::optional<Span> take_common_bounds(ReadingStep& step) {
  if (step.lows.empty() || !step.is_plain()) return std::nullopt;
  for (std::size_t digit = 1; digit < step.period(); ++digit)
    if (step.lows[digit] != step.lows.front() || step.highs[digit] != step.highs.front()) return std::nullopt;
  Span bounds{step.lows.front(), step.highs.front()};
  step.divisor = Dim::of_size(step.period());
  step.lows.clear();
  step.highs.clear();
  return bounds;
}

/// Takes the place of one step of a source's reading by what a result reads of the axis that the step walks.
class Substitution {
 public:
  Substitution(Reading& into, const Shape& operand, const Shape& result) : into_(into), operand_(operand), result_(result) {}

  /// False if no steps describe what comes out.
  bool apply(const ReadingStep& step, const Reading& axis) {
    if (axis.steps.empty() && !axis.before && !axis.after) return apply_positions(step, axis);
    if (step.is_plain() && step.period() == 1) return apply_to_plain(step, axis);
    const bool is_shifted = !axis.low.is(0) || !axis.high.is(0);
    const ReadingStep periodic = with_period_for_divisor(step);
    const bool can_be_periodic = periodic.is_plain();
    if (is_shifted && can_be_periodic && apply_to_periodic(periodic, axis)) return true;
    if (step.period() == 1 && !axis.before && !axis.after) {
      const std::size_t steps = into_.steps.size();
      if (apply_to_digit(step, axis)) return true;
      into_.steps.erase(into_.steps.begin() + static_cast<std::ptrdiff_t>(steps), into_.steps.end());
    }
    return !is_shifted && can_be_periodic && apply_to_periodic(periodic, axis);
  }

 private:
  void add(const Span& contribution) {
    into_.low += contribution.low;
    into_.high += contribution.high;
  }

  /// The axis is read at fixed positions.
  bool apply_positions(const ReadingStep& step, const Reading& axis) {
    const auto digit_at = [&](const Dim& position) {
      const Dim digit = floor_div(position + step.offset, step.divisor);
      return step.modulus.is(0) ? digit : mod(digit, step.modulus);
    };
    const bool is_one = axis.low == axis.high;
    if (!is_one && !step.modulus.is(0)) return false;
    const Dim first = digit_at(axis.low), last = digit_at(axis.high);
    if (step.period() > 1 && (!first.is_number() || !last.is_number())) return false;
    const Span from = of_digit(step, first), to = of_digit(step, last);
    if (is_one || is_at_least_zero(step.step)) {
      add({from.low, to.high});
    } else if (is_at_most_zero(step.step)) {
      add({to.low, from.high});
    } else {
      return false;
    }
    return true;
  }

  bool apply_to_plain(const ReadingStep& step, const Reading& axis) {
    const Dim& by = step.step;
    const bool forward = is_at_least_zero(by);
    if (!forward && !is_at_most_zero(by)) return false;
    add(forward ? Span{by * axis.low, by * axis.high} : Span{by * axis.high, by * axis.low});
    for (const ReadingStep& inner : axis.steps) {
      ReadingStep& scaled = into_.steps.emplace_back(inner);
      scaled.step = inner.step * by;
      if (!by.is(1)) {
        for (Dim& low : scaled.lows) low *= by;
        for (Dim& high : scaled.highs) high *= by;
      }
      if (!forward) std::swap(scaled.lows, scaled.highs);
    }
    into_.before = into_.before || (forward ? axis.before : axis.after);
    into_.after = into_.after || (forward ? axis.after : axis.before);
    return true;
  }

  /// Both walk plain numbers: the result repeats when both do.
  bool apply_to_periodic(const ReadingStep& step, const Reading& axis) {
    if (axis.steps.size() != 1 || !is_at_least_zero(step.step)) return false;
    const ReadingStep inner = with_period_for_divisor(axis.steps.front());
    const auto advance = inner.step.number(), low = axis.low.number(), high = axis.high.number();
    if (!inner.is_plain() || !advance || !low || !high) return false;
    const auto period = static_cast<std::int64_t>(step.period());
    const std::int64_t turns = period / std::gcd(period, *advance);
    const std::int64_t length = turns * static_cast<std::int64_t>(inner.period());
    if (length > static_cast<std::int64_t>(kMaxPeriod)) return false;
    ReadingStep joined{inner.axis, step.step * (Dim(*advance) * turns)};
    joined.step = floor_div(joined.step, period);
    for (std::int64_t index = 0; index < length; ++index) {
      const Span read = of_digit(inner, index);
      const auto first = (axis.low + read.low).number(), last = (axis.high + read.high).number();
      if (!first || !last) return false;
      const Span bounds = of_digits(step, *first, *last);
      joined.lows.push_back(bounds.low);
      joined.highs.push_back(bounds.high);
    }
    if (const auto bounds = take_common_bounds(joined)) add(*bounds);
    into_.steps.push_back(std::move(joined));
    into_.before = into_.before || axis.before;
    into_.after = into_.after || axis.after;
    return true;
  }

  /// Digits first .. last together.  The bounds within a period may be in any order; those of the next are the same, further on.
  static Span of_digits(const ReadingStep& step, std::int64_t first, std::int64_t last) {
    const auto period = static_cast<std::int64_t>(step.period());
    Span bounds{of_digit(step, first).low, of_digit(step, last).high};
    for (std::int64_t digit = first + 1; digit <= std::min(last, first + period - 1); ++digit)
      bounds.low = min(bounds.low, of_digit(step, digit).low);
    for (std::int64_t digit = last - 1; digit >= std::max(first, last - period + 1); --digit)
      bounds.high = max(bounds.high, of_digit(step, digit).high);
    return bounds;
  }

  Dim extent_of(const ReadingStep& step) const { return step.axis < result_.rank() ? result_[step.axis] : Dim(1); }

  /// A digit of an index that is itself a sum of digits, as Reshape makes it.
  bool apply_to_digit(ReadingStep step, const Reading& axis) {
    if (axis.low != axis.high) return false;
    const ReadingStep& first = axis.steps.front();
    const bool is_one_index = axis.steps.size() == 1 && first.is_plain() && first.period() == 1 && first.step.is(1);
    // Beside what the operand holds the result may hold more, where another operand stands: it has no further digits.
    if (is_one_index && step.modulus.is(0) && operand_[step.axis] != extent_of(first))
      step.modulus = digits_of(step, operand_[step.axis]);
    if (!axis.low.is(0) || !step.offset.is(0)) {
      if (!is_one_index) return false;
      ReadingStep& shifted = into_.steps.emplace_back(step);
      shifted.axis = first.axis;
      shifted.offset += axis.low;
      return true;
    }
    return std::all_of(axis.steps.begin(), axis.steps.end(),
                       [&](const ReadingStep& inner) { return inner.period() == 1 && select(step, inner); });
  }

  /// What of `inner`, a digit of weight inner.step in the index, lies within the digit `step` of it.
  bool select(const ReadingStep& step, const ReadingStep& inner) {
    const Dim weight = inner.step, above = weight * digits_of(inner, extent_of(inner));
    if (exact_quotient(step.divisor, above)) return true;  // below the digit
    const Dim top = step.divisor * step.modulus;           // 0: there is none
    if (!top.is(0) && exact_quotient(weight, top)) return true;
    const std::optional<Dim> scale = exact_quotient(weight, step.divisor);
    const std::optional<Dim> cut = scale ? Dim(1) : exact_quotient(step.divisor, weight);
    if (!cut || !inner.offset.is(0)) return false;
    ReadingStep& part = into_.steps.emplace_back(inner);
    part.step = step.step * (scale ? *scale : Dim(1));
    part.divisor = inner.divisor * *cut;
    if (!inner.modulus.is(0)) {
      const std::optional<Dim> rest = exact_quotient(inner.modulus, *cut);
      if (!rest) return false;
      part.modulus = *rest;
    }
    if (top.is(0) || exact_quotient(top, above)) return true;  // reaches no further than the digit
    const std::optional<Dim> modulus = exact_quotient(top, weight * *cut);
    if (!modulus) return false;
    part.modulus = *modulus;
    return true;
  }

  Reading& into_;
  const Shape& operand_;
  const Shape& result_;
};

bool order_of_steps(const ReadingStep& a, const ReadingStep& b) {
  if (a.axis != b.axis) return a.axis < b.axis;
  const auto da = a.divisor.number(), db = b.divisor.number();
  if (da && db) return *da > *db;
  if (da || db) return !da;
  return exact_quotient(a.divisor, b.divisor).has_value() && a.divisor != b.divisor;
}

/// Joins two neighbouring digits of one index into one; both with a period of 1.
bool join(ReadingStep& upper, const ReadingStep& lower) {
  if (upper.axis != lower.axis || upper.offset != lower.offset || upper.period() > 1 || lower.period() > 1) return false;
  if (upper.divisor == lower.divisor && upper.modulus == lower.modulus) {
    upper.step += lower.step;
    return true;
  }
  if (lower.modulus.is(0) || upper.divisor != lower.divisor * lower.modulus || upper.step != lower.step * lower.modulus)
    return false;
  upper.step = lower.step;
  upper.divisor = lower.divisor;
  upper.modulus = upper.modulus * lower.modulus;
  return true;
}

void simplify(Reading& reading, const Shape& shape) {
  for (ReadingStep& step : reading.steps) {
    if (step.modulus.is(0) || step.axis >= shape.rank() || !step.offset.is(0)) continue;
    if (step.divisor * step.modulus == shape[step.axis]) step.modulus = 0;
  }
  if (reading.steps.size() < 2) return;
  std::stable_sort(reading.steps.begin(), reading.steps.end(), order_of_steps);
  for (std::size_t index = 0; index + 1 < reading.steps.size();) {
    if (join(reading.steps[index], reading.steps[index + 1])) {
      reading.steps.erase(reading.steps.begin() + static_cast<std::ptrdiff_t>(index) + 1);
      index = index == 0 ? 0 : index - 1;
    } else {
      ++index;
    }
  }
}

/// Both with one period, so that their entries can be compared; false where that would be too long.
bool match_periods(ReadingStep& a, ReadingStep& b) {
  const std::size_t period = std::lcm(a.period(), b.period());
  if (period > kMaxPeriod) return false;
  for (ReadingStep* step : {&a, &b}) {
    if (step->period() == period) continue;
    ReadingStep longer = *step;
    longer.lows.clear();
    longer.highs.clear();
    for (std::size_t digit = 0; digit < period; ++digit) {
      const Span read = of_digit(*step, Dim::of_size(digit));
      longer.lows.push_back(read.low);
      longer.highs.push_back(read.high);
    }
    longer.step = step->step * Dim::of_size(period / step->period());
    *step = std::move(longer);
  }
  return a.step == b.step;
}

bool match_steps(Reading& a, Reading& b) {
  if (a.steps.size() != b.steps.size()) return false;
  std::size_t periodic = 0;
  for (std::size_t index = 0; index < a.steps.size(); ++index) {
    ReadingStep &x = a.steps[index], &y = b.steps[index];
    if (x.axis == y.axis && (x.divisor != y.divisor || x.offset != y.offset)) {
      x = with_period_for_divisor(x);
      y = with_period_for_divisor(y);
    }
    if (x.axis != y.axis || x.offset != y.offset || x.divisor != y.divisor || x.modulus != y.modulus || !match_periods(x, y))
      return false;
    periodic += x.period() > 1 ? 1 : 0;
  }
  return periodic < 2;  // entries are counted from the common bounds, which two steps cannot share
}

bool have_one_centre(const Reading& a, const Reading& b) {
  if (a.before != b.before || a.after != b.after) return false;
  if (a.low + a.high != b.low + b.high) return false;
  for (std::size_t index = 0; index < a.steps.size(); ++index)
    for (std::size_t digit = 0; digit < a.steps[index].lows.size(); ++digit)
      if (a.steps[index].lows[digit] + a.steps[index].highs[digit] != b.steps[index].lows[digit] + b.steps[index].highs[digit])
        return false;
  return true;
}

/// The hull of two readings with the same steps.  The entries of a period count from `low` and `high`, which become those of the hull.
Reading hull_of_matching(Reading a, const Reading& b) {
  const bool is_aligned = a.aligned && b.aligned && have_one_centre(a, b);
  const Dim low = min(a.low, b.low), high = max(a.high, b.high);
  for (std::size_t index = 0; index < a.steps.size(); ++index) {
    ReadingStep& step = a.steps[index];
    const ReadingStep& other = b.steps[index];
    for (std::size_t digit = 0; digit < step.lows.size(); ++digit) {
      step.lows[digit] = min(a.low + step.lows[digit], b.low + other.lows[digit]) - low;
      step.highs[digit] = max(a.high + step.highs[digit], b.high + other.highs[digit]) - high;
    }
  }
  a.low = low;
  a.high = high;
  a.aligned = is_aligned;
  a.before = a.before || b.before;
  a.after = a.after || b.after;
  return a;
}

}  // namespace

Reading Reading::at(Dim position) {
  Reading reading;
  reading.kind = Kind::range;
  reading.low = position;
  reading.high = std::move(position);
  return reading;
}

Reading Reading::along(std::size_t axis, Dim step, Dim low, Dim high) {
  Reading reading = of_step({static_cast<std::uint32_t>(axis), std::move(step)});
  reading.low = std::move(low);
  reading.high = std::move(high);
  return reading;
}

Reading Reading::of_step(ReadingStep step) {
  Reading reading;
  reading.kind = Kind::range;
  if (const auto bounds = take_common_bounds(step)) {
    reading.low = bounds->low;
    reading.high = bounds->high;
  }
  reading.steps.push_back(std::move(step));
  return reading;
}

Reading Reading::everything() {
  Reading reading;
  reading.kind = Kind::all;
  return reading;
}

Reading Reading::whole(const Dim& extent) { return extent.is(1) ? at(0) : everything(); }

Reading Reading::up_to(std::size_t axis) {
  Reading reading = along(axis);
  reading.before = true;
  return reading;
}

Reading Reading::from(std::size_t axis) {
  Reading reading = along(axis);
  reading.after = true;
  return reading;
}

Reading Reading::unknown(std::uint64_t spread) {
  Reading reading;
  reading.spread = spread;
  return reading;
}

Reading somewhere_along(std::size_t axis) { return Reading::unknown(bit_of(static_cast<std::uint32_t>(axis))); }

std::optional<Reading> by_main_step(Reading reading, const Shape& shape) {
  const auto is_below = [](const Dim& a, const Dim& b) { return a != b && is_at_least_zero(b - a); };
  const auto read_by = [&](const ReadingStep& step) {
    return step.axis < shape.rank() ? over_all(step, shape[step.axis]) : std::nullopt;
  };
  const auto reach_of = [&](const ReadingStep& step) {
    const auto read = read_by(step);
    return read ? read->high - read->low : Dim(0);
  };
  if (reading.steps.empty()) return reading;
  const auto main = std::max_element(reading.steps.begin(), reading.steps.end(), [&](const ReadingStep& a, const ReadingStep& b) {
    return is_below(reach_of(a), reach_of(b));
  });
  if (!main->modulus.is(0) || !main->offset.is(0)) return std::nullopt;
  std::iter_swap(main, reading.steps.begin());
  while (reading.steps.size() > 1) {
    const auto read = read_by(reading.steps.back());
    if (!read) return std::nullopt;
    reading.low += read->low;
    reading.high += read->high;
    reading.steps.pop_back();
  }
  return reading;
}

std::optional<Span> over_all(const ReadingStep& step, const Dim& extent) {
  const Dim digits = digits_of(step, extent);
  if (step.period() > 1) {
    const std::optional<std::int64_t> number = digits.number();
    if (!number || *number < 1 || !is_at_least_zero(step.step)) return std::nullopt;
    return Span{of_digit(step, 0).low, of_digit(step, *number - 1).high};
  }
  // What lies before digit 0 is another operand's.
  const bool starts_later = step.modulus.is(0) && is_at_least_zero(step.offset);
  const Dim first = (starts_later ? floor_div(step.offset, step.divisor) : Dim(0)) * step.step;
  const Dim last = (digits - 1) * step.step;
  if (is_at_least_zero(step.step)) return Span{first, last};
  if (is_at_most_zero(step.step)) return Span{last, first};
  return std::nullopt;
}

namespace {

/// What becomes of a source that is laid out in an unknown order.
Reading compose_spread(const Reading& source, std::span<const Reading> axes) {
  Reading reading;
  bool is_whole = false;
  for (std::uint32_t axis = 0; axis < axes.size(); ++axis) {
    if ((source.spread & bit_of(axis)) == 0) continue;
    const bool reads_all = axes[axis].kind == Reading::Kind::all;
    is_whole = is_whole || reads_all;
    reading.spread |= axes_of(axes[axis]);
  }
  // An axis that is read at one place alone, and does not come back, leaves an unknown part.
  return is_whole && reading.spread == 0 ? Reading::everything() : reading;
}

}  // namespace

Reading compose(const Reading& source, std::span<const Reading> axes, const Shape& operand, const Shape& result) {
  if (source.kind == Reading::Kind::all) return source;
  if (source.kind == Reading::Kind::unknown) return compose_spread(source, axes);
  std::uint64_t spread = 0;
  bool is_described = true;
  Reading reading;
  reading.kind = source.kind;
  reading.aligned = source.aligned;
  reading.before = source.before;
  reading.after = source.after;
  reading.low = source.low;
  reading.high = source.high;
  for (const ReadingStep& step : source.steps) {
    if (step.axis >= axes.size()) return Reading::unknown();
    const Reading& axis = axes[step.axis];
    if (axis.kind == Reading::Kind::all) {
      if (source.steps.size() == 1) return axis;
      const std::optional<Span> read = over_all(step, operand[step.axis]);
      if (read) {
        reading.low += read->low;
        reading.high += read->high;
        continue;
      }
    }
    spread |= axes_of(axis);
    reading.aligned = reading.aligned && axis.aligned;
    const bool is_one_sided = axis.before || axis.after;
    if (!axis.is_range() || (is_one_sided && source.steps.size() > 1) ||
        !Substitution(reading, operand, result).apply(step, axis))
      is_described = false;
  }
  if (!is_described) return Reading::unknown(spread);
  simplify(reading, result);
  return reading;
}

Reading hull(const Reading& a, const Reading& b) { return hull(a, b, Shape::unknown()); }

Reading hull(const Reading& a, const Reading& b, const Shape& shape) {
  if (a.kind == Reading::Kind::all || b.kind == Reading::Kind::all) return a.kind == Reading::Kind::all ? a : b;
  if (a == b) return a;
  if (a.is_range() && b.is_range()) {
    Reading x = a, y = b;
    if (match_steps(x, y)) return hull_of_matching(std::move(x), y);
    if (!shape.known()) return Reading::unknown(axes_of(a) | axes_of(b));
    const std::optional<Reading> main_of_a = by_main_step(a, shape), main_of_b = by_main_step(b, shape);
    if (main_of_a && main_of_b) {
      x = *main_of_a;
      y = *main_of_b;
      if (match_steps(x, y)) return hull_of_matching(std::move(x), y);
    }
  }
  const bool has_lost_track =
      (a.kind == Reading::Kind::unknown && a.spread == 0) || (b.kind == Reading::Kind::unknown && b.spread == 0);
  return Reading::unknown(has_lost_track ? 0 : axes_of(a) | axes_of(b));
}

}  // namespace macroscope
