// Transforms, complex products, sampling of images, distances and inverses.
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"
#include "analyzer/operators/rows/microsoft/fused.h"

namespace macroscope {
namespace {

// Fourier transforms of real signals: n numbers against floor(n/2) + 1 pairs of real and imaginary part.

std::size_t signal_axes(const OpContext& context) {
  const std::int64_t axes = context.integer("signal_ndim", 1);
  require(axes >= 1 && axes <= 3, "bad-attribute", "signal_ndim is {}", axes);
  require(context.integer("onesided", 1) == 1 && context.integer("normalized", 0) == 0, "bad-attribute",
          "transforms are one-sided and not normalized");
  return static_cast<std::size_t>(axes);
}

std::vector<Fact> rfft_shape(const OpContext& context) {
  require_inputs(context, 1);
  require_rank_at_least(context, 0, signal_axes(context));
  const Shape& shape = context.shape(0);
  if (!shape.known()) return {Fact::tensor(context.dtype(0))};
  std::vector<Dim> dims(shape.begin(), shape.end());
  dims.back() = floor_div(dims.back(), 2) + 1;
  dims.push_back(2);
  return {Fact::tensor(context.dtype(0), Shape(dims))};
}

std::vector<Fact> irfft_shape(const OpContext& context) {
  require_inputs(context, 1);
  require_rank_at_least(context, 0, signal_axes(context) + 1);
  const Shape& shape = context.shape(0);
  if (!shape.known()) return {Fact::tensor(context.dtype(0))};
  context.must_equal(last_of(shape), 2, "real and imaginary part");
  std::vector<Dim> dims(shape.begin(), shape.end() - 1);
  dims.back() = (dims.back() - 1) * 2;
  return {Fact::tensor(context.dtype(0), Shape(dims))};
}

/// By the definition: every number s of a signal meets every frequency f, once with a cosine and once with a sine.
void transform_loops(const OpContext& context, const Shape& numbers, const Shape& pairs, LoopExtents& loops) {
  if (!numbers.known() || !pairs.known()) throw Unknown();
  const std::size_t axes = signal_axes(context);
  loops.set("s", numbers.elements());
  loops.set("f", product(pairs.dims().subspan(pairs.rank() - 1 - axes, axes)));
}

constexpr Lines kRfft{
    .text = "X | a[f] += X[s] * cosine; b[f] += X[s] * sine; Y[f] = Cast(a[f], b[f])",
    .loops = [](const OpContext& context,
                LoopExtents& loops) { transform_loops(context, context.known_shape(0), context.output(0).type.shape, loops); },
    .shape = rfft_shape};
constexpr Lines kIrfft{
    .text = "X | a[s] += X[f] * cosine; b[s] += X[f] * sine; Y[s] = scale * a[s]",
    .loops = [](const OpContext& context,
                LoopExtents& loops) { transform_loops(context, context.output(0).type.shape, context.known_shape(0), loops); },
    .shape = irfft_shape};

/// The last axis holds real and imaginary part: 4 mul, 2 add a pair.
constexpr PerElement kComplexProduct{.effort = {.add = 1, .mul = 2}, .operands = 2};

std::vector<Fact> inverse_shape(const OpContext& context) {
  require_rank_at_least(context, 0, 2);
  const Shape& shape = context.shape(0);
  if (shape.known()) context.must_equal(shape[shape.rank() - 2], last_of(shape), "rows and columns of a matrix to invert");
  return like_first(context);
}

/// Gauss and Jordan: n pivots, each divides a row of n and subtracts multiples of it from n - 1 others.
Work inverse_work(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  const Dim &size = last_of(shape), elements = shape.elements();
  Work work;
  work.add({.div = 1}, elements);
  work.add({.add = 1, .mul = 1}, elements * (size - 1));
  return work;
}

// Sampling.

std::vector<Fact> grid_sample_shape(const OpContext& context) {
  require_inputs(context, 2);
  require_rank(context, 0, 4);
  require_rank(context, 1, 4);
  const Shape &image = context.shape(0), &grid = context.shape(1);
  if (!image.known() || !grid.known()) return {Fact::tensor(context.dtype(0))};
  return {Fact::tensor(context.dtype(0),
                       Shape{agreed(context, image[0], grid[0], "batch of image and grid"), image[1], grid[1], grid[2]})};
}

constexpr Effort kBilinear{.add = 3, .mul = 4};

Work grid_sample_work(const OpContext& context) {
  const std::string_view mode = choice(context, "mode", "bilinear", {"bilinear", "nearest", "bicubic"});
  // Over two axes cubic is 4 + 1 sums of 4 products.
  constexpr Effort kBicubic{.add = 15, .mul = 20};
  Work work;
  if (mode != "nearest") work.add(mode == "bicubic" ? kBicubic : kBilinear, elements_of(context.output(0)));
  return work;
}

std::vector<Fact> crop_shape(const OpContext& context) {
  require_inputs(context, 4);
  require_rank(context, 0, 4);
  require_rank(context, 1, 2);
  const Shape &image = context.shape(0), &boxes = context.shape(1);
  if (!image.known() || !boxes.known()) return {Fact::tensor(context.dtype(0))};
  const std::optional<Integers> size = list_of(context, 3);
  require(!size || size->size() == 2, "bad-operand", "crop_size holds {} extents, not 2", size ? size->size() : 0);
  std::vector<Dim> dims{boxes[0], image[1]};
  for (std::size_t axis = 0; axis < 2; ++axis)
    dims.push_back(size && (*size)[axis] ? *(*size)[axis] : fresh_extent(context, 0, axis + 2));
  return {Fact::tensor(context.dtype(0), checked_shape(dims))};
}

Work crop_work(const OpContext& context) {
  Work work;
  if (choice(context, "mode", "bilinear", {"bilinear", "nearest"}) == "bilinear")
    work.add(kBilinear, elements_of(context.output(0)));
  return work;
}

constexpr Lines kDistance{.text =
                              "A, B | d[n,m,k] = A[n,k] - B[m,k]; s[n,m] += Mul(d[n,m,k], d[n,m,k]);"
                              "when metric='euclidean': Y[n,m] = Sqrt(s[n,m]); when not metric='euclidean': Y[n,m] = s[n,m]",
                          .check = [](const OpContext& context) {
                            choice(context, "metric", "sqeuclidean", {"sqeuclidean", "euclidean"});
                          }};

/// A path through the costs: each place once, the least of three ways to it.
std::vector<Fact> warping_shape(const OpContext& context) {
  require_inputs(context, 1);
  require_rank_at_least(context, 0, 2);
  return {Fact::tensor(DataType::int32, Shape{2, context.fresh(0)})};
}

constexpr Operator kSignalRows[] = {
    {.name = "CDist", .meaning = line_body<kDistance>},
    {"ComplexMul", kComplexProduct},
    {"ComplexMulConj", kComplexProduct},
    {.name = "CropAndResize",
     .meaning = Rules{crop_shape, crop_work},
     .roles = "data*2 constant*2",
     .cost = "4 mul, 3 add per output element (bilinear)"},
    {.name = "DynamicTimeWarping",
     .meaning = Rules{warping_shape, per_element_of_first<Effort{.add = 1, .compare = 2}>},
     .cost = "1 add, 2 compare per element"},
    {.name = "GridSample",
     .meaning = Rules{grid_sample_shape, grid_sample_work},
     .cost = "per output element 4 mul, 3 add (bilinear), 20 mul, 15 add (bicubic)"},
    {.name = "Inverse", .meaning = Rules{inverse_shape, inverse_work}, .cost = "per element 1 div, n - 1 mul, n - 1 add"},
    {.name = "Irfft", .meaning = line_body<kIrfft>},
    {.name = "Rfft", .meaning = line_body<kRfft>},
};

}  // namespace

Family families::microsoft_signal() { return {"com.microsoft", "signals and images", kSignalRows}; }

}  // namespace macroscope
