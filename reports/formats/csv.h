// A table as CSV: a head of column names, then a line each row; exact numbers without groups, expressions as text.
#pragma once

#include <string_view>

#include "reports/document/report.h"
#include "reports/document/sink.h"

namespace macroscope {

/// The line of column names.  \param model_column adds a first column `model`, for tables of several models in one file
void write_csv_head(const Table& table, Sink& sink, bool model_column = false);
/// The rows; `model` stands first in each if there is a column for it.
void write_csv_rows(const Table& table, Sink& sink, bool model_column = false, std::string_view model = {});

}  // namespace macroscope
