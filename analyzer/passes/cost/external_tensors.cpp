#include "analyzer/passes/cost/external_tensors.h"

#include <algorithm>
#include <vector>

namespace macroscope {

ExternalRanges::ExternalRanges(const Network& network) {
  std::vector<Range> ranges;
  for (const Graph& graph : network.graphs)
    for (const StoredTensor& tensor : graph.stored)
      if (!tensor.external_location.empty())
        ranges.push_back({tensor.external_location, tensor.external_offset, tensor.external_length});
  std::sort(ranges.begin(), ranges.end());
  ranges.erase(std::unique(ranges.begin(), ranges.end()), ranges.end());
  for (std::size_t index = 0; index < ranges.size(); ++index) {
    const Range& range = ranges[index];
    bool& consistent = consistent_.try_emplace(range.location, true).first->second;
    if (index == 0 || ranges[index - 1].location != range.location) continue;
    const Range& before = ranges[index - 1];
    if (range.offset - before.offset < before.length || range.offset == before.offset) consistent = false;
  }
}

std::optional<ExternalRanges::Range> ExternalRanges::range_of(const StoredTensor& tensor) const {
  const auto found = consistent_.find(tensor.external_location);
  if (tensor.external_location.empty() || found == consistent_.end() || !found->second) return std::nullopt;
  return Range{tensor.external_location, tensor.external_offset, tensor.external_length};
}

}  // namespace macroscope
