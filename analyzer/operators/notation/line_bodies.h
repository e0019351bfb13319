// Lines of rows: which lines does a row say?
//
// To a row lines are three rules like any others; the rule of its work is the one by which they are found.
#pragma once

#include "analyzer/operators/notation/lines.h"
#include "analyzer/operators/operator.h"

namespace macroscope {

/// The lines of a row; null where it has none.
[[nodiscard]] const Lines* body_of(const Operator& row) noexcept;

/// Remembers whose lines a rule reads, before the program starts.
bool remember_body(WorkRule work, const Lines& lines);

}  // namespace macroscope
