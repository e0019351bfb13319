// What is stored with the model: learned parameters, statistics, quantisation, constants?
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/passes/shapes.h"

namespace macroscope {

enum class Role : std::uint8_t { weight, statistic, quantisation, constant, unused };
inline constexpr std::size_t kRoles = 5;
/// `weight`, `statistic` ...
[[nodiscard]] std::string_view name_of(Role role) noexcept;

/// One stored tensor of a graph (initializer, Constant node, filled weight).
struct Parameter {
  GraphId graph = 0;
  TensorId tensor = 0;
  Role role = Role::unused;
  /// A reader that takes weights, statistics or scales in this place decided the role.
  bool by_position = false;
  DataType dtype = DataType::unknown;
  Dim elements;  // logical elements, also of packed weights; of one copy where its graph is repeated
  /// Without those that a mask sets to zero; absent where there is no mask.
  std::optional<Dim> effective_elements{};
  Dim bytes;  // as stored
  /// Node of `graph` that it is counted at: its first reader; kNone if there is none.
  NodeId counted_at = kNone;
  /// Index of the parameter it is the same tensor as, which counts it; kNone if this one counts.
  std::uint32_t same_as = kNone;
  /// Number of nodes that read it (through views).
  std::uint32_t readers = 0;
  /// Only nodes that side outputs alone need read it: it is trained with the others and dropped for inference.
  bool side = false;
};

struct ParameterTotals {
  std::array<Dim, kRoles> elements{};
  Dim weight_bytes;  // bytes of all stored tensors that are read, whatever their role
  /// Learned parameters without those that masks set to zero.
  Dim effective_weights;
  friend bool operator==(const ParameterTotals&, const ParameterTotals&) = default;
};

struct Parameters {
  std::vector<Parameter> rows;
  ParameterTotals totals;
  /// Of what only side outputs need; not part of `totals`.
  ParameterTotals side;
  /// By GraphId, then NodeId: learned parameters that the node counts.
  std::vector<std::vector<Dim>> of_node;

  [[nodiscard]] const Dim& total(Role role) const { return totals.elements[static_cast<std::size_t>(role)]; }
};

/// Every stored tensor counted once, with one role that follows its readers.
Parameters count_parameters(const Network& network, const Shapes& shapes);

}  // namespace macroscope
