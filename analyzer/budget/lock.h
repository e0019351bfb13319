// Lock: what exactly did the models cost when their figures were locked, and what is different now?
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analyzer/budget/verdict.h"
#include "analyzer/record/record.h"

namespace macroscope {

/// The layers of a module together, or those of one operator outside of any module.
struct LockedGroup {
  std::string name;
  /// Figures by name, as text without spaces: `macs` is `115605504`, `>=3*N`, or `?`.
  std::map<std::string, std::string> figures;
  friend bool operator==(const LockedGroup&, const LockedGroup&) = default;
};

struct LockedModel {
  /// Relative to the lock file.
  std::string path;
  std::map<std::string, std::string> bindings;
  std::map<std::string, std::string> totals;
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
