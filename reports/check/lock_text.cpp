#include "reports/check/lock_text.h"

#include <fmt/format.h>

#include "reports/notation/escape.h"

namespace macroscope {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  append_json(out, text);
  return out + '"';
}

std::string line_of(std::string head, const std::map<std::string, std::string>& figures, bool has_quoted_names) {
  for (const auto& [name, figure] : figures) head += fmt::format(" {}={}", has_quoted_names ? quoted(name) : name, figure);
  return head + '\n';
}

}  // namespace

void render_lock(const Lock& lock, Sink& sink) {
  sink.write(
      "macroscope-lock 1\n"
      "# What the models cost, a line for each module. `macroscope check --write-lock` writes this file, `--locked` fails on any "
      "difference.\n");
  for (const LockedModel& model : lock) {
    sink.write("\n" + line_of("model " + quoted(model.path), model.bindings, true));
    sink.write(line_of("total", model.totals, false));
    for (const LockedGroup& group : model.groups) sink.write(line_of(quoted(group.name), group.figures, false));
  }
}

}  // namespace macroscope
