// Attributes of a node: what does each hold, and do two lists of them say the same?
//
// In the body of a function an attribute may be a reference: it holds what the caller gives under that name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "analyzer/network/network.h"

namespace macroscope {

/// The attributes of one node where it is called, with references resolved.
class NodeAttributes {
 public:
  /// \param callers those of the call, for the references in a function's body
  NodeAttributes(const Node& node, std::span<const Attribute> callers) noexcept : own_(node.attributes), callers_(callers) {}

  /// Null where there is none, or the caller does not give what it refers to.
  [[nodiscard]] const Attribute* find(std::string_view name) const noexcept;
  /// Null where there is none, or it holds something else.
  template <typename Content>
  [[nodiscard]] const Content* holds(std::string_view name) const noexcept {
    const Attribute* const attribute = find(name);
    return attribute == nullptr ? nullptr : std::get_if<Content>(&attribute->content);
  }
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise) const noexcept {
    const auto* const number = holds<std::int64_t>(name);
    return number == nullptr ? otherwise : *number;
  }
  /// Empty where it holds none.
  [[nodiscard]] std::span<const std::int64_t> integers(std::string_view name) const noexcept {
    const auto* const numbers = holds<std::span<const std::int64_t>>(name);
    return numbers == nullptr ? std::span<const std::int64_t>() : *numbers;
  }

 private:
  std::span<const Attribute> own_;
  std::span<const Attribute> callers_;
};

/// The same for attributes that say the same.
[[nodiscard]] std::size_t hash_of(const Attribute& attribute) noexcept;

/// True if both give the same names the same contents in the same order.  What stands for something else (a tensor, a type, a reference)
/// is the same only if it is one object; an attribute that no rule reads and a reference are not, but in a list that is one itself.
[[nodiscard]] bool same_attributes(std::span<const Attribute> a, std::span<const Attribute> b);

}  // namespace macroscope
