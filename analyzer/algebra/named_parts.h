// Named parts: which names do the expressions of a document refer to, and what do they stand for?
#pragma once

#include <map>
#include <memory>
#include <string>

#include "analyzer/algebra/dim.h"

namespace macroscope {

/// Names of expressions as they are met, and the names in what they stand for: each is looked into once, however many expressions share it.
class NamedParts {
 public:
  NamedParts();
  ~NamedParts();
  NamedParts(NamedParts&&) noexcept;
  NamedParts& operator=(NamedParts&&) noexcept;

  void add(const Dim& dim);
  /// Their definitions as text(), by name.
  [[nodiscard]] const std::map<std::string, std::string>& texts() const noexcept { return texts_; }
  /// Those, to begin anew.
  [[nodiscard]] std::map<std::string, std::string> take_texts();

 private:
  struct Seen;
  std::unique_ptr<Seen> seen_;
  std::map<std::string, std::string> texts_;
};

}  // namespace macroscope
