// Unique names: which are taken, and what is a name called that is?
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace macroscope::dsl {

class UniqueNames {
 public:
  /// The name, with `_2`, `_3` ... where it is taken.
  std::string take(const std::string& wanted) {
    const auto [place, is_free] = taken_.try_emplace(wanted, 1);
    if (is_free) {
      order_.push_back({&*place, nullptr, 0});
      return wanted;
    }
    Entry& first = *place;
    const std::uint32_t before = first.second;
    while (true) {
      std::string name = fmt::format("{}_{}", wanted, ++first.second);
      const auto [numbered, is_new] = taken_.try_emplace(name, 1);
      if (!is_new) continue;
      order_.push_back({&*numbered, &first, before});
      return name;
    }
  }
  [[nodiscard]] bool contains(const std::string& name) const { return taken_.contains(name); }

  [[nodiscard]] std::size_t mark() const noexcept { return order_.size(); }
  /// As if nothing had been taken since the mark.
  void give_back_since(std::size_t mark) {
    for (; order_.size() > mark; order_.pop_back()) {
      const Taken& last = order_.back();
      if (last.wanted != nullptr) last.wanted->second = last.before;
      taken_.erase(taken_.find(last.name->first));
    }
  }

 private:
  /// A name with the last number that was tried behind it.
  using Entry = std::pair<const std::string, std::uint32_t>;
  /// A name, and where it got a number the one that was wanted, with the number that stood behind that before.
  struct Taken {
    Entry* name = nullptr;
    Entry* wanted = nullptr;
    std::uint32_t before = 0;
  };

  std::unordered_map<std::string, std::uint32_t> taken_;
  std::vector<Taken> order_;
};

}  // namespace macroscope::dsl
