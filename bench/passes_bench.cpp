// How long does each pass take, and all of them together against the shapes?
//
// passes_bench MODEL prints as JSON the CPU seconds of every pass but the best order and the cuts, each the best of a few runs; "all" is their
// sum without the shapes.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <limits>
#include <string>

#include "analyzer/analysis.h"
#include "frontends/onnx/import/import.h"

namespace {

using namespace macroscope;

constexpr int kRuns = 5;

double now() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

class Passes {
 public:
  explicit Passes(Network& network) : network_(network) {}

  void run() {
    measure("shapes", [&] { shapes_ = infer_shapes(network_, {}, diagnostics_); });
    all_ = 0;
    measure("parameters", [&] { parameters_ = count_parameters(network_, shapes_, false); });
    measure("costs", [&] { costs_ = count_costs(network_, shapes_, diagnostics_); });
    measure("memory", [&] { measure_memory(network_, shapes_, parameters_, {}); });
    measure("receptive_fields", [&] { find_receptive_fields(network_, shapes_); });
    measure("training", [&] { count_training(network_, shapes_, parameters_, costs_); });
    measure("initialization", [&] { find_fans(network_, shapes_, parameters_); });
    measure("lineages", [&] { ElementwiseProvenances(network_, shapes_); });
    const ElementwiseProvenances provenances(network_, shapes_);
    measure("growth", [&] { find_growth(network_, shapes_, provenances, parameters_, costs_); });
    measure("savings", [&] { find_savings(network_, shapes_, provenances, costs_); });
    measure("redundancies", [&] { find_redundancies(network_, shapes_, provenances, parameters_, costs_); });
    measure("gradient_flow", [&] { trace_gradients(network_, shapes_, provenances, costs_); });
    measure("generation", [&] { find_prefill_decode(network_, shapes_, costs_); });
    std::printf("\"all\": %.6f}\n", all_);
  }

 private:
  void measure(const char* name, const std::function<void()>& pass) {
    double best = std::numeric_limits<double>::max();
    for (int run = 0; run < kRuns; ++run) {
      const double start = now();
      pass();
      best = std::min(best, now() - start);
    }
    all_ += best;
    std::printf("%s\"%s\": %.6f, ", is_first_ ? "{" : "", name, best);
    is_first_ = false;
  }

  Network& network_;
  Diagnostics diagnostics_;
  Shapes shapes_;
  Parameters parameters_;
  Costs costs_;
  double all_ = 0;
  bool is_first_ = true;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: passes_bench MODEL\n", stderr);
    return 2;
  }
  onnx::Import model = onnx::import_model(argv[1]);
  if (!model.network) {
    std::fputs("passes_bench: the file cannot be read\n", stderr);
    return 1;
  }
  Passes(*model.network).run();
  return 0;
}
