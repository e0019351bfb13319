// Any text: the front end of the network language ends with networks or with mistakes that have a message and a place in the text.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "analyzer/analysis.h"
#include "frontends/dsl/interpreter/expectations.h"
#include "frontends/dsl/net_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace macroscope;
  constexpr std::size_t kMostBytes = 4096;
  if (size > kMostBytes) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const dsl::NetFile file(text);
  const auto lines = static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (const Diagnostic& diagnostic : file.diagnostics()) {
    const auto* origin = std::get_if<TextOrigin>(&diagnostic.origin);
    if (diagnostic.message.empty() || origin == nullptr || origin->line < 1 || origin->line > lines) std::abort();
  }
  if (const auto once = file.formatted()) {
    const auto twice = dsl::NetFile(*once).formatted();
    if (!twice || *twice != *once) std::abort();
  }
  if (has_errors(file.diagnostics())) return 0;
  for (const std::string_view net : file.nets()) {
    dsl::Expansion expansion = file.expand(net, {});
    if (!expansion.network) {
      if (!has_errors(expansion.diagnostics)) std::abort();
      continue;
    }
    const Analysis analysis = analyze(std::move(*expansion.network), std::move(expansion.diagnostics));
    // These run when they are asked for.
    static_cast<void>(analysis.receptive_fields());
    static_cast<void>(analysis.training());
    static_cast<void>(analysis.initialization());
    static_cast<void>(analysis.findings());
    static_cast<void>(analysis.prefill_decode());
    static_cast<void>(dsl::check_expectations(file.content(), {{std::string(net), &analysis, expansion.record}}));
  }
  return 0;
}
