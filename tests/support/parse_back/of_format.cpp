#include <array>
#include <utility>

#include "parse_back/parse_back.h"

namespace macroscope::testing {

Complaint complaint_of(std::string_view format, std::string_view text) {
  using Parser = Complaint (*)(std::string_view text);
  static constexpr std::array<std::pair<std::string_view, Parser>, 8> kParsers{{{"text", complaint_of_text},
                                                                                {"markdown", complaint_of_markdown},
                                                                                {"json", complaint_of_json},
                                                                                {"csv", complaint_of_csv},
                                                                                {"html", complaint_of_html},
                                                                                {"svg", complaint_of_svg},
                                                                                {"dot", complaint_of_dot},
                                                                                {"latex", complaint_of_latex}}};
  for (const auto& [name, parser] : kParsers)
    if (name == format) return parser(text);
  return "no parser reads this format";
}

}  // namespace macroscope::testing
