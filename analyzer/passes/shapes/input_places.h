// Places of symbols: which axis of which input has a size of the model by itself?
#pragma once

#include <cstddef>
#include <unordered_map>

#include "analyzer/network/network.h"
#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

class InputPlaces {
 public:
  struct Place {
    TensorId input;
    std::size_t axis;
  };

  InputPlaces(const Network& network, const Shapes& shapes) {
    for (const TensorId input : network.main().inputs) {
      const Shape& shape = shapes.scopes.front().facts[input].type.shape;
      for (std::size_t axis = 0; axis < shape.rank(); ++axis)
        if (!shape[axis].is_number()) places_.try_emplace(shape[axis], Place{input, axis});
    }
  }

  /// The first one; null where there is none.
  [[nodiscard]] const Place* find(const Symbol& symbol) const {
    const auto place = places_.find(Dim::symbol(symbol.id));
    return place == places_.end() ? nullptr : &place->second;
  }

 private:
  struct Hash {
    std::size_t operator()(const Dim& dim) const noexcept { return dim.hash(); }
  };
  std::unordered_map<Dim, Place, Hash> places_;
};

}  // namespace macroscope
