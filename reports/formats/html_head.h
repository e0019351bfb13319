// Head of a model's page: which file it is, what is known of it in one line, and the sizes that its numbers are at.
#pragma once

#include <string>
#include <vector>

#include "reports/document/report.h"
#include "reports/notation/sink.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// `ONNX · opset 17 · pytorch 2.3.1 · 323 nodes, all costed`, and the example sizes.  Without a script these are sentences; the script makes
/// a control of each size.
void write_html_facts(const Figures& figures, const std::vector<Section>& sections, Sink& sink);

/// The example that the sections are at; null where no size is open.
[[nodiscard]] const Example* example_of(const std::vector<Section>& sections);

}  // namespace macroscope
