#include "analyzer/operators/work.h"

namespace macroscope {

void Work::add(const Effort& effort, const Dim& points) {
  const auto by_kind = effort.by_kind();
  for (std::size_t kind = 0; kind < kFlopKinds; ++kind)
    if (by_kind[kind] != 0) flops[kind] += points * by_kind[kind];
}

void Work::add_macs(const Dim& count, DataType dtype) { add_macs(count, count, dtype); }

void Work::add_macs(const Dim& count, const Dim& effective, DataType dtype) {
  macs += count;
  effective_macs += effective;
  if (mac_dtype == DataType::unknown) mac_dtype = dtype;
  if (dtype != mac_dtype) other_macs.emplace_back(dtype, count);
}

}  // namespace macroscope
