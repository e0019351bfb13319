#include "app/messages.h"

#include <fmt/format.h>
#include <unistd.h>

#include "app/output.h"
#include "reports/notation/diagnostic_text.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

constexpr std::size_t kMostPrinted = 50;

}  // namespace

void print(const Diagnostics& diagnostics, std::string_view file, bool errors_only, const TextOptions& options) {
  DescriptorSink standard_error(STDERR_FILENO);
  std::size_t printed = 0;
  std::size_t more = 0;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (errors_only && diagnostic.severity != Severity::error) continue;
    if (printed == kMostPrinted) {
      ++more;
      continue;
    }
    ++printed;
    standard_error.write(text_of(diagnostic, file, options));
  }
  if (more > 0) standard_error.write(fmt::format("and {} more: --format json lists all\n", grouped(more)));
  standard_error.flush();
}

void print(const UsageError& error, const TextOptions& options) {
  DescriptorSink standard_error(STDERR_FILENO);
  standard_error.write(text_of(Diagnostic{Severity::error, "usage", error.what(), {}, error.help()}, {}, options));
  standard_error.flush();
}

}  // namespace macroscope
