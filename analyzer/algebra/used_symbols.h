// Parts: which symbols do many quantities depend on, and which definitions do they name?
//
// What several of them share is looked at once: the totals of a large model name the same thousands of definitions.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/algebra/dim.h"

namespace macroscope {

class Parts {
 public:
  /// \param enough symbols: once so many have come, nothing else is looked at
  explicit Parts(std::size_t enough = std::numeric_limits<std::size_t>::max());
  ~Parts();
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  void add(const Dim& quantity);

  /// Names of symbols, through definitions too.
  [[nodiscard]] const std::set<std::string>& symbols() const noexcept { return symbols_; }
  /// Names and what they stand for: innermost first, each once.
  [[nodiscard]] const std::vector<std::pair<std::string, Dim>>& definitions() const noexcept { return definitions_; }

 private:
  struct Seen;
  std::size_t enough_;
  std::unique_ptr<Seen> seen_;
  std::set<std::string> symbols_;
  std::vector<std::pair<std::string, Dim>> definitions_;
};

}  // namespace macroscope
