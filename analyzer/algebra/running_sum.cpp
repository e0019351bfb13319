#include "analyzer/algebra/running_sum.h"

#include <utility>

#include "analyzer/algebra/expression.h"

namespace macroscope {

void RunningSum::add(const Dim& quantity, std::uint64_t times) {
  if (quantity.is_number()) {
    numbers_ += quantity * Dim::of_int128(times);
    return;
  }
  parts_.push_back({quantity, times});
  size_ += quantity.size();
  if (size_ + 1 <= algebra::limits().size) return;
  // As large as an expression may be, or terms of it were alike: what has come so far is one part from here on.
  const Dim sum = value();
  parts_.clear();
  numbers_ = 0;
  size_ = sum.size();
  if (sum.is_number()) {
    numbers_ = sum;
  } else {
    parts_.push_back({sum, 1});
  }
}

Dim RunningSum::value() const {
  if (parts_.empty()) return numbers_;
  if (parts_.size() == 1 && parts_.front().times == 1 && numbers_.is(0)) return parts_.front().quantity;
  algebra::Terms terms;
  std::size_t count = 1;
  for (const Part& part : parts_) count += algebra::TermView(part.quantity).size();
  terms.reserve(count);
  const auto add_all = [&terms](const Dim& quantity, std::uint64_t times) {
    const algebra::TermView view(quantity);
    for (const algebra::Term& term : view) terms.push_back({algebra::checked_multiply(term.coefficient, times), term.monomial});
  };
  for (const Part& part : parts_) add_all(part.quantity, part.times);
  add_all(numbers_, 1);
  algebra::canonicalize(terms);
  return algebra::make_dim(std::move(terms));
}

}  // namespace macroscope
