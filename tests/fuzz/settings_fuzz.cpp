// Any text as a file of settings: budget, lock, baseline, operators, device.  Each ends with its content or with mistakes that have a message.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "configuration/baseline_file.h"
#include "configuration/budget_file.h"
#include "configuration/device_file.h"
#include "configuration/lock_file.h"
#include "configuration/operator_file.h"

namespace {

void check(const macroscope::Diagnostics& diagnostics) {
  for (const macroscope::Diagnostic& diagnostic : diagnostics)
    if (diagnostic.message.empty() || diagnostic.code.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace macroscope;
  constexpr std::size_t kMostBytes = 8192;
  if (size > kMostBytes) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(read_budget_file(text).diagnostics);
  check(read_operator_file(text).diagnostics);
  const DeviceFile device = read_device_file(text);
  check(device.diagnostics);
  if (!has_errors(device.diagnostics) && device.device == nullptr) std::abort();
  if (const auto lock = read_lock_file(text); const auto* mistake = std::get_if<Diagnostic>(&lock)) check({*mistake});
  if (const auto baseline = read_baseline_file(text); const auto* mistake = std::get_if<BaselineError>(&baseline))
    if (mistake->message.empty()) std::abort();
  return 0;
}
