// The style and the script of the HTML report, and their digests for its content security policy.  Written from reports/web by the build.
#pragma once

#include <string_view>

namespace macroscope {

extern const std::string_view kReportStyle;
extern const std::string_view kReportScript;
/// SHA-256 in hexadecimal digits.
extern const std::string_view kReportStyleDigest;
extern const std::string_view kReportScriptDigest;

}  // namespace macroscope
