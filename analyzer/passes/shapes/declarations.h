// Declared types: what holds of a tensor that a model declares and that was inferred as well?
//
// What follows from the inputs wins: files carry types that another tool wrote, or that a later change left behind, and run all the same.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/network/assumption.h"
#include "analyzer/network/symbols.h"
#include "analyzer/network/type.h"

namespace macroscope {

/// Symbols that stand for what only the data can tell and that no other tensor depends on yet.
using FreshSymbols = std::vector<std::string>;

/// What is known of the names that sizes have.
struct SizeNames {
  const SymbolTable& table;
  const FreshSymbols& fresh;
  /// Symbols that the model's inputs have in their shapes.
  const std::set<std::string, std::less<>>& of_inputs;
};

struct Agreement {
  Type type;
  /// What replaces fresh symbols; to be applied to everything inferred together with this type.
  Bindings renamed;
  /// Names that a tool made up, by the fresh symbols that they turned out to be.
  Bindings made_up;
  /// What must hold for both to be right: `N == 4`.
  std::vector<Assumption> assumptions;
  /// What contradicts: `axis 1 is 5, declared 6`; empty if nothing does.
  std::string contradiction;
  /// A declared size that is not what was inferred for sizes in general: `axis 1 is N + 3, declared N`; empty if there is none.
  std::string misnomer;
};

/// What was inferred, with what only the declaration knows filled in.  A declared number takes the place of a size that depends on data, a
/// declared name that of a fresh symbol, unless a tool made the name up.
Agreement agree(const Type& inferred, const Type& declared, const SizeNames& names);

/// Names that exporters and shape inference write where they know none: `unk__12`, `Squeeze_output_0_dim_1`, `DynamicDimension.3`.
[[nodiscard]] bool is_made_up(std::string_view name);

}  // namespace macroscope
