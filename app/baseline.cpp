#include "app/baseline.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>
#include <variant>

#include "app/arguments/usage_error.h"
#include "app/text_file.h"
#include "configuration/baseline_file.h"

namespace macroscope {
namespace {

/// Documents of models with a hundred thousand layers have some hundred MB.
constexpr std::size_t kMostBytes = std::size_t{1} << 31U;

std::filesystem::path normal(const std::string& path) { return std::filesystem::path(path).lexically_normal(); }

std::string words_for(const std::map<std::string, std::string>& bindings) {
  std::string text;
  for (const auto& [name, value] : bindings) text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name, value);
  return text.empty() ? "none" : text;
}

}  // namespace

Baseline::Baseline(std::string path) : path_(std::move(path)) {
  auto read = read_baseline_file(content_of(path_, kMostBytes));
  if (const auto* error = std::get_if<BaselineError>(&read))
    throw UsageError(fmt::format("{} is no baseline: {}", path_, error->message), error->help);
  records_ = std::get<std::vector<ModelRecord>>(std::move(read));
}

const ModelRecord* Baseline::of(const ModelRecord& model, bool is_alone) const {
  std::vector<const ModelRecord*> candidates;
  const auto collect = [&](auto is_it) {
    if (!candidates.empty()) return;
    for (const ModelRecord& record : records_)
      if (is_it(record)) candidates.push_back(&record);
  };
  collect([&](const ModelRecord& record) { return normal(record.path) == normal(model.path); });
  collect([&](const ModelRecord& record) { return normal(record.path).filename() == normal(model.path).filename(); });
  if (is_alone && records_.size() == 1) collect([](const ModelRecord& /*any*/) { return true; });
  if (candidates.empty()) return nullptr;
  for (const ModelRecord* candidate : candidates)
    if (candidate->bindings == model.bindings) return candidate;
  throw UsageError(fmt::format("the baseline of {} was taken with other sizes: {} there, and {} now", model.path,
                               words_for(candidates.front()->bindings), words_for(model.bindings)),
                   "macroscope analyze MODEL --set ... --format json, with the sizes of the budget");
}

}  // namespace macroscope
