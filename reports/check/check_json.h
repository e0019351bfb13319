// Verdicts as JSON, schema macroscope-check/1: docs/macroscope-check-1.schema.json.
#pragma once

#include "reports/check/check_words.h"
#include "reports/notation/sink.h"

namespace macroscope {

void render_check_json(const CheckReport& report, Sink& sink);

}  // namespace macroscope
