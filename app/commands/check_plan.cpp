#include "app/commands/check_plan.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "analyzer/network/name_pattern.h"
#include "app/arguments/usage_error.h"
#include "app/messages.h"
#include "app/net_models.h"
#include "app/terminal.h"
#include "app/text_file.h"
#include "configuration/budget_file.h"

namespace macroscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUsualName = "macroscope.toml";

bool is_pattern(std::string_view path) { return path.find_first_of("*?") != std::string_view::npos; }

std::string normal(const std::string& path) { return fs::path(path).lexically_normal().generic_string(); }

std::string joined(const BudgetPlace& place, const std::string& path) {
  return place.folder.empty() ? path : (fs::path(place.folder) / path).lexically_normal().generic_string();
}

/// Where a path leads, through symbolic links; also of a file that is not there.
fs::path target_of(const fs::path& path) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error);
  fs::path target = fs::weakly_canonical(whole, error);
  return error ? whole.lexically_normal() : target;
}

/// The names that a pattern of the budget may know a file by: the file's and that of what it links to, both as the pattern is spelled,
/// relative to the budget or from the root.
std::vector<std::string> names_for(const std::string& pattern, const std::string& path, const BudgetPlace& place) {
  std::error_code error;
  if (fs::path(pattern).is_absolute())
    return {fs::absolute(path, error).lexically_normal().generic_string(), target_of(path).generic_string()};
  const fs::path folder = target_of(place.folder.empty() ? "." : place.folder);
  return {relative_to_budget(path, place), target_of(path).lexically_relative(folder).generic_string()};
}

bool matches_pattern(const std::string& pattern, const std::string& path, const BudgetPlace& place) {
  const std::vector<std::string> names = names_for(pattern, path, place);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return matches(pattern, name, '/'); });
}

/// Files below the folder that a pattern begins with; hidden folders are nobody's models.
std::vector<std::string> files_of(const std::string& pattern, const BudgetPlace& place) {
  const std::size_t wildcard = pattern.find_first_of("*?");
  const std::size_t slash = pattern.rfind('/', wildcard);
  const std::string base = slash == std::string::npos ? std::string() : pattern.substr(0, slash + 1);
  const std::string start = joined(place, base.empty() ? "." : base);
  const bool is_deep = pattern.find("**") != std::string::npos;
  const auto levels = std::count(pattern.begin() + static_cast<std::ptrdiff_t>(base.size()), pattern.end(), '/');
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(start, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().generic_string();
    std::error_code ignored;
    if (entry->is_directory(ignored) && (name.starts_with('.') || (!is_deep && entry.depth() >= levels)))
      entry.disable_recursion_pending();
    if (!entry->is_regular_file(ignored)) continue;
    const std::string path = entry->path().generic_string();
    if (!matches_pattern(pattern, path, place)) continue;
    files.push_back(fs::path(pattern).is_absolute() ? path : joined(place, relative_to_budget(path, place)));
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool means(const ModelBudget& entry, const std::string& model, const BudgetPlace& place) {
  if (entry.path.empty()) return true;
  if (is_pattern(entry.path)) return matches_pattern(normal(entry.path), model, place);
  return target_of(joined(place, entry.path)) == target_of(model);
}

std::vector<PlannedCheck> checks_of_budget(const BudgetPlace& place) {
  std::vector<PlannedCheck> checks;
  for (const ModelBudget& entry : place.budget.models) {
    if (entry.path.empty()) continue;
    if (!is_pattern(entry.path)) {
      checks.push_back({joined(place, entry.path), &entry});
      continue;
    }
    const std::vector<std::string> files = files_of(normal(entry.path), place);
    // The import says that there is no such file, as it does for a path without wildcards.
    if (files.empty()) checks.push_back({joined(place, entry.path), &entry});
    for (const std::string& file : files) checks.push_back({file, &entry});
  }
  if (checks.empty()) throw UsageError(fmt::format("{} names no model", place.file), "[[model]] with a path, or name a model");
  return checks;
}

}  // namespace

BudgetPlace read_budget(const std::string& file) {
  BudgetPlace place;
  place.file = file;
  std::error_code ignored;
  if (place.file.empty()) {
    if (!fs::exists(kUsualName, ignored)) return place;
    place.file = kUsualName;
  }
  BudgetFile read = read_budget_file(content_of(place.file));
  print(read.diagnostics, place.file, false, text_options_for(STDERR_FILENO, ColorChoice::automatic));
  if (has_errors(read.diagnostics)) throw UsageError(fmt::format("the budget of {} is not used", place.file));
  place.budget = std::move(read.budget);
  place.folder = fs::path(place.file).parent_path().generic_string();
  return place;
}

std::string relative_to_budget(const std::string& path, const BudgetPlace& place) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error);
  const fs::path folder = fs::absolute(place.folder.empty() ? "." : place.folder, error);
  const fs::path relative = whole.lexically_normal().lexically_relative(folder.lexically_normal());
  if (error || relative.empty()) return normal(path);
  return relative.generic_string();
}

std::vector<PlannedCheck> plan_checks(const std::vector<std::string>& models, const BudgetPlace& place) {
  if (models.empty()) return checks_of_budget(place);
  std::vector<PlannedCheck> checks;
  for (const std::string& model : models) {
    const std::size_t before = checks.size();
    for (const ModelBudget& entry : place.budget.models)
      if (means(entry, model, place)) checks.push_back({model, &entry});
    if (checks.size() > before) continue;
    if (!place.budget.models.empty() && !is_net_path(model))
      throw UsageError(fmt::format("no [[model]] of {} has the path of {}", place.file, model),
                       fmt::format("paths are relative to the budget file: path = \"{}\"", relative_to_budget(model, place)));
    checks.push_back({model, nullptr});
  }
  return checks;
}

}  // namespace macroscope
