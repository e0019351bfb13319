#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"

namespace macroscope {
namespace {

// GridSample.

std::vector<Fact> grid_sample_shape(const OpContext& context) {
  require_inputs(context, 2);
  choice(context, "mode", "linear", {"linear", "nearest", "cubic", "bilinear", "bicubic"});
  choice(context, "padding_mode", "zeros", {"zeros", "border", "reflection"});
  const Shape& input = context.shape(0);
  const Shape& grid = context.shape(1);
  require_rank_at_least(context, 0, 3);
  require_rank_at_least(context, 1, 3);
  if (!input.known() && !grid.known()) return {Fact::tensor(context.dtype(0))};
  const std::size_t rank = input.known() ? input.rank() : grid.rank();
  if (input.known() && grid.known()) {
    require(input.rank() == grid.rank(), "bad-rank", "input {} and grid {} differ in rank", input, grid);
    context.must_equal(input[0], grid[0], "batch of input and grid");
    context.must_equal(grid[rank - 1], Dim::of_size(rank - 2), "coordinates of a grid position");
  }
  std::vector<Dim> dims;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const bool from_input = axis < 2 && input.known();
    const bool from_grid = axis != 1 && grid.known();
    dims.push_back(from_input ? input[axis] : from_grid ? grid[axis == 0 ? 0 : axis - 1] : fresh_extent(context, 0, axis));
  }
  return {Fact::tensor(context.dtype(0), Shape(dims))};
}

/// A sample between 2^d corners, or of 4^d taps, an axis after the other.
Effort effort_of_sample(std::string_view mode, std::size_t axes) {
  if (mode == "nearest") return {};
  if (mode == "linear" || mode == "bilinear") {
    const int corners = 1 << axes;
    return {.add = corners - 1, .mul = corners};
  }
  const int lines = ((1 << (2 * axes)) - 1) / 3;
  return {.add = 3 * lines, .mul = 4 * lines};
}

Work grid_sample_work(const OpContext& context) {
  Work work;
  const Shape& result = context.output(0).type.shape;
  constexpr std::size_t kMostAxes = 8;
  if (!result.known() || result.rank() > kMostAxes) throw Unknown();
  if (is_floating(context.dtype(0)))
    work.add(effort_of_sample(context.text("mode", "linear"), result.rank() - 2), result.elements());
  return work;
}

// AffineGrid.

std::vector<Fact> affine_grid_shape(const OpContext& context) {
  require_inputs(context, 2);
  require_rank(context, 0, 3);
  const auto size = list_of(context, 1);
  if (!size) return {Fact::tensor(context.dtype(0))};
  require(size->size() == 4 || size->size() == 5, "bad-operand", "the size has {} entries, not 4 or 5", size->size());
  std::vector<Dim> dims;
  for (std::size_t axis = 0; axis < size->size(); ++axis) {
    if (axis == 1) continue;  // channels have no positions
    const std::size_t at = dims.size();
    dims.push_back((*size)[axis] ? *(*size)[axis] : fresh_extent(context, 0, at));
  }
  const Dim coordinates = Dim::of_size(size->size() - 2);
  if (context.shape(0).known()) {
    context.must_equal(context.shape(0)[0], dims[0], "batch of matrices and grid");
    context.must_equal(context.shape(0)[1], coordinates, "rows of a matrix");
    context.must_equal(context.shape(0)[2], coordinates + 1, "columns of a matrix");
  }
  dims.push_back(coordinates);
  return {Fact::tensor(context.dtype(0), checked_shape(dims))};
}

// Pooling of regions: input [N, C, H, W].

std::vector<Fact> pooled_regions(const OpContext& context, const Dim& height, const Dim& width) {
  require_inputs(context, 2);
  require_rank(context, 0, 4);
  require_rank(context, 1, 2);
  const Dim regions = context.shape(1).known() ? context.shape(1)[0] : fresh_extent(context, 0, 0);
  const Dim channels = context.shape(0).known() ? context.shape(0)[1] : fresh_extent(context, 0, 1);
  return {Fact::tensor(context.dtype(0), checked_shape({regions, channels, height, width}))};
}

std::vector<Fact> roi_align_shape(const OpContext& context) {
  require_inputs(context, 3);
  require_rank(context, 2, 1);
  choice(context, "mode", "avg", {"avg", "max"});
  if (context.shape(1).known()) {
    require_rank(context, 1, 2);
    context.must_equal(context.shape(1)[1], 4, "corners of a region");
    if (context.shape(2).known()) context.must_equal(context.shape(1)[0], context.shape(2)[0], "regions and their batch indices");
  }
  std::vector<Fact> results = pooled_regions(context, context.integer("output_height", 1), context.integer("output_width", 1));
  // A number says more than a name.
  Shape& shape = results.front().type.shape;
  if (shape.known() && context.shape(2).known() && context.shape(2)[0].is_number())
    shape = Shape{context.shape(2)[0], shape[1], shape[2], shape[3]};
  return results;
}

Work roi_align_work(const OpContext& context) {
  const std::int64_t per_axis = context.integer("sampling_ratio", 0);
  const Dim results = elements_of(context.output(0));
  // Without a ratio the number of samples follows from the extent of each region: one at least for each result.
  const Dim samples = per_axis > 0 ? results * per_axis * per_axis : results;
  const bool is_mean = context.text("mode", "avg") == "avg";
  Work work;
  work.add({.add = 3, .mul = 4}, samples);
  work.add({.add = is_mean ? 1 : 0, .compare = is_mean ? 0 : 1}, samples);
  if (is_mean) work.add({.mul = 1}, results);
  return work;
}

std::vector<Fact> max_roi_pool_shape(const OpContext& context) {
  const auto pooled = context.integer_list("pooled_shape");
  require(pooled && pooled->size() == 2, "bad-attribute", "pooled_shape must have 2 entries");
  if (context.shape(1).known()) {
    require_rank(context, 1, 2);
    context.must_equal(context.shape(1)[1], 5, "batch index and corners of a region");
  }
  return pooled_regions(context, (*pooled)[0], (*pooled)[1]);
}

Work unknown_work(const OpContext&) { throw Unknown(); }

// Images.

std::vector<Fact> image_shape(const OpContext& context) {
  require_inputs(context, 1);
  require_rank(context, 0, 1);
  const bool is_gray = choice(context, "pixel_format", "RGB", {"RGB", "BGR", "Grayscale"}) == "Grayscale";
  return {Fact::tensor(DataType::uint8, Shape{fresh_extent(context, 0, 0), fresh_extent(context, 0, 1), is_gray ? 1 : 3})};
}

Work no_work(const OpContext&) { return {}; }

// What is read where the data says it may be anywhere on the map.

AxisMap affine_grid_axes(const OpContext& context) {
  AxisMap map;
  const Shape& matrix = context.known_shape(0);
  map.reads(0, 0, {AccessMap::along(0), AccessMap::along(matrix[1].is(2) ? 3 : 4), AccessMap::whole(matrix[2])});
  return map;
}

AxisMap grid_sample_axes(const OpContext& context) {
  const Shape &input = context.known_shape(0), &grid = context.known_shape(1);
  AxisMap map;
  map.reads(0, 0, axis_maps::whole_between(input, 2, input.rank()));
  std::vector<AccessMap> of_grid{AccessMap::along(0)};
  for (std::size_t axis = 1; axis + 1 < grid.rank(); ++axis) of_grid.push_back(AccessMap::along(axis + 1));
  of_grid.push_back(AccessMap::whole(grid[grid.rank() - 1]));
  map.reads(0, 1, std::move(of_grid));
  return map;
}

AxisMap region_axes(const OpContext& context) {
  const Shape &input = context.known_shape(0), &regions = context.known_shape(1);
  AxisMap map;
  std::vector<AccessMap> of_input = axis_maps::whole_between(input, 2, input.rank());
  of_input[0] = AccessMap::whole(input[0]);
  map.reads(0, 0, std::move(of_input));
  map.reads(0, 1, {AccessMap::along(0), AccessMap::whole(regions[1])});
  map.reads(0, 2, {AccessMap::along(0)});
  return map;
}

/// Positions p of samples n, a coordinates each from c, the last of which is 1.
void affine_loops(const OpContext& context, LoopExtents& loops) {
  const Shape& result = context.output(0).type.shape;
  if (!result.known()) throw Unknown();
  const Dim& coordinates = result[result.rank() - 1];
  loops.set("n", result[0]);
  loops.set("p", product(result.dims().subspan(1, result.rank() - 2)));
  loops.set("a", coordinates);
  loops.set("c", coordinates + 1);
}

constexpr Lines kAffineGrid{.text = "theta | let g[p,c] = position; Y[n,p,a] += theta[n,a,c] * g[p,c]",
                            .loops = affine_loops,
                            .shape = affine_grid_shape,
                            .axes = affine_grid_axes};

/// Channels are moved to the mean 0.
constexpr Lines kImageScaler{.text = "Y[i..] = (X[i..] + bias) * scale", .axes = axis_maps::elementwise};

constexpr Operator kVisionRows[] = {
    {.name = "AffineGrid", .meaning = line_body<kAffineGrid>, .roles = "data constant", .since = 20},
    {.name = "GridSample",
     .meaning = Rules{grid_sample_shape, grid_sample_work, grid_sample_axes},
     .since = 16,
     .cost = "per output element: nearest 0; linear over d axes 2^d mul, 2^d - 1 add; cubic (4^d - 1)/3 (4 mul, 3 add)",
     .channels = ChannelAxis::second},
    {.name = "ImageDecoder",
     .meaning = Rules{image_shape, no_work, axis_maps::everything},
     .since = 20,
     .cost = "none: it computes integers"},
    {.name = "ImageScaler", .meaning = line_body<kImageScaler>},
    {.name = "MaxRoiPool",
     .meaning = Rules{max_roi_pool_shape, unknown_work, region_axes},
     .cost = "not counted: the regions, which are data, say how many elements are compared",
     .traits = Trait::unconfirmed_cost,
     .channels = ChannelAxis::second},
    {.name = "RoiAlign",
     .meaning = Rules{roi_align_shape, roi_align_work, region_axes},
     .since = 10,
     .cost = "sampling_ratio^2 samples per output element: 4 mul, 3 add each, 1 add (avg) or 1 compare (max); 1 mul per output "
             "element "
             "for avg; one sample where sampling_ratio leaves their number to the regions",
     .channels = ChannelAxis::second},
};

}  // namespace

Family families::vision() { return {"", "vision", kVisionRows}; }

}  // namespace macroscope
