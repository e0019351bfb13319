// Derived operators: what does a row leave to the operator that it derives from?
#pragma once

#include "analyzer/operators/operator.h"

namespace macroscope {

/// The row with what it leaves out taken from the operator that it derives from: the meaning, with its operands where the row says they stand,
/// otherwise what passes need to know besides.  A row of its own, or one that derives from nothing there is, stays as it is.
[[nodiscard]] Operator completed(Operator row);
/// Whether a row says what it computes, itself or completed.
[[nodiscard]] bool says_meaning(const Operator& row) noexcept;
/// Whether a row of the catalogue has its meaning from the operator that it derives from, so that what confirms that one confirms it.
[[nodiscard]] bool takes_meaning(const Operator& row) noexcept;

}  // namespace macroscope
