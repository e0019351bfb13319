#include "reports/tables/tensor_lives.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace macroscope {

Table tensor_lives_table(const Figures& figures) {
  struct Kept {
    std::uint32_t buffer = 0, first = 0, last = 0;
  };
  const Memory& memory = figures.analysis().memory;
  const auto steps = static_cast<std::uint32_t>(memory.order.size());
  std::vector<Kept> kept;
  for (std::uint32_t buffer = 0; buffer < memory.lives.size(); ++buffer) {
    const Memory::Life& life = memory.lives[buffer];
    if (life.first > life.last || life.first >= steps || (life.is_taken_over && life.first == life.last)) continue;
    const std::uint32_t end = std::min<std::uint32_t>(life.last + 1, steps);  // outputs stay past the last step
    kept.push_back({buffer, life.first + 1, life.is_taken_over ? end - 1 : end});
  }
  Table table;
  table.columns = {{"name", "tensor", ColumnType::name},
                   {"first", "from step", ColumnType::number},
                   {"last", "to step", ColumnType::number},
                   {"bytes", "bytes", ColumnType::bytes}};
  table.row_count = kept.size();
  table.row = [&figures, kept = std::move(kept)](std::size_t index) {
    const Buffer& buffer = figures.analysis().memory.buffers.all[kept[index].buffer];
    return Row{
        RowKind::entry,
        0,
        {ModelText{std::string(figures.network().main().tensors[buffer.tensor].name)}, Quantity{Dim::of_size(kept[index].first)},
         Quantity{Dim::of_size(kept[index].last)}, buffer.is_known ? Cell(Quantity{buffer.bytes}) : Cell(UnknownCell{})}};
  };
  return table;
}

}  // namespace macroscope
