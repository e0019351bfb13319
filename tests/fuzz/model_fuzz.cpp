// Any bytes: a model goes through the reader, all passes and every format, with options that the last bytes choose.
#include <cstddef>
#include <cstdint>
#include <span>

#include "exercise.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace macroscope::fuzz;
  constexpr std::size_t kMostBytes = std::size_t{1} << 14U;
  if (size > kMostBytes) return 0;
  std::span<const std::uint8_t> input(data, size);
  const Choices choices(input);
  exercise_model(input, choices);
  return 0;
}
