// Lock as text: how is it written down?  A line for each group of layers, so that a diff shows what changed and nothing else.
#pragma once

#include "analyzer/budget/lock.h"
#include "reports/notation/sink.h"

namespace macroscope {

/// What configuration/lock_file reads.
void render_lock(const Lock& lock, Sink& sink);

}  // namespace macroscope
