#include "configuration/lock_file.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace macroscope {
namespace {

/// Ends the reading; becomes a diagnostic with the line.
struct LockError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The words of a line: bare ones, and texts in quotes as JSON writes them.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  [[nodiscard]] bool is_at_end() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    return rest_.empty();
  }
  [[nodiscard]] bool is_quoted() const { return rest_.starts_with('"'); }

  std::string bare(std::string_view ends) {
    const std::size_t end = std::min(rest_.find_first_of(ends), rest_.size());
    std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return word;
  }

  std::string quoted() {
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size()) throw LockError("a quote is not closed");
    const auto text = nlohmann::json::parse(rest_.substr(0, end + 1), nullptr, false);
    if (!text.is_string()) throw LockError("a text in quotes has a wrong escape");
    rest_.remove_prefix(end + 1);
    return text.get<std::string>();
  }

  /// `name=value` pairs up to the end.
  std::map<std::string, std::string> pairs() {
    std::map<std::string, std::string> pairs;
    while (!is_at_end()) {
      std::string name = is_quoted() ? quoted() : bare("= ");
      if (!rest_.starts_with('=')) throw LockError(fmt::format("'{}' is followed by no '='", name));
      rest_.remove_prefix(1);
      std::string value = bare(" ");
      if (name.empty() || value.empty()) throw LockError("a figure has no name or no value");
      if (!pairs.emplace(std::move(name), std::move(value)).second) throw LockError("a figure stands twice in a line");
    }
    return pairs;
  }

 private:
  std::string_view rest_;
};

constexpr std::string_view kLayers = "layers";

LockedFigures figures_of(const std::map<std::string, std::string>& pairs) {
  LockedFigures figures;
  for (const auto& [name, value] : pairs) {
    if (name == kLayers) continue;
    const std::optional<Metric> metric = metric_named(name);
    if (!metric) throw LockError(fmt::format("'{}' is no figure of a model", name));
    figures.emplace(*metric, value);
  }
  return figures;
}

/// How many layers a group has. \throws LockError
std::size_t layers_in(const std::map<std::string, std::string>& pairs) {
  const auto found = pairs.find(std::string(kLayers));
  std::size_t layers = 0;
  if (found == pairs.end()) return layers;
  const char* const end = found->second.data() + found->second.size();
  const auto [stop, error] = std::from_chars(found->second.data(), end, layers);
  if (error != std::errc() || stop != end) throw LockError(fmt::format("'{}' is no number of layers", found->second));
  return layers;
}

void read_line(std::string_view line, Lock& lock, bool& has_head) {
  if (line.empty() || line.starts_with('#')) return;
  if (!has_head) {
    if (line != "macroscope-lock 1") throw LockError("the file does not begin with 'macroscope-lock 1'");
    has_head = true;
    return;
  }
  Words words(line);
  if (words.is_quoted()) {
    if (lock.empty()) throw LockError("a group stands before any model");
    LockedGroup group;
    group.name = words.quoted();
    const std::map<std::string, std::string> pairs = words.pairs();
    group.layers = layers_in(pairs);
    group.figures = figures_of(pairs);
    lock.back().groups.push_back(std::move(group));
    return;
  }
  const std::string word = words.bare(" ");
  if (word == "model" && !words.is_at_end() && words.is_quoted()) {
    LockedModel model;
    model.path = words.quoted();
    model.bindings = words.pairs();
    lock.push_back(std::move(model));
  } else if (word == "total" && !lock.empty()) {
    lock.back().totals = figures_of(words.pairs());
  } else {
    throw LockError("the line is none of a lock file");
  }
}

}  // namespace

std::variant<Lock, Diagnostic> read_lock_file(std::string_view text) {
  Lock lock;
  bool has_head = false;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    try {
      read_line(line, lock, has_head);
    } catch (const LockError& error) {
      return Diagnostic{Severity::error, "lock-file", error.what(), TextOrigin{number, 1, 1, std::string(line)},
                        "macroscope check --write-lock writes it anew"};
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lock;
}

}  // namespace macroscope
