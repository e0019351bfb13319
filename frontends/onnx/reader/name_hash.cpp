#include "frontends/onnx/reader/name_hash.h"

#include <random>

namespace macroscope::onnx {

NameHash::NameHash() {
  static const std::uint64_t seed = [] {
    std::random_device device;
    return std::uint64_t{device()} << 32U | device();
  }();
  seed_ = seed;
}

}  // namespace macroscope::onnx
