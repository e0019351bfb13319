// Syntax mistakes: how does a place in a text say that it cannot go on?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "frontends/dsl/syntax/problems.h"

namespace macroscope::dsl {

/// Thrown while a net is expanded or an expectation evaluated; reported at the statement it is in.
struct Mistake {
  std::string_view code;
  Span span;
  std::string message;
  std::string help{};
  std::vector<Note> notes{};
};

/// Something that was reported already is used again: nothing more is said.
struct Poisoned {};

}  // namespace macroscope::dsl
