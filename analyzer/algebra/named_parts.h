// Named parts: which names do the expressions of a document refer to, and what do they stand for?
#pragma once

#include <functional>
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
  /// Calls `visit` with each name and what it stands for, in order of the names.
  void for_each(const std::function<void(const std::string& name, const Dim& meaning)>& visit) const;
  /// Begins anew.
  void clear();

 private:
  struct Seen;
  std::unique_ptr<Seen> seen_;
};

}  // namespace macroscope
