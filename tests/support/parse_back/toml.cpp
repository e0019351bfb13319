#include "configuration/toml.h"

#include <fmt/format.h>

#include "parse_back/parse_back.h"

namespace macroscope::testing {

Complaint complaint_of_toml(std::string_view text) {
  if (Complaint complaint = complaint_of_text(text); !complaint.empty()) return complaint;
  try {
    static_cast<void>(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return fmt::format("line {}: {}", error.source().begin.line, error.description());
  }
  return {};
}

}  // namespace macroscope::testing
