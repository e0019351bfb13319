// Notes on the dashboard: what stands out and what it would save, and what is open or assumed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/document/report.h"
#include "reports/notation/sink.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// A figure that follows the sizes of the page: its number at the example sizes, and the formula for the script.
[[nodiscard]] std::string html_figure(const Dim& value, ColumnType type, const SizePoint& point);

/// `97.5 MiB`, `4.09 G`, and all digits of a small number.
[[nodiscard]] std::string big_text(const Dim& number, ColumnType type);

/// \param largest the part of the model that has most, in words, or empty
void write_html_findings(const Figures& figures, const std::vector<Section>& sections, std::string_view largest,
                         const std::string& prefix, Sink& sink);
/// Sizes that the model leaves open, what the figures assume, what has no cost.
void write_html_open_points(const Figures& figures, const std::vector<Section>& sections, const std::string& prefix, Sink& sink);

}  // namespace macroscope
