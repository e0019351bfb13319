// Expectations in words: what do the two sides of one come to, and which of them is whose?
#pragma once

#include <string>

#include "frontends/dsl/interpreter/expectations.h"

namespace macroscope {

/// `macroscope 89,673, you 89,417` where one side alone asks for a figure of the net, otherwise `left 3, right 4`; one alone where both are
/// the same.
[[nodiscard]] std::string sides_in_words(const dsl::ExpectationResult& result);
/// `256`; empty where a difference says nothing.
[[nodiscard]] std::string difference_in_words(const dsl::ExpectationResult& result);

}  // namespace macroscope
