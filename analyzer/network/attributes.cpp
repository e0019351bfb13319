#include "analyzer/network/attributes.h"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace macroscope {
namespace {

bool same(const Attribute& a, const Attribute& b) {
  if (a.name != b.name || a.content.index() != b.content.index()) return false;
  return std::visit(
      [&](const auto& content) {
        using Content = std::decay_t<decltype(content)>;
        const Content& other = std::get<Content>(b.content);
        if constexpr (requires { content == other; }) {
          return content == other;
        } else if constexpr (requires { content.begin(); }) {
          return std::equal(content.begin(), content.end(), other.begin(), other.end());
        } else {
          return false;
        }
      },
      a.content);
}

}  // namespace

bool same_attributes(std::span<const Attribute> a, std::span<const Attribute> b) {
  const bool are_one = a.data() == b.data() && a.size() == b.size();
  return are_one || std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

}  // namespace macroscope
