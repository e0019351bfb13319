#include "analyzer/operators/notation/line_bodies.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace macroscope {
namespace {

using Entry = std::pair<WorkRule, const Lines*>;

std::vector<Entry>& entries() {
  static std::vector<Entry> all;
  return all;
}

}  // namespace

const Lines* body_of(const Operator& row) noexcept {
  const auto* rules = std::get_if<Rules>(&row.meaning);
  if (rules == nullptr) return nullptr;
  const auto found =
      std::find_if(entries().begin(), entries().end(), [rules](const Entry& entry) { return entry.first == rules->work; });
  return found == entries().end() ? nullptr : found->second;
}

bool remember_body(WorkRule work, const Lines& lines) {
  entries().emplace_back(work, &lines);
  return true;
}

}  // namespace macroscope
