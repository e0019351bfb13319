// Symbols: which sizes of the model are only names, how are they spelled in expressions, and where do they come from?
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/algebra/dim.h"

namespace macroscope {

enum class SymbolOrigin : std::uint8_t { input, data, loop };

struct Symbol {
  /// Identifier used in expressions.
  std::string id;
  /// Its name in the model; any text.
  std::string name;
  SymbolOrigin origin = SymbolOrigin::input;
};

class SymbolTable {
 public:
  /// The symbol of a model's name; the same name gives the same symbol.
  Dim named(std::string_view name, SymbolOrigin origin = SymbolOrigin::input);
  /// A symbol of its own that no name stands for yet, called after `name` with a number where that is taken.
  Dim fresh(std::string_view name, SymbolOrigin origin);

  [[nodiscard]] const std::vector<Symbol>& all() const noexcept { return symbols_; }
  [[nodiscard]] const Symbol* find_id(std::string_view id) const noexcept;
  [[nodiscard]] const Symbol* find_name(std::string_view name) const noexcept;

 private:
  std::string identifier_for(std::string_view name);
  Dim add(std::string_view name, SymbolOrigin origin);

  std::vector<Symbol> symbols_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::map<std::string, std::size_t, std::less<>> by_id_;
  std::map<std::string, std::uint32_t, std::less<>> next_number_;
};

}  // namespace macroscope
