// Text tables: how does a table look in a terminal?
#pragma once

#include <string>

#include "reports/document/report.h"
#include "reports/notation/sink.h"
#include "reports/notation/text_style.h"

namespace macroscope {

/// Numbers stand to the right in groups of three digits and are never cut; names are shortened in the middle, expressions rounded, and
/// optional columns left out, until the table fits.
/// \return true if an expression was rounded or cut
bool write_text_table(const Table& table, Sink& sink, const TextOptions& options);

/// A cell as plain text of at most `columns` columns where it may be shortened; sets `is_shortened` if an expression was.
/// \param example where formulas without room are shown by their leading term; null: by their beginning
std::string text_of_cell(const Cell& cell, ColumnType type, std::size_t columns, bool& is_shortened,
                         const Example* example = nullptr);

}  // namespace macroscope
