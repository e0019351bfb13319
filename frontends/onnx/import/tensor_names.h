// Tensors by name: which tensor of a graph has this name?
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "analyzer/network/network.h"
#include "frontends/onnx/reader/name_hash.h"

namespace macroscope::onnx {

/// Numbers of the tensors of one graph, found by the names that are there: the names are not kept a second time.
class TensorNames {
 public:
  /// `tensors` outlives this, and may grow.
  explicit TensorNames(const std::vector<Tensor>& tensors) : numbers_(0, Hash{{}, &tensors}, Equal{&tensors}) {}

  void reserve(std::size_t count) { numbers_.reserve(count); }
  /// Of several tensors of one name the first is found. \return whether this is the first
  bool add(TensorId tensor) { return numbers_.insert(tensor).second; }
  [[nodiscard]] std::optional<TensorId> find(std::string_view name) const {
    const auto found = numbers_.find(name);
    return found == numbers_.end() ? std::nullopt : std::optional(*found);
  }
  [[nodiscard]] bool contains(std::string_view name) const { return numbers_.contains(name); }

 private:
  struct Hash : NameHash {
    using is_transparent = void;
    const std::vector<Tensor>* tensors;
    std::size_t operator()(TensorId tensor) const noexcept { return (*this)((*tensors)[tensor].name); }
    using NameHash::operator();
  };
  struct Equal {
    using is_transparent = void;
    const std::vector<Tensor>* tensors;
    bool operator()(TensorId a, TensorId b) const noexcept { return (*tensors)[a].name == (*tensors)[b].name; }
    bool operator()(std::string_view name, TensorId tensor) const noexcept { return (*tensors)[tensor].name == name; }
    bool operator()(TensorId tensor, std::string_view name) const noexcept { return (*tensors)[tensor].name == name; }
  };

  boost::unordered_flat_set<TensorId, Hash, Equal> numbers_;
};

}  // namespace macroscope::onnx
