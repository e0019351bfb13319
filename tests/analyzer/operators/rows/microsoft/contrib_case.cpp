#include "contrib_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "evidence.h"

namespace macroscope::testing {

Analysis Contrib::run(std::string_view op, const std::vector<std::string>& inputs, const std::vector<Attribute>& attributes,
                      int outputs) {
  std::vector<std::string> names;
  for (int index = 0; index < outputs; ++index) names.push_back("o" + std::to_string(index));
  net.node(op, inputs, names, attributes, kMicrosoft);
  return analyze(net.take(), {});
}

std::string figures(const Analysis& analysis) {
  if (analysis.costs.complete && !has_errors(analysis.diagnostics)) note_evidence(analysis, "cost");
  constexpr std::array<std::string_view, kFlopKinds> kKinds{"add", "mul", "div", "compare", "special"};
  const Cost& total = analysis.costs.total;
  std::string text = fmt::format("macs {}", total.macs.text());
  std::vector<std::string> by_dtype;
  for (const auto& [dtype, macs] : total.macs_by_dtype)
    if (!macs.is(0)) by_dtype.push_back(fmt::format("{} {}", name_of(dtype), macs.text()));
  std::sort(by_dtype.begin(), by_dtype.end());
  if (!by_dtype.empty()) text += fmt::format(" ({})", fmt::join(by_dtype, ", "));
  text += fmt::format(", effective {}", total.effective_macs.text());
  for (std::size_t kind = 0; kind < kFlopKinds; ++kind)
    if (!total.flops_by_kind[kind].is(0)) text += fmt::format(", {} {}", total.flops_by_kind[kind].text(), kKinds[kind]);
  if (!analysis.costs.complete) text += ", incomplete";
  for (const Diagnostic& diagnostic : analysis.diagnostics)
    if (diagnostic.severity != Severity::note) text += fmt::format("; {}: {}", diagnostic.code, diagnostic.message);
  return text;
}

const Dim& macs_of(const Analysis& analysis) {
  if (analysis.costs.complete && !has_errors(analysis.diagnostics)) note_evidence(analysis, "cost");
  return analysis.costs.total.macs;
}

std::string figures_of(const std::function<void(NetworkBuilder&)>& build) {
  NetworkBuilder net(Contrib::kNewestVersion);
  build(net);
  return figures(analyze(net.take(), {}));
}

std::string type_of(const Analysis& analysis, std::string_view name) {
  const Type& type = fact_of(analysis, name).type;
  return fmt::format("{} {}", name_of(type.dtype), type.shape.text());
}

std::string moved(const Analysis& analysis, std::string_view name) {
  CHECK(figures(analysis) == "macs 0, effective 0");
  return type_of(analysis, name);
}

std::string first_error(const Analysis& analysis) {
  for (const Diagnostic& diagnostic : analysis.diagnostics)
    if (diagnostic.severity == Severity::error) return std::string(diagnostic.code);
  return {};
}

}  // namespace macroscope::testing
