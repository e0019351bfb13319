// Prefill and decode section: what does a report say of a language model's two kinds of runs?
#pragma once

#include <vector>

#include "reports/document/report.h"
#include "reports/notation/json_writer.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// Adds the costs of prefill and decode, and what could not be derived; nothing for a model without attention.
void add_prefill_decode_section(const Figures& figures, std::vector<Section>& sections);

/// The member `generation` of the JSON document.
void write_prefill_decode(const Figures& figures, JsonWriter& json);

}  // namespace macroscope
