// Formatter: how is a file of the language laid out?
#pragma once

#include <string>

#include "frontends/dsl/syntax/syntax.h"

namespace macroscope::dsl {

/// The canonical layout of a file that was read without a mistake: laid out again it stays as it is.  Comments are kept, one empty line
/// where there were some, and a chain that was written over several lines stays so, its arrows below each other.
std::string format(const SourceText& source, const File& file);

/// An expression on one line, as messages and reports show it.
std::string text_of(const Expression& expression);

}  // namespace macroscope::dsl
