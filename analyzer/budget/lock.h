// Lock: what exactly did the models cost when their figures were locked, and what is different now?
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "analyzer/budget/verdict.h"
#include "analyzer/record/metric.h"
#include "analyzer/record/record.h"

namespace macroscope {

/// Metrics in the order of their names, so that a lock file reads the same whatever order the program has them in.
struct ByName {
  bool operator()(Metric a, Metric b) const noexcept { return name_of(a) < name_of(b); }
};
/// As text without spaces: macs are `115605504`, `>=3*N`, or `?`.  What a lock file leaves out is 0.
using LockedFigures = std::map<Metric, std::string, ByName>;

/// The layers of a module together, or those of one operator outside of any module.
struct LockedGroup {
  std::string name;
  std::size_t layers = 0;
  LockedFigures figures;
  friend bool operator==(const LockedGroup&, const LockedGroup&) = default;
};

struct LockedModel {
  /// Relative to the lock file.
  std::string path;
  std::map<std::string, std::string> bindings;
  LockedFigures totals;
  /// Sorted by name.
  std::vector<LockedGroup> groups;
};

using Lock = std::vector<LockedModel>;

/// \param path the model's path relative to the lock file
[[nodiscard]] LockedModel lock_of(const ModelRecord& model, std::string path);

/// Sorted by path and bindings; those of `updates` take the place of their namesakes.
[[nodiscard]] Lock merged(Lock lock, Lock updates);

/// A failed verdict for each group that differs, one that passed if none does.  A model that the lock does not have fails.
[[nodiscard]] std::vector<Verdict> differences(const Lock& locked, const LockedModel& now);

}  // namespace macroscope
