#include "frontends/dsl/interpreter/layer_paths.h"

#include <fmt/format.h>

namespace macroscope::dsl {

LayerPaths::LayerPaths() { paths_.emplace_back(); }

LayerPaths::Tried& LayerPaths::tried(PathId within) {
  std::unique_ptr<Tried>& tried = paths_[within].tried;
  if (tried == nullptr) tried = std::make_unique<Tried>();
  return *tried;
}

std::string LayerPaths::free_name(const Index& taken, Numbers Tried::*numbers, PathId within, const std::string& wanted) {
  if (!taken.contains({within, wanted})) return wanted;
  std::uint32_t& number = (tried(within).*numbers).try_emplace(wanted, 1).first->second;
  while (true) {
    std::string name = fmt::format("{}_{}", wanted, ++number);
    if (!taken.contains({within, name})) return name;
  }
}

bool LayerPaths::is_taken(PathId within, const std::string& name) const {
  const Key key{within, name};
  return by_name_.contains(key) || by_other_.contains(key);
}

std::string LayerPaths::loop_name(PathId within, std::string_view word) {
  for (std::uint32_t& number = tried(within).loops.try_emplace(std::string(word), 1).first->second;; ++number) {
    std::string name = number == 1 ? std::string(word) : fmt::format("{}_{}", word, number);
    if (!is_taken(within, name) && !is_taken(within, name + "[1]")) return name;
  }
}

PathId LayerPaths::add(PathId within, const std::string& name, const std::vector<std::string>& others) {
  const auto id = static_cast<PathId>(paths_.size());
  Entry entry;
  entry.within = within;
  entry.name = free_name(by_name_, &Tried::names, within, name);
  entry.path = within == 0 ? entry.name : fmt::format("{}/{}", paths_[within].path, entry.name);
  bytes_ += entry.path.size();
  by_name_.emplace(Key{within, entry.name}, id);
  for (const std::string& other : others) {
    std::string numbered = free_name(by_other_, &Tried::others, within, other);
    by_other_.emplace(Key{within, numbered}, id);
    entry.others.push_back(std::move(numbered));
  }
  paths_.push_back(std::move(entry));
  return id;
}

std::optional<std::string> LayerPaths::find(std::string_view text) const {
  PathId at = 0;
  while (!text.empty()) {
    const std::size_t slash = text.find('/');
    const Key key{at, std::string(text.substr(0, slash))};
    auto found = by_name_.find(key);
    if (found == by_name_.end() && (found = by_other_.find(key)) == by_other_.end()) return std::nullopt;
    at = found->second;
    text = slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
  }
  if (at == 0) return std::nullopt;
  return paths_[at].path;
}

std::vector<std::string_view> LayerPaths::paths() const {
  std::vector<std::string_view> paths;
  for (const Entry& entry : paths_) {
    if (entry.path.empty()) continue;
    paths.push_back(entry.path);
    if (entry.within == 0)
      for (const std::string& other : entry.others)
        if (other != entry.name) paths.push_back(other);
  }
  return paths;
}

void LayerPaths::drop_if_empty(PathId path) {
  if (path + 1 != paths_.size()) return;
  const Entry& last = paths_.back();
  Tried& around = tried(last.within);
  bytes_ -= last.path.size();
  by_name_.erase({last.within, last.name});
  around.names.erase(last.name);
  for (const std::string& other : last.others) {
    by_other_.erase({last.within, other});
    around.others.erase(other);
  }
  paths_.pop_back();
}

void LayerPaths::shorten(std::size_t count) {
  while (paths_.size() > count) {
    const Entry& entry = paths_.back();
    bytes_ -= entry.path.size();
    by_name_.erase({entry.within, entry.name});
    for (const std::string& other : entry.others) by_other_.erase({entry.within, other});
    paths_.pop_back();
  }
  paths_.back().tried.reset();  // found again by trying
}

}  // namespace macroscope::dsl
