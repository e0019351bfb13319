// Declared types: what holds of a tensor that a model declares and that was inferred as well?
#pragma once

#include <string>
#include <vector>

#include "analyzer/network/type.h"

namespace macroscope {

/// Symbols that stand for what only the data can tell and that no other tensor depends on yet.
using FreshSymbols = std::vector<std::string>;

struct Agreement {
  Type type;
  /// What replaces fresh symbols; to be applied to everything inferred together with this type.
  Bindings renamed;
  /// What must hold for both to be right, beyond doubt: `N == 4`.
  std::vector<std::string> assumptions;
  /// What contradicts: `axis 1 is 5, declared 6`; empty if nothing does.
  std::string contradiction;
  /// A declared name that cannot be what was inferred: `axis 1 is N + 3, declared N`; empty if there is none.
  std::string misnomer;
};

/// What was inferred, with what only the declaration knows filled in.  An inferred number stands against a declared one; a declared extent
/// takes the place of a fresh symbol.
Agreement agree(const Type& inferred, const Type& declared, const FreshSymbols& fresh);

}  // namespace macroscope
