// Models of the catalogue's own operators, valid and nearly so: as model_fuzz, with a mutator that adds whole nodes rather than bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>

#include "exercise.h"
#include "random_model.h"

namespace {

using macroscope::fuzz::Choices;

constexpr std::size_t kMostBytes = std::size_t{1} << 14U;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMostBytes) return 0;
  std::span<const std::uint8_t> input(data, size);
  const Choices choices(input);
  macroscope::fuzz::exercise_model(input, choices);
  return 0;
}

#ifdef MACROSCOPE_LIBFUZZER
namespace {

std::string random_choices(std::mt19937& random) {
  std::string bytes(Choices::kBytes, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

/// A new model, one more fragment behind the model, other choices, or a change of a few bytes.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned int seed) {
  std::mt19937 random(seed);
  const std::size_t model = size < Choices::kBytes ? 0 : size - Choices::kBytes;
  std::string bytes(reinterpret_cast<const char*>(data), model);
  std::string choices(reinterpret_cast<const char*>(data) + model, size - model);
  switch (random() % 8) {
    case 0:
      bytes = macroscope::fuzz::random_fragment(random);
      choices = random_choices(random);
      break;
    case 1:
    case 2:
    case 3:
      bytes += macroscope::fuzz::random_fragment(random);
      break;
    case 4:
      choices = random_choices(random);
      break;
    default:
      return LLVMFuzzerMutate(data, size, most);
  }
  const std::string mutated = bytes + choices;
  if (mutated.size() > std::min(most, kMostBytes)) return LLVMFuzzerMutate(data, size, most);
  std::copy(mutated.begin(), mutated.end(), data);
  return mutated.size();
}
#endif
