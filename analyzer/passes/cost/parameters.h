// Stored tensors by role: which are learned parameters, statistics, quantisation, constants?
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/passes/shapes/shapes.h"

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
  /// It is added to what a convolution, a product, a cell or attention makes, and nothing else reads it.  Shifts of normalisations are none.
  bool is_bias = false;
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
  /// Biases that were asked to be left out of the learned parameters.
  Dim biases_left_out;
  friend bool operator==(const ParameterTotals&, const ParameterTotals&) = default;
};

struct Parameters {
  std::vector<Parameter> rows;
  ParameterTotals totals;
  /// Of what only side outputs need; not part of `totals`.
  ParameterTotals side;
  /// By GraphId, then NodeId: learned parameters that the node counts.
  std::vector<std::vector<Dim>> of_node;
  /// Learned parameters are those without biases, as some courses count.
  bool without_biases = false;

  /// Counts as a learned parameter of the node that it is counted at.
  [[nodiscard]] bool counts(const Parameter& row) const noexcept {
    return row.role == Role::weight && row.same_as == kNone && !(without_biases && row.is_bias);
  }
  [[nodiscard]] const Dim& total(Role role) const { return totals.elements[static_cast<std::size_t>(role)]; }
};

/// Every stored tensor counted once, with one role that follows its readers.
/// \param without_biases biases are stored, and no learned parameters
Parameters count_parameters(const Network& network, const Shapes& shapes, bool without_biases = false);

}  // namespace macroscope
