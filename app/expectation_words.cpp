#include "app/expectation_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace macroscope {
namespace {

/// A number of the language as reports write it: `89_673` is 89,673.
std::string with_commas(std::string text) {
  if (text.find_first_not_of("0123456789_.%-") == std::string::npos) std::replace(text.begin(), text.end(), '_', ',');
  return text;
}

}  // namespace

std::string sides_in_words(const dsl::ExpectationResult& result) {
  using Computed = dsl::ExpectationResult::Computed;
  const std::string left = with_commas(result.left);
  const std::string right = with_commas(result.right);
  if (left == right) return left;
  switch (result.computed) {
    case Computed::left:
      return fmt::format("macroscope {}, you {}", left, right);
    case Computed::right:
      return fmt::format("you {}, macroscope {}", left, right);
    case Computed::both:
      break;
  }
  return fmt::format("left {}, right {}", left, right);
}

std::string difference_in_words(const dsl::ExpectationResult& result) { return with_commas(result.difference); }

}  // namespace macroscope
