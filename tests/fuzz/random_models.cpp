// The structure-aware fuzz target without libFuzzer: random_models SEED COUNT [DIRECTORY].  The same models for the same seed, on any machine; with
// a directory they are written there instead, as inputs of structured_fuzz.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <span>
#include <string>

#include "exercise.h"
#include "random_model.h"

int main(int argc, char** argv) {
  using namespace macroscope::fuzz;
  if (argc < 3 || argc > 4) {
    std::fputs("usage: random_models SEED COUNT [DIRECTORY]\n", stderr);
    return 2;
  }
  const auto first = static_cast<unsigned>(std::strtoul(argv[1], nullptr, 10));
  const auto count = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10));
  for (unsigned seed = first; seed - first < count; ++seed) {
    std::fprintf(stderr, "\rseed %u", seed);  // the last one says which model it was
    std::mt19937 random(seed);
    std::string bytes;
    for (unsigned fragments = 1 + random() % 4; fragments > 0; --fragments) bytes += random_fragment(random);
    for (std::size_t i = 0; i < Choices::kBytes; ++i) bytes += static_cast<char>(random());
    if (argc == 4) {
      std::ofstream(std::string(argv[3]) + "/seed_" + std::to_string(seed), std::ios::binary) << bytes;
      continue;
    }
    std::span<const std::uint8_t> input(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    const Choices choices(input);
    exercise_model(input, choices);
  }
  std::fputc('\n', stderr);
  return 0;
}
