// The report as JSON, schema macroscope/1: docs/macroscope-1.schema.json.
#pragma once

#include "reports/document/report.h"
#include "reports/notation/json_writer.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// One model's document; what follows another one in an array, too.  A file that could not be read has a document without totals.
void render_json(const Figures& figures, JsonWriter& json);

/// The rows of a table as an array of objects.
void write_rows(const Table& table, JsonWriter& json);

}  // namespace macroscope
