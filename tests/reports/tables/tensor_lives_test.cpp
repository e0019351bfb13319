#include "reports/tables/tensor_lives.h"

#include "catch.h"
#include "sample_models.h"

namespace macroscope {
namespace {

Dim number(const Cell& cell) { return std::get<Quantity>(cell).value; }

}  // namespace

TEST_CASE("What is kept over a step adds up to the bytes alive there") {
  const bool in_place = GENERATE(false, true);
  AnalysisOptions options;
  options.in_place = in_place;
  const Analysis analysis = analyze(testing::small_cnn(), {}, options);
  const Figures figures(analysis, "model");
  const Table table = tensor_lives_table(figures);
  REQUIRE(table.row_count > 2);
  std::size_t steps = 0;
  analysis.memory.for_each_step([&](std::uint32_t step, const Dim& alive) {
    Dim sum;
    for (std::size_t i = 0; i < table.row_count; ++i) {
      const Row row = table.row(i);
      const std::int64_t first = *number(row.cells[1]).number(), last = *number(row.cells[2]).number();
      CHECK(first <= last);
      if (first <= step + 1 && step + 1 <= last) sum += number(row.cells[3]);
    }
    CHECK(sum == alive);
    ++steps;
  });
  CHECK(steps == analysis.memory.order.size());
}

}  // namespace macroscope
