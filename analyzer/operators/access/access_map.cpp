#include "analyzer/operators/access/access_map.h"

#include <algorithm>
#include <numeric>

#include "analyzer/operators/access/access_hull.h"
#include "analyzer/operators/access/access_term.h"

namespace macroscope {
namespace {

std::uint64_t bit_of(std::uint32_t axis) { return axis < 64 ? std::uint64_t{1} << axis : 0; }

/// Takes the place of one step of a source's reading by what a result reads of the axis that the step walks.
class Substitution {
 public:
  Substitution(AccessMap& into, const Shape& operand, const Shape& result) : into_(into), operand_(operand), result_(result) {}

  /// False if no steps describe what comes out.
  bool apply(const AccessTerm& step, const AccessMap& axis) {
    if (axis.steps.empty() && !axis.before && !axis.after) return apply_positions(step, axis);
    if (step.is_plain() && step.period() == 1) return apply_to_plain(step, axis);
    const bool is_shifted = !axis.low.is(0) || !axis.high.is(0);
    const AccessTerm periodic = with_period_for_divisor(step);
    const bool can_be_periodic = periodic.is_plain();
    if (is_shifted && can_be_periodic && apply_to_periodic(periodic, axis)) return true;
    if (!axis.before && !axis.after) {
      const AccessMap kept = into_;
      if (apply_to_digit(step, axis)) return true;
      into_ = kept;
    }
    return !is_shifted && can_be_periodic && apply_to_periodic(periodic, axis);
  }

 private:
  void add(const Span& contribution) {
    into_.low += contribution.low;
    into_.high += contribution.high;
  }

  /// The axis is read at fixed positions.
  bool apply_positions(const AccessTerm& step, const AccessMap& axis) {
    const auto digit_at = [&](const Dim& position) {
      const Dim digit = floor_div(position + step.offset, step.divisor);
      return step.modulus.is(0) ? digit : mod(digit, step.modulus);
    };
    const bool is_one = axis.low == axis.high;
    if (!is_one && !step.modulus.is(0)) return false;
    const Dim first = digit_at(axis.low), last = digit_at(axis.high);
    if (step.period() > 1) return apply_digits(step, first, last);
    if (is_at_least_zero(step.step)) {
      add({first * step.step, last * step.step});
    } else if (is_one || is_at_most_zero(step.step)) {
      add({last * step.step, first * step.step});
    } else {
      return false;
    }
    return true;
  }

  bool apply_digits(const AccessTerm& step, const Dim& first, const Dim& last) {
    const std::optional<std::int64_t> from = first.number(), to = last.number();
    if (!from || !to || !is_at_least_zero(step.step)) return false;
    const std::optional<Span> read = of_digits(step, *from, *to);
    if (read) add(*read);
    return read.has_value();
  }

