#include "analyzer/budget/lock.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace macroscope {
namespace {

std::string without_spaces(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

std::string text_of(const std::optional<Quantity>& quantity) {
  return quantity ? without_spaces((quantity->at_least ? ">=" : "") + quantity->value.text()) : "?";
}

/// Figures that follow from the model alone, whatever the file looks like that it is in.
bool is_locked(Metric metric) { return metric != Metric::file_bytes && metric != Metric::training_macs; }

std::string group_of(const LayerRecord& layer) {
  const std::string_view path = without_slash(layer.path);
  return path.empty() ? fmt::format("({})", layer.op) : std::string(path);
}

struct Sums {
  std::array<std::optional<Quantity>, kLayerMetricCount> amounts;
  std::size_t layers = 0;

  void add(const LayerRecord& layer) {
    for (std::size_t i = 0; i < kLayerMetricCount; ++i) {
      const Quantity sum = amounts[i].value_or(Quantity{});
      try {
        amounts[i] = layer.amounts[i] ? Quantity{sum.value + layer.amounts[i]->value, sum.at_least || layer.amounts[i]->at_least}
                                      : Quantity{sum.value, true};
      } catch (const AlgebraError&) {
        amounts[i] = Quantity{sum.value, true};
      }
    }
    ++layers;
  }
};

void add_change(std::vector<FigureChange>& changes, std::string_view name, std::string_view before, std::string_view after) {
  if (before != after) changes.push_back({std::string(name), std::string(before), std::string(after)});
}

void add_changes(std::vector<FigureChange>& changes, const LockedFigures& locked, const LockedFigures& now) {
  std::set<Metric, ByName> metrics;
  for (const auto& [metric, figure] : locked) metrics.insert(metric);
  for (const auto& [metric, figure] : now) metrics.insert(metric);
  const auto figure_in = [](const LockedFigures& figures, Metric metric) {
    const auto found = figures.find(metric);
    return found == figures.end() ? std::string_view("0") : std::string_view(found->second);
  };
  for (const Metric metric : metrics) add_change(changes, name_of(metric), figure_in(locked, metric), figure_in(now, metric));
}

/// A group that is not there has no layers.
std::vector<FigureChange> changes_of(const LockedGroup& locked, const LockedGroup& now) {
  std::vector<FigureChange> changes;
  add_change(changes, "layers", fmt::format("{}", locked.layers), fmt::format("{}", now.layers));
  add_changes(changes, locked.figures, now.figures);
  return changes;
}

/// `macs 10 -> 12, parameters 3 -> 4`.
std::string words_for(const std::vector<FigureChange>& changes) {
  std::string text;
  for (const auto& [name, before, after] : changes)
    text += fmt::format("{}{} {} -> {}", text.empty() ? "" : ", ", name, before, after);
  return text;
}

Verdict difference(std::string subject, std::string reason) {
  Verdict verdict;
  verdict.rule = Rule::lock;
  verdict.outcome = Outcome::failed;
  verdict.subject = std::move(subject);
  verdict.reason = std::move(reason);
  return verdict;
}

Verdict difference(std::string subject, std::vector<FigureChange> figures, std::optional<LayerChange::Kind> group) {
  const std::string kind = group && *group != LayerChange::Kind::changed ? fmt::format("{}: ", name_of(*group)) : "";
  Verdict verdict = difference(std::move(subject), kind + words_for(figures));
  verdict.figures = std::move(figures);
  verdict.group = group;
  return verdict;
}

bool before(const LockedModel& a, const LockedModel& b) { return std::tie(a.path, a.bindings) < std::tie(b.path, b.bindings); }

}  // namespace

LockedModel lock_of(const ModelRecord& model, std::string path) {
  LockedModel locked;
  locked.path = std::move(path);
  for (const auto& [name, value] : model.bindings) locked.bindings.emplace(name, without_spaces(value));
  for (std::size_t i = 0; i < kMetrics; ++i)
    if (is_locked(static_cast<Metric>(i)) && model.totals[i] && !model.totals[i]->value.is(0))
      locked.totals.emplace(static_cast<Metric>(i), text_of(model.totals[i]));
  std::map<std::string, Sums> groups;
  for (const LayerRecord& layer : model.layers) groups[group_of(layer)].add(layer);
  for (const auto& [name, sums] : groups) {
    LockedGroup group{name, sums.layers, {}};
    for (std::size_t i = 0; i < kLayerMetricCount; ++i) {
      const std::optional<Quantity>& amount = sums.amounts[i];
      if (!is_locked(kLayerMetrics[i]) || !amount || (amount->value.is(0) && !amount->at_least)) continue;
      group.figures.emplace(kLayerMetrics[i], text_of(amount));
    }
    locked.groups.push_back(std::move(group));
  }
  return locked;
}

Lock merged(Lock lock, Lock updates) {
  for (LockedModel& update : updates) {
    const auto known = std::find_if(lock.begin(), lock.end(), [&](const LockedModel& model) {
      return model.path == update.path && model.bindings == update.bindings;
    });
    if (known == lock.end()) {
      lock.push_back(std::move(update));
    } else {
      *known = std::move(update);
    }
  }
  std::sort(lock.begin(), lock.end(), before);
  return lock;
}

std::vector<Verdict> differences(const Lock& locked, const LockedModel& now) {
  const LockedModel* then = nullptr;
  const LockedModel* of_other_bindings = nullptr;
  for (const LockedModel& model : locked) {
    if (model.path != now.path) continue;
    (model.bindings == now.bindings ? then : of_other_bindings) = &model;
  }
  std::vector<Verdict> verdicts;
  if (then == nullptr) {
    verdicts.push_back(difference({}, of_other_bindings != nullptr
                                          ? "the lock file has this model with other sizes bound: --write-lock"
                                          : "the lock file does not have this model: --write-lock adds it"));
    return verdicts;
  }
  std::vector<FigureChange> totals;
  add_changes(totals, then->totals, now.totals);
  if (!totals.empty()) verdicts.push_back(difference("total", std::move(totals), std::nullopt));
  auto old_group = then->groups.begin();
  auto new_group = now.groups.begin();
  while (old_group != then->groups.end() || new_group != now.groups.end()) {
    const bool is_gone = new_group == now.groups.end() || (old_group != then->groups.end() && old_group->name < new_group->name);
    const bool is_new = !is_gone && (old_group == then->groups.end() || new_group->name < old_group->name);
    if (is_gone) {
      verdicts.push_back(difference(old_group->name, changes_of(*old_group, {}), LayerChange::Kind::removed));
      ++old_group;
    } else if (is_new) {
      verdicts.push_back(difference(new_group->name, changes_of({}, *new_group), LayerChange::Kind::added));
      ++new_group;
    } else {
      if (std::vector<FigureChange> changes = changes_of(*old_group, *new_group); !changes.empty())
        verdicts.push_back(difference(old_group->name, std::move(changes), LayerChange::Kind::changed));
      ++old_group, ++new_group;
    }
  }
  if (verdicts.empty()) {
    Verdict same;
    same.rule = Rule::lock;
    verdicts.push_back(std::move(same));
  }
  return verdicts;
}

}  // namespace macroscope
