// Which operators have a case in the tests that a second source confirms: the run of the onnx package's own tests, a count by hand or by brute
// force, what their documentation says they come to in other operators?
#pragma once

#include <string_view>

namespace macroscope {

/// \param shown_operator as reports name it: `Conv`, `com.microsoft:FusedConv`
[[nodiscard]] bool has_shape_case(std::string_view shown_operator) noexcept;
[[nodiscard]] bool has_cost_case(std::string_view shown_operator) noexcept;

}  // namespace macroscope
