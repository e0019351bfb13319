#include "reports/check/budget_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/notation/amount_text.h"
#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

constexpr Metric kLimited[] = {Metric::parameters, Metric::weight_bytes, Metric::macs, Metric::flops, Metric::peak_bytes};

constexpr std::string_view kHead =
    "# What the models may cost: macroscope check holds them to it.\n"
    "schema = 1\n\n"
    "[defaults]\n"
    "unknown = \"fail\"   # a limit that depends on operators without a cost rule: fail, warn or allow\n";

constexpr std::string_view kMore =
    "# More that can be limited:\n"
    "# min    = { receptive_field = 224 }\n"
    "# warn   = { macs = \"4.0G\" }                          # never fails\n"
    "# growth = { macs = { pct = \"+2%\", abs = \"+20M\" } }   # against --baseline; both must be exceeded\n"
    "# [model.ops]\n"
    "# forbid = [\"Loop\", \"com.microsoft:*\"]\n"
    "# max.Transpose = 4\n"
    "# [model.layer.\"head/*\"]\n"
    "# max = { macs = \"0.9G\" }\n";

/// 5 % more, rounded up to three digits.
std::string limit_for(Metric metric, const Quantity& today) {
  try {
    return amount_at_least(metric, ceil_div(today.value * 105, 100));
  } catch (const AlgebraError&) {
    return {};
  }
}

std::string open_sizes(const ModelRecord& model) {
  std::set<std::string> names;
  for (const Metric metric : kLimited) {
    const std::optional<Quantity>& total = model.total(metric);
    if (!total) continue;
    for (const std::string& id : total->value.symbols()) {
      const auto named = model.symbols.find(id);
      names.insert(named == model.symbols.end() ? id : named->second);
    }
  }
  std::string text;
  for (const std::string& name : names) text += fmt::format("{}{} = 1", text.empty() ? "" : ", ", toml_text(name));
  return text;
}

void write_model(const ModelRecord& model, Sink& sink) {
  sink.write(fmt::format("\n[[model]]\npath = {}\n", toml_text(model.path)));
  std::string bound;
  for (const auto& [name, value] : model.bindings) {
    const bool is_number = std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    bound += fmt::format("{}{} = {}", bound.empty() ? "" : ", ", toml_text(name), is_number ? value : toml_text(value));
  }
  if (!bound.empty()) sink.write(fmt::format("bind = {{ {} }}\n", bound));
  if (const std::string open = open_sizes(model); !open.empty())
    sink.write(fmt::format("# Open sizes: give them the numbers that the limits are meant for.\n# bind = {{ {} }}\n", open));
  sink.write("[model.max]\n");
  for (const Metric metric : kLimited) {
    const std::optional<Quantity>& today = model.total(metric);
    if (!today || today->value.is(0)) continue;
    const std::string limit = limit_for(metric, *today);
    const std::string exact = escape_text(grouped(today->value)) + (is_bytes(metric) ? " B" : "");
    const std::string line = limit.empty() || today->at_least ? fmt::format("# {} = ", name_of(metric))
                                                              : fmt::format("{} = {}", name_of(metric), limit);
    sink.write(fmt::format("{:<30} # today {}{}\n", line, today->at_least ? "at least " : "", exact));
  }
}

}  // namespace

void render_budget(const std::vector<ModelRecord>& models, Sink& sink) {
  sink.write(kHead);
  for (const ModelRecord& model : models) write_model(model, sink);
  sink.write("\n");
  sink.write(kMore);
}

}  // namespace macroscope
