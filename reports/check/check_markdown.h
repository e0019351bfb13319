// Verdicts as Markdown, for the summary of a CI job: what failed first, what passed folded away.
#pragma once

#include "reports/check/check_words.h"
#include "reports/notation/sink.h"

namespace macroscope {

void render_check_markdown(const CheckReport& report, Sink& sink);

/// The text, or its first lines and a note where it has more than `bytes`: GitHub drops a larger summary as a whole.
[[nodiscard]] std::string cut_at_line(std::string text, std::size_t bytes);

}  // namespace macroscope
