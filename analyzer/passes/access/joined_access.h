// Joined access maps: what do several operands bring to one result?
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/passes/access/receptive_field.h"

namespace macroscope {

class JoinedReadings {
 public:
  using AccessMaps = ReceptiveFields::AccessMaps;

  /// For a result of this shape; `extents`, by source how many positions it has, must stay.
  JoinedReadings(const Shape& shape, const std::vector<Dim>& extents) : shape_(shape), extents_(&extents) {}

  void add(const AccessMaps& accesses);
  void add(std::uint32_t source, AccessMap access);
  /// Null where nothing is read.
  AccessMaps take();

 private:
  Shape shape_;
  const std::vector<Dim>* extents_;
  /// All that there is, so far: mostly there is nothing to join.
  AccessMaps shared_;
  std::vector<ReceptiveFields::SourceReading> accesses_;
};

/// What reads an operand in a way that is unknown reads all of what that has read already, or what is unknown.
AccessMap after_unknown(const AccessMap& access);

}  // namespace macroscope
