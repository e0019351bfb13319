// Used symbols: which symbols do many quantities depend on?
//
// What several of them share is looked at once: the totals of a large model name the same thousands of definitions.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <set>
#include <string>

#include "analyzer/algebra/dim.h"

namespace macroscope {

class UsedSymbols {
 public:
  /// \param enough symbols: once so many have come, nothing else is looked at
  explicit UsedSymbols(std::size_t enough = std::numeric_limits<std::size_t>::max());
  ~UsedSymbols();
  UsedSymbols(const UsedSymbols&) = delete;
  UsedSymbols& operator=(const UsedSymbols&) = delete;

  void add(const Dim& quantity);

  /// Through definitions too.
  [[nodiscard]] const std::set<std::string>& names() const noexcept { return names_; }

 private:
  struct Seen;
  std::size_t enough_;
  std::unique_ptr<Seen> seen_;
  std::set<std::string> names_;
};

}  // namespace macroscope
