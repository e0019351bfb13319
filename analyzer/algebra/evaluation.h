// Evaluation: what is a quantity where every symbol is one and the same number, or has a number of its own?
#pragma once

#include <memory>
#include <optional>

#include "analyzer/algebra/dim.h"
#include "analyzer/algebra/leading_term.h"

namespace macroscope {

/// Empty past 128 bits, and where something is divided by 0.  What a name stands for is worked out once: asking for many sums of the same
/// named expressions takes time in proportion to what they spell, not to what all their names stand for.
[[nodiscard]] std::optional<Int128> value_at(const Dim& quantity, std::int64_t size);

/// Sizes of symbols, at which many quantities are worked out: what a name stands for is worked out once.  Copies share what they know.
class SizePoint {
 public:
  SizePoint() : SizePoint(Bindings{}) {}
  /// \param sizes those that are no plain number are as good as none
  explicit SizePoint(const Bindings& sizes);

  [[nodiscard]] const Bindings& sizes() const noexcept;
  /// Empty past 128 bits, where something is divided by 0, and where a symbol has no size.
  [[nodiscard]] std::optional<Dim> value_of(const Dim& quantity) const;
  /// The term that is largest here, as leading_term() gives it.
  [[nodiscard]] std::optional<LeadingTerm> leading_term_of(const Dim& quantity) const;

 private:
  struct Known;
  std::shared_ptr<Known> known_;
};

}  // namespace macroscope
