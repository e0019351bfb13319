// Parser: is a text one of the language, and what does it say?
#pragma once

#include "frontends/dsl/syntax/problems.h"
#include "frontends/dsl/syntax/syntax.h"

namespace macroscope::dsl {

/// Expressions and blocks nested more deeply are refused.
inline constexpr int kMaxNesting = 100;

/// Reads a whole file.  Goes on behind a mistake with the next statement, so that several are found at once; what was read wrongly is
/// left out.  The views of the tree point into `source`, which must outlive it.
File parse(const SourceText& source, Problems& problems);

}  // namespace macroscope::dsl
