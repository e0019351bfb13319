#include "analyzer/network/attributes.h"

#include <array>

#include "catch.h"

namespace macroscope {

TEST_CASE("An attribute of a function's body holds what the caller gives under the name that it refers to") {
  const std::array<std::int64_t, 2> numbers{3, 5};
  const std::array<Attribute, 4> own{{{"axis", std::int64_t{2}},
                                      {"mode", AttributeReference{"training"}},
                                      {"perm", AttributeReference{"order"}},
                                      {"epsilon", AttributeReference{"not_given"}}}};
  const std::array<Attribute, 2> callers{{{"training", std::int64_t{1}}, {"order", std::span<const std::int64_t>(numbers)}}};
  Node node;
  node.attributes = own;
  const NodeAttributes attributes(node, callers);
  CHECK(attributes.integer("axis", 0) == 2);
  CHECK(attributes.integer("mode", 0) == 1);
  CHECK(attributes.integers("perm").size() == 2);
  CHECK(attributes.find("epsilon") == nullptr);
  CHECK(attributes.integer("training", 7) == 7);  // the caller's name is no name of the body's
  CHECK(attributes.holds<double>("axis") == nullptr);
}

TEST_CASE("Attributes that say the same have one hash") {
  const std::array<std::int64_t, 2> first{3, 5}, second{3, 5};
  const Attribute a{"pads", std::span<const std::int64_t>(first)}, b{"pads", std::span<const std::int64_t>(second)};
  CHECK(same_attributes(std::span(&a, 1), std::span(&b, 1)));
  CHECK(hash_of(a) == hash_of(b));
  CHECK(hash_of(a) != hash_of({"pads", std::int64_t{3}}));
}

}  // namespace macroscope
