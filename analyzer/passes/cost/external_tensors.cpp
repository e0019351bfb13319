#include "analyzer/passes/cost/external_tensors.h"

#include <algorithm>
#include <vector>

namespace macroscope {

ExternalPlaces::ExternalPlaces(const Network& network) {
  std::vector<Place> places;
  for (const Graph& graph : network.graphs)
    for (const StoredTensor& tensor : graph.stored)
      if (!tensor.external_location.empty())
        places.push_back({tensor.external_location, tensor.external_offset, tensor.external_length});
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  for (std::size_t index = 0; index < places.size(); ++index) {
    const Place& place = places[index];
    bool& consistent = consistent_.try_emplace(place.location, true).first->second;
    if (index == 0 || places[index - 1].location != place.location) continue;
    const Place& before = places[index - 1];
    if (place.offset - before.offset < before.length || place.offset == before.offset) consistent = false;
  }
}

std::optional<ExternalPlaces::Place> ExternalPlaces::place_of(const StoredTensor& tensor) const {
  const auto found = consistent_.find(tensor.external_location);
  if (tensor.external_location.empty() || found == consistent_.end() || !found->second) return std::nullopt;
  return Place{tensor.external_location, tensor.external_offset, tensor.external_length};
}

}  // namespace macroscope
