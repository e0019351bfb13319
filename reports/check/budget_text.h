// Budget file as text: which budget fits what models cost today?
#pragma once

#include <vector>

#include "analyzer/record/record.h"
#include "reports/notation/sink.h"

namespace macroscope {

/// A budget of today's figures and 5 %, with a comment on each; valid, and kept to by the models that it is written for.  Figures that
/// depend on open sizes are in it as comments.  Paths of the records are relative to the file.
void render_budget(const std::vector<ModelRecord>& models, Sink& sink);

}  // namespace macroscope
