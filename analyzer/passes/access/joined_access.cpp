#include "analyzer/passes/access/joined_access.h"

#include <algorithm>

#include "analyzer/operators/access/access_hull.h"
#include "analyzer/operators/access/axis_map.h"

namespace macroscope {

using SourceReading = ReceptiveFields::SourceReading;

void JoinedReadings::add(const AccessMaps& accesses) {
  if (accesses == nullptr || shared_ == accesses) return;
  if (accesses_.empty() && shared_ == nullptr) {
    shared_ = accesses;
    return;
  }
  for (const SourceReading& access : *accesses) add(access.source, access.access);
}

void JoinedReadings::add(std::uint32_t source, AccessMap access) {
  if (shared_ != nullptr) {
    accesses_ = *shared_;
    shared_ = nullptr;
  }
  const auto at = std::lower_bound(accesses_.begin(), accesses_.end(), source,
                                   [](const SourceReading& a, std::uint32_t b) { return a.source < b; });
  if (at == accesses_.end() || at->source != source) {
    accesses_.insert(at, {source, std::move(access)});
  } else {
    at->access = hull(at->access, access, shape_, (*extents_)[source]);
  }
}

JoinedReadings::AccessMaps JoinedReadings::take() {
  if (shared_ != nullptr || accesses_.empty()) return shared_;
  return std::make_shared<const std::vector<SourceReading>>(std::move(accesses_));
}

AccessMap after_unknown(const AccessMap& access) { return access.kind == AccessMap::Kind::all ? access : AccessMap::unknown(); }

}  // namespace macroscope
