#include "analyzer/passes/shapes/node_classes.h"

#include <numeric>

namespace macroscope {

void NodeClasses::begin(std::size_t nodes) {
  first_.resize(nodes);
  std::iota(first_.begin(), first_.end(), NodeId{0});
  shared_.assign(nodes, false);
}

}  // namespace macroscope
