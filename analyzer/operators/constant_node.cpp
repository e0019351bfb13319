#include "analyzer/operators/constant_node.h"

#include "analyzer/operators/catalogue.h"

namespace macroscope {
namespace {

/// Past every version: for operators whose versions differ in nothing that matters here.
constexpr std::int64_t kNewest = 1000;

bool has_trait(const Node& node, Trait trait) noexcept { return has(find_operator(node.domain, node.op, kNewest), trait); }

}  // namespace

bool holds_constant(const Node& node) noexcept { return node.inputs.empty() && has_trait(node, Trait::holds_constant); }
bool fills_shape(const Node& node) noexcept { return node.inputs.size() == 1 && has_trait(node, Trait::fills_shape); }

}  // namespace macroscope
