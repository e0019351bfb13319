// Which axis of an operator's first operand and result holds channels?  Read off its loop nest where it is one, otherwise said by its row.
#pragma once

#include "analyzer/operators/operator.h"

namespace macroscope {

/// Never throws: where no nest is known, what the row says.
[[nodiscard]] ChannelAxis channel_axis_of(const Operator& row, const OpContext& context) noexcept;

}  // namespace macroscope
