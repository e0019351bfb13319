// The modules of the model as a small picture in mermaid, for Markdown.
#pragma once

#include <string>

#include "reports/tables/figures.h"

namespace macroscope {

/// Empty where no roll-up of modules gives a picture that is readable: too few boxes to say anything, or too many to see.
[[nodiscard]] std::string mermaid_picture(const Figures& figures);

}  // namespace macroscope
