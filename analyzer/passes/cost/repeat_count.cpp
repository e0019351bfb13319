#include "analyzer/passes/cost/repeat_count.h"

#include "analyzer/algebra/summation.h"

namespace macroscope {

Dim over_repeats(const Network& network, GraphId graph, Dim each) {
  for (; graph != kNone; graph = network.graphs[graph].parent)
    if (const auto& repetition = network.graphs[graph].repetition)
      each = sum_over_repeats(each, repetition->index, repetition->count);
  return each;
}

}  // namespace macroscope
