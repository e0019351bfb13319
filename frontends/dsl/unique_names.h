// Which names are taken, and what is a name called that is?
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace macroscope::dsl {

class UniqueNames {
 public:
  /// The name, with `_2`, `_3` ... where it is taken.
  std::string take(const std::string& wanted) {
    std::string name = wanted;
    std::uint32_t number = 1;
    if (const auto taken = taken_.find(wanted); taken != taken_.end()) number = taken->second;
    while (taken_.contains(name)) name = fmt::format("{}_{}", wanted, ++number);
    if (number > 1) taken_[wanted] = number;
    taken_.emplace(name, 1);
    order_.push_back(name);
    return name;
  }
  [[nodiscard]] bool contains(const std::string& name) const { return taken_.contains(name); }

  [[nodiscard]] std::size_t mark() const noexcept { return order_.size(); }
  /// As if nothing had been taken since the mark.
  void give_back_since(std::size_t mark) {
    if (order_.size() == mark) return;
    for (; order_.size() > mark; order_.pop_back()) taken_.erase(order_.back());
    for (auto& [name, number] : taken_) number = 1;
  }

 private:
  /// With the last number that was tried behind it.
  std::unordered_map<std::string, std::uint32_t> taken_;
  std::vector<std::string> order_;
};

}  // namespace macroscope::dsl
