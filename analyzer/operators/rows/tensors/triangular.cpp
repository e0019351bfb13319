// Operators on the last two axes as matrices: triangles, diagonals, determinants.
#include <optional>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/contents/content.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

std::vector<Fact> trilu(const OpContext& context) {
  require_operands(context, 1, 2);
  require_rank_at_least(context, 0, 2);
  const std::optional<Dim> given = context.has_input(1) ? scalar_of(context, 1) : Dim(0);
  Fact result = Fact::tensor(context.dtype(0), context.shape(0));
  const std::optional<std::int64_t> diagonal = given ? given->number() : std::nullopt;
  if (!diagonal || context.integers(0) == nullptr) return {result};
  const bool upper = context.integer("upper", 1) != 0;
  const std::vector<ValuePointer> contents{context.input(0).value, integer_content({Dim(0)})};
  const std::optional<Grid> grid = Grid::of(context.shape(0));
  result.value = assembled(contents, result.type.shape, [&](std::span<const std::int64_t> position) {
    const std::int64_t above = position[position.size() - 1] - position[position.size() - 2];
    const bool kept = upper ? above >= *diagonal : above <= *diagonal;
    return kept ? Pick{0, grid->place_of(position)} : Pick{1, 0};
  });
  return {result};
}

std::vector<Fact> eye_like(const OpContext& context) {
  require_operands(context, 1);
  require_rank(context, 0, 2);
  const DataType dtype = dtype_attribute(context, "dtype", context.dtype(0));
  return {Fact::tensor(dtype, context.shape(0).known() ? context.shape(0) : fresh_shape(context, 0, 2))};
}

std::vector<Fact> det(const OpContext& context) {
  require_operands(context, 1);
  require_rank_at_least(context, 0, 2);
  const Shape& data = context.shape(0);
  if (!data.known()) return {Fact::tensor(context.dtype(0))};
  context.must_equal(data[data.rank() - 2], data[data.rank() - 1], "rows and columns of a matrix");
  return {Fact::tensor(context.dtype(0), Shape(data.dims().first(data.rank() - 2)))};
}

/// Elimination: below each pivot a quotient per row, and mul + add for all that remains; then the product of the diagonal.
Work det_work(const OpContext& context) {
  Work work;
  const Shape& data = context.known_shape(0);
  if (!is_floating(context.dtype(0))) return work;
  const Dim& n = data[data.rank() - 1];
  const Dim matrices = product(data.dims().first(data.rank() - 2));
  const Dim remaining = floor_div(n * (n - 1) * (2 * n - 1), 6);
  work.of(Flop::div) = matrices * floor_div(n * (n - 1), 2);
  work.of(Flop::add) = matrices * remaining;
  work.of(Flop::mul) = matrices * (remaining + max(0, n - 1));
  return work;
}

AxisMap whole_matrices(const OpContext& context) {
  const Shape& data = context.known_shape(0);
  AxisMap map;
  map.reads(0, 0, axis_maps::whole_between(data, data.rank() - 2, data.rank()));
  return map;
}

constexpr Operator kMatricesRows[] = {
    {.name = "Det",
     .meaning = Rules{det, det_work, whole_matrices},
     .cost = "by elimination, n x n: n(n-1)(2n-1)/6 (mul + add) + n(n-1)/2 div + (n-1) mul"},
    {.name = "EyeLike", .meaning = Moves{eye_like, axis_maps::nothing}},
    {.name = "Trilu", .meaning = Moves{trilu, axis_maps::elementwise}, .roles = "data constant", .saves = Saves::nothing},
};

}  // namespace

Family families::matrices() { return {"", "matrices", kMatricesRows}; }

}  // namespace macroscope
