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

std::string text_of(const LockedFigures& figures) {
  std::string text;
  for (const auto& [metric, figure] : figures) text += fmt::format(" {}={}", name_of(metric), figure);
  return text + '\n';
}

}  // namespace

void render_lock(const Lock& lock, Sink& sink) {
  sink.write(
      "macroscope-lock 1\n"
      "# What the models cost, a line for each module. `macroscope check --write-lock` writes this file, `--locked` fails on any "
      "difference.\n");
  for (const LockedModel& model : lock) {
    sink.write("\nmodel " + quoted(model.path));
    for (const auto& [name, value] : model.bindings) sink.write(fmt::format(" {}={}", quoted(name), value));
    sink.write("\ntotal" + text_of(model.totals));
    for (const LockedGroup& group : model.groups)
      sink.write(fmt::format("{} layers={}{}", quoted(group.name), group.layers, text_of(group.figures)));
  }
}

}  // namespace macroscope
