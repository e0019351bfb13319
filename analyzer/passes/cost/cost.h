// Costs of nodes: how much arithmetic does each do, and how many bytes does it touch?
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

enum class Status : std::uint8_t {
  counted,  // does arithmetic, and how much is known
  free,     // does none: moves data or computes on integers and bools
  unknown   // not known: listed, and totals are lower bounds
};
[[nodiscard]] std::string_view name_of(Status status) noexcept;

/// Work of one node each time its graph runs, nested graphs included.
struct Cost {
  Status status = Status::free;
  Dim macs;
  Dim effective_macs;
  /// MACs by what they are computed in, mostly one entry.
  std::vector<std::pair<DataType, Dim>> macs_by_dtype;
  std::array<Dim, kFlopKinds> flops_by_kind{};
  Dim bytes_read;
  Dim bytes_written;

  /// 2 * floating macs + all kinds.
  [[nodiscard]] Dim flops() const;
  /// 2 * integer macs.
  [[nodiscard]] Dim int_ops() const;
};

/// An operator that could not be costed, how often it is in the model.
struct UnknownOperator {
  std::string_view op;
  std::string_view domain;
  std::uint64_t count = 0;
};

struct Costs {
  /// By ScopeId, then NodeId.
  std::vector<std::vector<Cost>> nodes;
  /// Sum over the main graph's nodes, without those that only side outputs need.
  Cost total;
  /// Sum over those.
  Cost side;
  /// Bytes of all node outputs of the main graph, those of `total`, without views, constants and integer shape values.
  Dim activation_bytes;
  std::uint64_t node_count = 0;    // of all graphs, each once
  std::uint64_t costed_count = 0;  // those of them that are counted or free
  std::vector<UnknownOperator> unknown;
  /// False if a node could not be costed or shaped; totals are lower bounds then.
  bool complete = true;
};

Costs count_costs(const Network& network, const Shapes& shapes, Diagnostics& diagnostics);

}  // namespace macroscope
