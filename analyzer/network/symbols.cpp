#include "analyzer/network/symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analyzer/algebra/characters.h"

namespace macroscope {
namespace {

constexpr std::size_t kMaxIdentifierLength = 64;
constexpr std::array<std::string_view, 6> kFunctionNames{"abs", "ceil", "floor", "max", "min", "mod"};

/// Every run of characters that an identifier may not hold becomes one '_'; leading ones are dropped.
std::string sanitized(std::string_view name) {
  std::string id;
  for (const char c : name) {
    if (id.size() == kMaxIdentifierLength) break;
    if (is_letter(c) || is_digit(c)) {
      id += c;
    } else if (!id.empty() && id.back() != '_') {
      id += '_';
    }
  }
  while (!id.empty() && id.back() == '_' && name.back() != '_') id.pop_back();
  if (id.empty() || is_digit(id.front())) id.insert(0, "s");
  if (std::find(kFunctionNames.begin(), kFunctionNames.end(), id) != kFunctionNames.end()) id += '_';
  return id;
}

}  // namespace

std::string SymbolTable::identifier_for(std::string_view name) {
  const std::string stem = sanitized(name);
  if (!by_id_.contains(stem)) return stem;
  std::uint32_t& number = next_number_.try_emplace(stem, 2).first->second;
  std::string id;
  do {
    id = fmt::format("{}_{}", stem, number++);
  } while (by_id_.contains(id));
  return id;
}

Dim SymbolTable::add(std::string_view name, SymbolOrigin origin) {
  std::string id = identifier_for(name);
  by_id_.emplace(id, symbols_.size());
  symbols_.push_back({id, std::string(name), origin});
  return Dim::symbol(id);
}

Dim SymbolTable::named(std::string_view name, SymbolOrigin origin) {
  if (const auto found = by_name_.find(name); found != by_name_.end()) return Dim::symbol(symbols_[found->second].id);
  by_name_.emplace(name, symbols_.size());
  return add(name, origin);
}

Dim SymbolTable::fresh(std::string_view name, SymbolOrigin origin) {
  if (!by_name_.contains(name)) return named(name, origin);
  return add(name, origin);
}

const Symbol* SymbolTable::find_id(std::string_view id) const noexcept {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &symbols_[found->second];
}

const Symbol* SymbolTable::find_name(std::string_view name) const noexcept {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &symbols_[found->second];
}

}  // namespace macroscope
