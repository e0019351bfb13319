#include "analyzer/operators/access/access_hull.h"

#include <algorithm>
#include <numeric>

#include "analyzer/operators/access/access_term.h"

namespace macroscope {
namespace {

/// Both with the same divisor, where the index is cut at the same places; false where that would take too long a period.
bool match_divisors(AccessTerm& a, AccessTerm& b) {
  if (a.divisor == b.divisor) return true;
  std::int64_t finer_a = 1, finer_b = 1;
  const std::optional<std::int64_t> of_a = a.divisor.number(), of_b = b.divisor.number();
  if (of_a && of_b) {
    const std::int64_t common = std::gcd(*of_a, *of_b);
    finer_a = *of_a / common;
    finer_b = *of_b / common;
  } else {
    const auto times = [](const AccessTerm& coarse, const AccessTerm& fine) {
      const std::optional<Dim> quotient = exact_quotient(coarse.divisor, fine.divisor);
      return quotient ? quotient->number() : std::nullopt;
    };
    const std::optional<std::int64_t> coarser_a = times(a, b), coarser_b = times(b, a);
    if (!coarser_a && !coarser_b) return false;
    finer_a = coarser_a.value_or(1);
    finer_b = coarser_a ? 1 : *coarser_b;
  }
  const std::optional<AccessTerm> x = refined(a, finer_a), y = refined(b, finer_b);
  if (!x || !y) return false;
  a = *x;
  b = *y;
  return true;
}

/// Both with one period, so that their entries can be compared; false where that would be too long.
bool match_periods(AccessTerm& a, AccessTerm& b) {
  const std::size_t period = std::lcm(a.period(), b.period());
  if (period > kMaxPeriod) return false;
  for (AccessTerm* step : {&a, &b}) {
    if (step->period() == period) continue;
    AccessTerm longer = *step;
    longer.lows.clear();
    longer.highs.clear();
    longer.gaps.clear();
    for (std::size_t digit = 0; digit < period; ++digit) {
      const std::optional<Span> read = of_digit(*step, Dim::of_size(digit));
      longer.lows.push_back(read ? read->low : Dim(0));
      longer.highs.push_back(read ? read->high : Dim(0));
      if (!step->gaps.empty()) longer.gaps.push_back(!read);
    }
    longer.step = step->step * Dim::of_size(period / step->period());
    *step = std::move(longer);
  }
  return a.step == b.step;
}

/// Both cut their index at the same places and move alike.
bool match(AccessTerm& a, AccessTerm& b) {
  return a.axis == b.axis && a.offset == b.offset && match_divisors(a, b) && a.modulus == b.modulus && match_periods(a, b);
}

/// Entries of a period are counted from the common bounds, which two steps cannot share.
bool has_one_period(const AccessMap& access) {
  return std::count_if(access.steps.begin(), access.steps.end(), [](const AccessTerm& step) { return step.period() > 1; }) < 2;
}

bool match_steps(AccessMap& a, AccessMap& b) {
  return std::equal(a.steps.begin(), a.steps.end(), b.steps.begin(), b.steps.end(), match) && has_one_period(a);
}

/// What a step reads over all its indices becomes a part of what every element reads; false where that is unknown.
bool collapse(AccessMap& access, const AccessTerm& step, const Shape& shape) {
  const std::optional<Span> read = step.axis < shape.rank() ? over_all(step, shape[step.axis]) : std::nullopt;
  if (!read) return false;
  access.low += read->low;
  access.high += read->high;
  return true;
}

/// Steps that only one of the two has are collapsed; false where they have none in common.
bool keep_common_steps(AccessMap& a, AccessMap& b, const Shape& shape) {
  AccessMap x = a, y = b;
  a.steps.clear();
  b.steps.clear();
  for (const AccessTerm& step : x.steps) {
    const auto other = std::find_if(y.steps.begin(), y.steps.end(), [&](AccessTerm candidate) {
      AccessTerm own = step;
      return match(own, candidate);
    });
    if (other == y.steps.end()) {
      if (!collapse(a, step, shape)) return false;
      continue;
    }
    match(a.steps.emplace_back(step), b.steps.emplace_back(*other));
    y.steps.erase(other);
  }
  return !a.steps.empty() && has_one_period(a) &&
         std::all_of(y.steps.begin(), y.steps.end(), [&](const AccessTerm& step) { return collapse(b, step, shape); });
}

bool has_period(const AccessMap& access) {
  return std::any_of(access.steps.begin(), access.steps.end(), [](const AccessTerm& step) { return step.period() > 1; });
}

/// Lowest and highest position for each digit of the one period that matching readings have, less what the step itself contributes.
std::vector<std::optional<Span>> bounds_of(const AccessMap& access) {
  const auto periodic =
      std::find_if(access.steps.begin(), access.steps.end(), [](const AccessTerm& step) { return step.period() > 1; });
  if (periodic == access.steps.end()) return {Span{access.low, access.high}};
  std::vector<std::optional<Span>> bounds;
  for (std::size_t digit = 0; digit < periodic->period(); ++digit) {
    bounds.emplace_back();
    if (!periodic->is_gap(digit)) bounds.back() = Span{access.low + periodic->lows[digit], access.high + periodic->highs[digit]};
  }
  return bounds;
}

bool have_one_centre(const AccessMap& a, const AccessMap& b) {
  if (a.before != b.before || a.after != b.after) return false;
  if (!has_period(a)) return a.low + a.high == b.low + b.high;
  const std::vector<std::optional<Span>> x = bounds_of(a), y = bounds_of(b);
  for (std::size_t digit = 0; digit < x.size(); ++digit)
    if (x[digit] && y[digit] && x[digit]->low + x[digit]->high != y[digit]->low + y[digit]->high) return false;
  return true;
}

/// `a` everywhere lies `distance` behind `b`.
bool is_apart(const AccessMap& a, const AccessMap& b, const Dim& distance) {
  const std::vector<std::optional<Span>> x = bounds_of(a), y = bounds_of(b);
  for (std::size_t digit = 0; digit < x.size(); ++digit) {
    if (x[digit].has_value() != y[digit].has_value()) return false;
    if (x[digit] && (x[digit]->low != y[digit]->low + distance || x[digit]->high != y[digit]->high + distance)) return false;
  }
  return true;
}

/// One of two readings with the same steps that are the same modulo the extent of what they read: that which is nearer to its start.
std::optional<AccessMap> cyclic(const AccessMap& a, const AccessMap& b, const Dim& extent) {
  if (a.before || a.after || b.before || b.after) return std::nullopt;
  if (!has_period(a) && a.low != b.low + extent && b.low != a.low + extent) return std::nullopt;  // nearly always
  const bool is_behind = is_apart(a, b, extent);
  if (!is_behind && !is_apart(b, a, extent)) return std::nullopt;
  const AccessMap &upper = is_behind ? a : b, &lower = is_behind ? b : a;
  const Dim above = bounds_of(upper).front().value_or(Span{}).low, below = bounds_of(lower).front().value_or(Span{}).low;
  AccessMap one = at_least(-below, above) == Certainty::always ? upper : lower;
  one.wraps = true;
  return one;
}

/// The hull of two readings with the same steps.  The entries of a period count from `low` and `high`, which become those of the hull.
AccessMap hull_of_matching(AccessMap a, const AccessMap& b) {
  const bool is_aligned = a.aligned && b.aligned && have_one_centre(a, b);
  const Dim low = min(a.low, b.low), high = max(a.high, b.high);
  for (std::size_t index = 0; index < a.steps.size(); ++index) {
    AccessTerm& step = a.steps[index];
    const AccessTerm& other = b.steps[index];
    std::vector<bool> gaps;
    for (std::size_t digit = 0; digit < step.lows.size(); ++digit) {
      const Dim from = a.low + step.lows[digit], to = a.high + step.highs[digit];
      const Dim other_from = b.low + other.lows[digit], other_to = b.high + other.highs[digit];
      const bool is_gap = step.is_gap(digit), other_is_gap = other.is_gap(digit);
      step.lows[digit] = (is_gap ? other_from : other_is_gap ? from : min(from, other_from)) - low;
      step.highs[digit] = (is_gap ? other_to : other_is_gap ? to : max(to, other_to)) - high;
      gaps.push_back(is_gap && other_is_gap);
    }
    step.gaps = std::find(gaps.begin(), gaps.end(), true) == gaps.end() ? std::vector<bool>() : std::move(gaps);
  }
  a.low = low;
  a.high = high;
  a.aligned = is_aligned;
  a.before = a.before || b.before;
  a.after = a.after || b.after;
  a.wraps = a.wraps || b.wraps;
  for (AccessTerm& step : a.steps)
    if (const auto bounds = take_common_bounds(step)) {
      a.low += bounds->low;
      a.high += bounds->high;
    }
  return a;
}

AccessMap joined(const AccessMap& a, const AccessMap& b, const Dim& extent) {
  std::optional<AccessMap> one = cyclic(a, b, extent);
  return one ? std::move(*one) : hull_of_matching(a, b);
}

}  // namespace

std::optional<AccessMap> by_main_step(AccessMap access, const Shape& shape) {
  const auto is_below = [](const Dim& a, const Dim& b) { return a != b && is_at_least_zero(b - a); };
  const auto read_by = [&](const AccessTerm& step) {
    return step.axis < shape.rank() ? over_all(step, shape[step.axis]) : std::nullopt;
  };
  const auto reach_of = [&](const AccessTerm& step) {
    const auto read = read_by(step);
    return read ? read->high - read->low : Dim(0);
  };
  if (access.steps.empty()) return access;
  const auto main = std::max_element(access.steps.begin(), access.steps.end(), [&](const AccessTerm& a, const AccessTerm& b) {
    return is_below(reach_of(a), reach_of(b));
  });
  if (!main->modulus.is(0) || !main->offset.is(0)) return std::nullopt;
  std::iter_swap(main, access.steps.begin());
  while (access.steps.size() > 1) {
    if (!collapse(access, access.steps.back(), shape)) return std::nullopt;
    access.steps.pop_back();
  }
  return access;
}

bool reads_everything(const AccessMap& access, const Shape& shape, const Dim& extent) {
  if (access.kind != AccessMap::Kind::range) return access.kind == AccessMap::Kind::all;
  Dim highest_low = access.low, lowest_high = access.high;
  for (const AccessTerm& step : access.steps) {
    if (step.period() > 1 || step.axis >= shape.rank()) return false;
    const std::optional<Span> read = over_all(step, shape[step.axis]);
    if (!read) return false;
    highest_low += read->high;
    lowest_high += read->low;
  }
  return is_at_most_zero(highest_low) && is_at_least_zero(lowest_high - extent + 1);
}

AccessMap hull(const AccessMap& a, const AccessMap& b, const Shape& shape, const Dim& extent) {
  if (a.kind == AccessMap::Kind::all || b.kind == AccessMap::Kind::all) return a.kind == AccessMap::Kind::all ? a : b;
  if (a == b) return a;
  if (a.is_range() && b.is_range()) {
    AccessMap x = a, y = b;
    if (match_steps(x, y)) return joined(x, y, extent);
    if (!shape.known()) return AccessMap::unknown(a.axes_read() | b.axes_read());
    if (reads_everything(a, shape, extent) || reads_everything(b, shape, extent)) return AccessMap::everything();
    if (keep_common_steps(x = a, y = b, shape)) return joined(x, y, extent);
    const std::optional<AccessMap> main_of_a = by_main_step(a, shape), main_of_b = by_main_step(b, shape);
    if (main_of_a && main_of_b) {
      x = *main_of_a;
      y = *main_of_b;
      if (match_steps(x, y)) return joined(x, y, extent);
    }
  }
  const bool has_lost_track =
      (a.kind == AccessMap::Kind::unknown && a.spread == 0) || (b.kind == AccessMap::Kind::unknown && b.spread == 0);
  return AccessMap::unknown(has_lost_track ? 0 : a.axes_read() | b.axes_read());
}

}  // namespace macroscope
