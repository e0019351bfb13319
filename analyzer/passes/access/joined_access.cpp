#include "analyzer/passes/access/joined_access.h"

#include <algorithm>

#include "analyzer/operators/access/access_hull.h"

namespace macroscope {

using SourceReading = ReceptiveFields::SourceReading;

void JoinedReadings::add(const Readings& readings) {
  if (readings == nullptr || shared_ == readings) return;
  if (readings_.empty() && shared_ == nullptr) {
    shared_ = readings;
    return;
  }
  for (const SourceReading& reading : *readings) add(reading.source, reading.reading);
}

void JoinedReadings::add(std::uint32_t source, Reading reading) {
  if (shared_ != nullptr) {
    readings_ = *shared_;
    shared_ = nullptr;
  }
  const auto at = std::lower_bound(readings_.begin(), readings_.end(), source,
                                   [](const SourceReading& a, std::uint32_t b) { return a.source < b; });
  if (at == readings_.end() || at->source != source) {
    readings_.insert(at, {source, std::move(reading)});
  } else {
    at->reading = hull(at->reading, reading, shape_, (*extents_)[source]);
  }
}

JoinedReadings::Readings JoinedReadings::take() {
  if (shared_ != nullptr || readings_.empty()) return shared_;
  return std::make_shared<const std::vector<SourceReading>>(std::move(readings_));
}

Reading after_unknown(const Reading& reading) { return reading.kind == Reading::Kind::all ? reading : Reading::unknown(); }

}  // namespace macroscope
