// Quantity: how much is it, and is that all of it or a lower bound?
#pragma once

#include "analyzer/algebra/dim.h"

namespace macroscope {

/// An exact quantity; `at_least` where something that belongs to it is unknown.
struct Quantity {
  Dim value;
  bool at_least = false;

  friend bool operator==(const Quantity& a, const Quantity& b) noexcept { return a.at_least == b.at_least && a.value == b.value; }
};

}  // namespace macroscope
