// cost_of MODEL.onnx: parameters and multiply-accumulates of a model, by calling the library.
#include <cstdio>
#include <utility>

#include "analyzer/analysis.h"
#include "frontends/onnx/import/import.h"

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("Usage: cost_of MODEL.onnx\n", stderr);
    return 2;
  }
  macroscope::onnx::Import import = macroscope::onnx::import_model(arguments[1]);
  if (!import.network) {
    for (const macroscope::Diagnostic& diagnostic : import.diagnostics) std::fprintf(stderr, "%s\n", diagnostic.message.c_str());
    return 3;
  }
  const macroscope::Analysis analysis = macroscope::analyze(std::move(*import.network), std::move(import.diagnostics));
  std::printf("%s parameters, %s MACs\n", analysis.parameters.total(macroscope::Role::weight).text().c_str(),
              analysis.costs.total.macs.text().c_str());
  return 0;
}
