#include "frontends/dsl/interpreter/places.h"

#include <fmt/format.h>

namespace macroscope::dsl {

Places::Places() { places_.emplace_back(); }

Places::Tried& Places::tried(PlaceId within) {
  std::unique_ptr<Tried>& tried = places_[within].tried;
  if (tried == nullptr) tried = std::make_unique<Tried>();
  return *tried;
}

std::string Places::free_name(const Index& taken, Numbers Tried::*numbers, PlaceId within, const std::string& wanted) {
  if (!taken.contains({within, wanted})) return wanted;
  std::uint32_t& number = (tried(within).*numbers).try_emplace(wanted, 1).first->second;
  while (true) {
    std::string name = fmt::format("{}_{}", wanted, ++number);
    if (!taken.contains({within, name})) return name;
  }
}

bool Places::is_taken(PlaceId within, const std::string& name) const {
  const Key key{within, name};
  return by_name_.contains(key) || by_other_.contains(key);
}

std::string Places::loop_name(PlaceId within, std::string_view word) {
  for (std::uint32_t& number = tried(within).loops.try_emplace(std::string(word), 1).first->second;; ++number) {
    std::string name = number == 1 ? std::string(word) : fmt::format("{}_{}", word, number);
    if (!is_taken(within, name) && !is_taken(within, name + "[1]")) return name;
  }
}

PlaceId Places::add(PlaceId within, const std::string& name, const std::vector<std::string>& others) {
  const auto id = static_cast<PlaceId>(places_.size());
  Place place;
  place.within = within;
  place.name = free_name(by_name_, &Tried::names, within, name);
  place.path = within == 0 ? place.name : fmt::format("{}/{}", places_[within].path, place.name);
  bytes_ += place.path.size();
  by_name_.emplace(Key{within, place.name}, id);
  for (const std::string& other : others) {
    std::string numbered = free_name(by_other_, &Tried::others, within, other);
    by_other_.emplace(Key{within, numbered}, id);
    place.others.push_back(std::move(numbered));
  }
  places_.push_back(std::move(place));
  return id;
}

std::optional<std::string> Places::find(std::string_view text) const {
  PlaceId at = 0;
  while (!text.empty()) {
    const std::size_t slash = text.find('/');
    const Key key{at, std::string(text.substr(0, slash))};
    auto found = by_name_.find(key);
    if (found == by_name_.end() && (found = by_other_.find(key)) == by_other_.end()) return std::nullopt;
    at = found->second;
    text = slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
  }
  if (at == 0) return std::nullopt;
  return places_[at].path;
}

std::vector<std::string_view> Places::paths() const {
  std::vector<std::string_view> paths;
  for (const Place& place : places_) {
    if (place.path.empty()) continue;
    paths.push_back(place.path);
    if (place.within == 0)
      for (const std::string& other : place.others)
        if (other != place.name) paths.push_back(other);
  }
  return paths;
}

void Places::drop_if_empty(PlaceId place) {
  if (place + 1 != places_.size()) return;
  const Place& last = places_.back();
  Tried& around = tried(last.within);
  bytes_ -= last.path.size();
  by_name_.erase({last.within, last.name});
  around.names.erase(last.name);
  for (const std::string& other : last.others) {
    by_other_.erase({last.within, other});
    around.others.erase(other);
  }
  places_.pop_back();
}

void Places::shorten(std::size_t count) {
  while (places_.size() > count) {
    const Place& place = places_.back();
    bytes_ -= place.path.size();
    by_name_.erase({place.within, place.name});
    for (const std::string& other : place.others) by_other_.erase({place.within, other});
    places_.pop_back();
  }
  places_.back().tried.reset();  // found again by trying
}

}  // namespace macroscope::dsl
