// Storage of attributes: where do those of a network's nodes live?  Layers of one kind that are near each other have one list of them.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "analyzer/network/network.h"

namespace macroscope::onnx {

class AttributeLists {
 public:
  explicit AttributeLists(Network& network) noexcept : network_(network) {}

  /// A copy that lives as long as the network.
  std::span<const Attribute> keep(std::span<const Attribute> attributes);

 private:
  static constexpr std::size_t kRecent = 64;

  Network& network_;
  std::array<std::span<const Attribute>, kRecent> recent_{};
};

}  // namespace macroscope::onnx