  bool apply_to_plain(const AccessTerm& step, const AccessMap& axis) {
    const Dim& by = step.step;
    const bool forward = is_at_least_zero(by);
    if (!forward && !is_at_most_zero(by)) return false;
    add(forward ? Span{by * axis.low, by * axis.high} : Span{by * axis.high, by * axis.low});
    for (const AccessTerm& inner : axis.steps) {
      AccessTerm& scaled = into_.steps.emplace_back(inner);
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

  /// A later digit reads no earlier positions, and ends no earlier: then the last of many reads farthest.
  static bool never_turns_back(const AccessTerm& step) {
    const auto rises = [&](const std::vector<Dim>& ends) {
      for (std::size_t digit = 1; digit < ends.size(); ++digit)
        if (!is_at_least_zero(ends[digit] - ends[digit - 1])) return false;
      return ends.empty() || is_at_least_zero(ends.front() + step.step - ends.back());
    };
    return rises(step.lows) && rises(step.highs);
  }

  /// Both walk plain numbers: the result repeats when both do.
  bool apply_to_periodic(const AccessTerm& step, const AccessMap& axis) {
    if (axis.steps.size() != 1 || !is_at_least_zero(step.step)) return false;
    const AccessTerm inner = with_period_for_divisor(axis.steps.front());
    const auto advance = inner.step.number(), low = axis.low.number(), high = axis.high.number();
    if (!inner.is_plain() || !advance || !low || !high) return false;
    if ((axis.before || axis.after) && !never_turns_back(step)) return false;
    const auto period = static_cast<std::int64_t>(step.period());
    const std::int64_t turns = period / std::gcd(period, *advance);
    const std::int64_t length = turns * static_cast<std::int64_t>(inner.period());
    if (length > static_cast<std::int64_t>(kMaxPeriod)) return false;
    AccessTerm joined{inner.axis, step.step * (Dim(*advance) * turns)};
    joined.step = floor_div(joined.step, period);
    std::vector<bool> gaps;
    for (std::int64_t index = 0; index < length; ++index) {
      std::optional<Span> bounds;
      if (const std::optional<Span> read = of_digit(inner, index)) {
        const auto first = (axis.low + read->low).number(), last = (axis.high + read->high).number();
        if (!first || !last) return false;
        bounds = of_digits(step, *first, *last);
      }
      joined.lows.push_back(bounds ? bounds->low : Dim(0));
      joined.highs.push_back(bounds ? bounds->high : Dim(0));
      gaps.push_back(!bounds);
    }
    const bool has_gaps = std::find(gaps.begin(), gaps.end(), true) != gaps.end();
    if (has_gaps && (axis.before || axis.after)) return false;  // what lies beside a gap is read all the same
    if (has_gaps) joined.gaps = std::move(gaps);
    if (const auto bounds = take_common_bounds(joined)) add(*bounds);
    into_.steps.push_back(std::move(joined));
    into_.before = into_.before || axis.before;
    into_.after = into_.after || axis.after;
    return true;
  }

  Dim extent_of(const AccessTerm& step) const { return step.axis < result_.rank() ? result_[step.axis] : Dim(1); }

  /// A digit of an index that is itself a sum of digits, as Reshape makes it.
  bool apply_to_digit(AccessTerm step, const AccessMap& axis) {
    if (axis.low != axis.high) return false;
    const AccessTerm& first = axis.steps.front();
    const bool is_one_index = axis.steps.size() == 1 && first.is_plain() && first.period() == 1 && first.step.is(1);
    // Beside what the operand holds the result may hold more, where another operand stands: it has no further digits.
    const bool may_hold_more = at_least(operand_[step.axis], extent_of(first)) != Certainty::always;
    if (is_one_index && step.modulus.is(0) && may_hold_more && ends_with_period(step))
      step.modulus = digits_of(step, operand_[step.axis]);
    if (!axis.low.is(0) || !step.offset.is(0)) {
      if (!is_one_index) return false;
      AccessTerm& shifted = into_.steps.emplace_back(step);
      shifted.axis = first.axis;
      shifted.offset += axis.low;
      return true;
    }
    if (!are_digits_of_one_index(axis)) return false;
    bool has_phase = step.period() == 1;
    const bool is_selected = std::all_of(axis.steps.begin(), axis.steps.end(), [&](const AccessTerm& inner) {
      return inner.period() == 1 && select(step, inner, has_phase);
    });
    return is_selected && (has_phase || apply_digits(step, 0, 0));
  }

  /// Each of the steps goes at least as far as all of a lesser one: none carries over into another.
  [[nodiscard]] bool are_digits_of_one_index(const AccessMap& axis) const {
    const auto is_above = [&](const AccessTerm& upper, const AccessTerm& lower) {
      return at_least(upper.step, lower.step * digits_of(lower, extent_of(lower))) == Certainty::always;
    };
    for (std::size_t i = 0; i < axis.steps.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (!is_above(axis.steps[i], axis.steps[j]) && !is_above(axis.steps[j], axis.steps[i])) return false;
    return true;
  }

  /// The operand ends with a period.  A piece that ends within one is mostly that of a cyclic shift, whose pieces have to match.
  bool ends_with_period(const AccessTerm& step) const {
    return step.period() == 1 || exact_quotient(digits_of(step, operand_[step.axis]), Dim::of_size(step.period()));
  }

  /// What of `inner`, a digit of weight inner.step in the index, lies within the digit `step` of it.  That with the lowest weight tells which
  /// digit of a period it is.
  bool select(const AccessTerm& step, const AccessTerm& inner, bool& has_phase) {
    const Dim weight = inner.step, above = weight * digits_of(inner, extent_of(inner));
    if (!is_at_least_zero(weight)) return false;           // its digits would count backwards
    if (exact_quotient(step.divisor, above)) return true;  // below the digit
    const Dim top = step.divisor * step.modulus;           // 0: there is none
    if (!top.is(0) && exact_quotient(weight, top)) return true;
    const std::optional<Dim> scale = exact_quotient(weight, step.divisor);
    const std::optional<Dim> cut = scale ? Dim(1) : exact_quotient(step.divisor, weight);
    if (!cut || !inner.offset.is(0)) return false;
    AccessTerm& part = into_.steps.emplace_back(inner);
    part.divisor = inner.divisor * *cut;
    if (!take_period(part, step, scale.value_or(1), has_phase)) return false;
    if (!inner.modulus.is(0)) {
      const std::optional<Dim> rest = exact_quotient(inner.modulus, *cut);
      if (!rest) return false;
      part.modulus = *rest;
    }
    if (top.is(0) || exact_quotient(top, above)) return true;  // reaches no further than the digit
    const std::optional<Dim> modulus = exact_quotient(top, weight * *cut);
    if (!modulus || (!part.modulus.is(0) && !exact_quotient(part.modulus, *modulus))) return false;
    part.modulus = *modulus;
    return true;
  }

  /// What `part`, of this weight within the digit `step`, contributes: whole periods, or what that digit of a period reads.
  static bool take_period(AccessTerm& part, const AccessTerm& step, const Dim& scale, bool& has_phase) {
    if (scale.is(1)) {
      part.step = step.step;
      part.lows = step.lows;
      part.highs = step.highs;
      part.gaps = step.gaps;
      has_phase = true;
      return true;
    }
    const std::optional<Dim> turns = exact_quotient(scale, Dim::of_size(step.period()));
    if (turns) part.step = step.step * *turns;
    return turns.has_value();
  }

  AccessMap& into_;
  const Shape& operand_;
  const Shape& result_;
};

bool order_of_steps(const AccessTerm& a, const AccessTerm& b) {
  if (a.axis != b.axis) return a.axis < b.axis;
  const auto da = a.divisor.number(), db = b.divisor.number();
  if (da && db) return *da > *db;
  if (da || db) return !da;
  return exact_quotient(a.divisor, b.divisor).has_value() && a.divisor != b.divisor;
}

/// Joins two neighbouring digits of one index into one; both with a period of 1.
bool join(AccessTerm& upper, const AccessTerm& lower) {
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

void simplify(AccessMap& access, const Shape& shape) {
  for (AccessTerm& step : access.steps) {
    if (step.modulus.is(0) || step.axis >= shape.rank() || !step.offset.is(0)) continue;
    if (step.divisor * step.modulus == shape[step.axis]) step.modulus = 0;
  }
  if (access.steps.size() < 2) return;
  std::stable_sort(access.steps.begin(), access.steps.end(), order_of_steps);
  for (std::size_t index = 0; index + 1 < access.steps.size();) {
    if (join(access.steps[index], access.steps[index + 1])) {
      access.steps.erase(access.steps.begin() + static_cast<std::ptrdiff_t>(index) + 1);
      index = index == 0 ? 0 : index - 1;
    } else {
      ++index;
    }
  }
}

}  // namespace

AccessMap AccessMap::at(Dim position) {
  AccessMap access;
  access.kind = Kind::range;
  access.low = position;
  access.high = std::move(position);
  return access;
}

AccessMap AccessMap::along(std::size_t axis, Dim step, Dim low, Dim high) {
  AccessMap access = of_step({static_cast<std::uint32_t>(axis), std::move(step)});
  access.low = std::move(low);
  access.high = std::move(high);
  return access;
}

AccessMap AccessMap::of_step(AccessTerm step) {
  AccessMap access;
  access.kind = Kind::range;
  if (const auto bounds = take_common_bounds(step)) {
    access.low = bounds->low;
    access.high = bounds->high;
  }
  access.steps.push_back(std::move(step));
  return access;
}

AccessMap AccessMap::everything() {
  AccessMap access;
  access.kind = Kind::all;
  return access;
}

AccessMap AccessMap::whole(const Dim& extent) { return extent.is(1) ? at(0) : everything(); }

AccessMap AccessMap::up_to(std::size_t axis) {
  AccessMap access = along(axis);
  access.before = true;
  return access;
}

AccessMap AccessMap::from(std::size_t axis) {
  AccessMap access = along(axis);
  access.after = true;
  return access;
}

AccessMap AccessMap::unknown(std::uint64_t spread) {
  AccessMap access;
  access.spread = spread;
  return access;
}

std::uint64_t AccessMap::axes_read() const noexcept {
  std::uint64_t axes = spread;
  for (const AccessTerm& step : steps) axes |= bit_of(step.axis);
  return axes;
}

AccessMap somewhere_along(std::size_t axis) { return AccessMap::unknown(bit_of(static_cast<std::uint32_t>(axis))); }

namespace {

/// What becomes of a source that is laid out in an unknown order.
AccessMap compose_spread(const AccessMap& source, std::span<const AccessMap> axes) {
  AccessMap access;
  bool is_whole = false;
  for (std::uint32_t axis = 0; axis < axes.size(); ++axis) {
    if ((source.spread & bit_of(axis)) == 0) continue;
    const bool reads_all = axes[axis].kind == AccessMap::Kind::all;
    is_whole = is_whole || reads_all;
    access.spread |= axes[axis].axes_read();
  }
  // An axis that is read at one place alone, and does not come back, leaves an unknown part.
  return is_whole && access.spread == 0 ? AccessMap::everything() : access;
}

}  // namespace

AccessMap compose(const AccessMap& source, std::span<const AccessMap> axes, const Shape& operand, const Shape& result) {
  if (source.kind == AccessMap::Kind::all) return source;
  if (source.kind == AccessMap::Kind::unknown) return compose_spread(source, axes);
  std::uint64_t spread = 0;
  bool is_described = true;
  AccessMap access;
  access.kind = source.kind;
  access.aligned = source.aligned;
  access.before = source.before;
  access.after = source.after;
  access.wraps = source.wraps;
  access.low = source.low;
  access.high = source.high;
  for (const AccessTerm& step : source.steps) {
    if (step.axis >= axes.size()) return AccessMap::unknown();
    const AccessMap& axis = axes[step.axis];
    if (axis.kind == AccessMap::Kind::all) {
      if (source.steps.size() == 1) return axis;
      const std::optional<Span> read = over_all(step, operand[step.axis]);
      if (read) {
        access.low += read->low;
        access.high += read->high;
        continue;
      }
    }
    spread |= axis.axes_read();
    access.aligned = access.aligned && axis.aligned;
    const bool is_one_sided = axis.before || axis.after;
    if (!axis.is_range() || axis.wraps || (is_one_sided && source.steps.size() > 1) ||
        !Substitution(access, operand, result).apply(step, axis))
      is_described = false;
  }
  if (!is_described) return AccessMap::unknown(spread);
  simplify(access, result);
  return access;
}

}  // namespace macroscope
