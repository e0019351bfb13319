#include "analyzer/passes/cost/repeat_count.h"

#include "analyzer/algebra/summation.h"

namespace macroscope {

Dim over_copies(const Network& network, GraphId graph, Dim each) {
  for (; graph != kNone; graph = network.graphs[graph].parent)
    if (const auto& repetition = network.graphs[graph].repetition)
      each = sum_of_copies(each, repetition->index, repetition->count);
  return each;
}

}  // namespace macroscope
