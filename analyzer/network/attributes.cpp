#include "analyzer/network/attributes.h"

#include <algorithm>
#include <functional>
#include <type_traits>
#include <variant>

namespace macroscope {
namespace {

constexpr std::size_t kFactor = 31;

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

template <typename Element>
std::size_t hash_of_list(std::span<const Element> elements) {
  std::size_t hash = elements.size();
  for (const Element& element : elements) hash = hash * kFactor + std::hash<Element>()(element);
  return hash;
}

const Attribute* named(std::span<const Attribute> attributes, std::string_view name) noexcept {
  const auto found = std::find_if(attributes.begin(), attributes.end(), [name](const Attribute& a) { return a.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

}  // namespace

const Attribute* NodeAttributes::find(std::string_view name) const noexcept {
  const Attribute* const own = named(own_, name);
  if (own == nullptr) return nullptr;
  const auto* const reference = std::get_if<AttributeReference>(&own->content);
  return reference == nullptr ? own : named(callers_, reference->name);
}

std::size_t hash_of(const Attribute& attribute) noexcept {
  struct Visitor {
    std::size_t operator()(std::int64_t number) const { return std::hash<std::int64_t>()(number); }
    std::size_t operator()(double number) const { return std::hash<double>()(number); }
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    std::size_t operator()(std::span<const std::int64_t> numbers) const { return hash_of_list(numbers); }
    std::size_t operator()(std::span<const float> numbers) const { return hash_of_list(numbers); }
    std::size_t operator()(std::span<const std::string_view> texts) const { return hash_of_list(texts); }
    std::size_t operator()(const Dim* size) const { return size->hash(); }
    std::size_t operator()(std::span<const Dim> sizes) const {
      std::size_t hash = sizes.size();
      for (const Dim& size : sizes) hash = hash * kFactor + size.hash();
      return hash;
    }
    std::size_t operator()(const StoredTensor* tensor) const { return std::hash<const void*>()(tensor); }
    std::size_t operator()(const Type* type) const { return std::hash<const void*>()(type); }
    std::size_t operator()(GraphId graph) const { return graph; }
    std::size_t operator()(AttributeReference reference) const { return std::hash<std::string_view>()(reference.name); }
    std::size_t operator()(OpaqueAttribute) const { return 0; }
  };
  return std::hash<std::string_view>()(attribute.name) * kFactor + std::visit(Visitor(), attribute.content);
}

bool same_attributes(std::span<const Attribute> a, std::span<const Attribute> b) {
  const bool are_one = a.data() == b.data() && a.size() == b.size();
  return are_one || std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

}  // namespace macroscope
