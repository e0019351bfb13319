// Access term: what does one index contribute to an access map, digit by digit?  Used by access_map.cpp and access_hull.cpp.
#pragma once

#include <optional>

#include "analyzer/operators/access/access_map.h"

namespace macroscope {

/// Lowest and highest contribution.
struct Span {
  Dim low, high;
};

bool is_at_least_zero(const Dim& dim);
bool is_at_most_zero(const Dim& dim);

/// How many digits an axis of this extent has.
Dim digits_of(const AccessTerm& step, const Dim& extent);

/// Of one digit; empty for a gap. \pre step.period() == 1 or `digit` is a number
std::optional<Span> of_digit(const AccessTerm& step, const Dim& digit);

/// Of the digits first .. last together; empty if all are gaps. \pre step.step >= 0
std::optional<Span> of_digits(const AccessTerm& step, std::int64_t first, std::int64_t last);

/// Over all indices of an axis of this extent; empty where a sign is not certain. \throws AlgebraError
std::optional<Span> over_all(const AccessTerm& step, const Dim& extent);

/// The same step by digits that are `times` as fine, with a longer period; empty where that is too long. \pre times divides step.divisor
std::optional<AccessTerm> refined(const AccessTerm& step, std::int64_t times);

/// The same term with a bound for each single index in place of each digit, for callers that compute index by index.  Unchanged where the term
/// has a modulus or an offset, or where the list would be too long.
AccessTerm with_period_for_divisor(const AccessTerm& step);

/// A period whose digits all read alike is a divisor: what they read is taken out of the step.
std::optional<Span> take_common_bounds(AccessTerm& step);

}  // namespace macroscope
