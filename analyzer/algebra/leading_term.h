// Leading term: which single product of symbols says most of what an expression comes to?
//
//   1053696*N*floor((H + 31)/32)*floor((W + 31)/32) + 2*N   at N = 1, H = W = 224   ->   1,029*N*H*W
//
// A floor division counts as a division, a minimum or maximum as the argument that it takes at the point: the term is an estimate for
// people, shown with a `~`, and never enters a sum.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "analyzer/algebra/dim.h"

namespace macroscope {

struct LeadingTerm {
  double coefficient = 0;
  /// Powers by symbol; empty: a plain number says most.
  std::map<std::string, unsigned> powers;
};

/// The largest terms of many quantities at one point: what a name stands for is spelled out once.
class LeadingTerms {
 public:
  explicit LeadingTerms(Bindings point);
  ~LeadingTerms();
  LeadingTerms(const LeadingTerms&) = delete;
  LeadingTerms& operator=(const LeadingTerms&) = delete;

  /// As leading_term(); all that was asked for before counts towards what is too many terms.
  [[nodiscard]] std::optional<LeadingTerm> of(const Dim& quantity);

 private:
  class Spelling;
  std::unique_ptr<Spelling> spelling_;
};

/// The largest term of a quantity, spelled out in symbols, where each symbol has the value that `point` gives it (1 where it gives none).
/// Empty for a plain number, and where spelling the quantity out takes too many terms.
[[nodiscard]] std::optional<LeadingTerm> leading_term(const Dim& quantity, const Bindings& point);

}  // namespace macroscope
