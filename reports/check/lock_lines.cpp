#include "reports/check/lock_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

/// More is read in the diff of the file.
constexpr std::size_t kModules = 12;
constexpr std::size_t kLeastColumns = 12;

/// A figure of the file, `3*N`, `>=3*N` or `?`, in at most so many columns.
std::string shown(std::string_view figure, std::size_t columns) {
  const std::string_view sign = figure.starts_with(">=") ? ">= " : "";
  const auto parsed = Dim::parse(sign.empty() ? figure : figure.substr(2));
  const Dim* const amount = std::get_if<Dim>(&parsed);
  return amount == nullptr ? std::string(figure) : fmt::format("{}{}", sign, fitted(*amount, columns).text);
}

/// ` (+3.1 %)`, where both are plain numbers.
std::string relative(const FigureChange& change) {
  const auto before = Dim::parse(change.before), after = Dim::parse(change.after);
  const Dim *const from = std::get_if<Dim>(&before), *const to = std::get_if<Dim>(&after);
  const auto first = from ? from->integer() : std::nullopt, second = to ? to->integer() : std::nullopt;
  if (!first || !second || *first == 0) return {};
  return fmt::format(" ({:+.3g} %)", 100 * (static_cast<double>(*second) / static_cast<double>(*first) - 1));
}

std::string change_text(const FigureChange& change, std::size_t room) {
  const std::string share = relative(change);
  const std::size_t columns = std::max(kLeastColumns, (std::max(room, share.size() + 4) - share.size() - 4) / 2);
  return fmt::format("{} -> {}{}", shown(change.before, columns), shown(change.after, columns), share);
}

/// `conv1: added: layers 1, macs 118,013,952*batch, parameters 9,408`.
std::string module_line(const Verdict& module, std::size_t room) {
  const bool is_whole = module.group != LayerChange::Kind::changed;
  const bool is_added = module.group == LayerChange::Kind::added;
  std::string line = is_whole ? fmt::format("{}: {}", module.subject, name_of(*module.group)) : module.subject;
  std::string_view separator = ": ";
  for (const FigureChange& change : module.figures) {
    const bool is_telling = change.name == "layers" || change.name == "macs" || change.name == "parameters";
    if (is_whole && !is_telling) continue;
    line += fmt::format("{}{} {}", separator, change.name,
                        is_whole ? shown(is_added ? change.after : change.before, room / 2) : change_text(change, room / 2));
    separator = ", ";
  }
  return line;
}

}  // namespace

std::vector<std::string> lock_lines(const std::vector<const Verdict*>& differences, std::size_t room) {
  std::vector<std::string> lines;
  std::vector<const Verdict*> modules;
  for (const Verdict* difference : differences) {
    if (difference->group) {
      modules.push_back(difference);
      continue;
    }
    if (difference->figures.empty()) lines.push_back(difference->reason);
    std::size_t columns = 0;
    for (const FigureChange& change : difference->figures) columns = std::max(columns, change.name.size());
    for (const FigureChange& change : difference->figures)
      lines.push_back(
          fmt::format("{:<{}}  {}", change.name, columns, change_text(change, std::max(room, columns + 2) - columns - 2)));
  }
  // What is still there tells most; then what is new.
  std::stable_sort(modules.begin(), modules.end(), [](const Verdict* a, const Verdict* b) {
    const auto rank = [](const Verdict& module) {
      return module.group == LayerChange::Kind::changed ? 0 : module.group == LayerChange::Kind::added ? 1 : 2;
    };
    return rank(*a) < rank(*b);
  });
  for (std::size_t i = 0; i < std::min(modules.size(), kModules); ++i) lines.push_back(module_line(*modules[i], room));
  if (modules.size() > kModules)
    lines.push_back(fmt::format("and {} more: -f json lists all, as the diff of the file does after --write-lock",
                                counted(modules.size() - kModules, "module")));
  return lines;
}

}  // namespace macroscope
