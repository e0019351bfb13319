#include "analyzer/operators/custom.h"

#include "analyzer/operators/catalogue.h"

namespace macroscope {

const Operator* find_row(const CustomOperators* custom, const Node& node, std::int64_t version) noexcept {
  if (custom != nullptr)
    if (const Operator* row = custom->find(node.domain, node.op)) return row;
  return find_operator(node.domain, node.op, version);
}

}  // namespace macroscope
