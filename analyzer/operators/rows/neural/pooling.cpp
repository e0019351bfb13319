#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/access/nest_access.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/notation/nest.h"

namespace macroscope {
namespace {

constexpr std::string_view kSumOfWindow = "Y[n,c,p..] += X[n,c,p*stride+k*dilation-pad..]";
constexpr std::string_view kMaxOfWindow = "Y[n,c,p..] max= X[n,c,p*stride+k*dilation-pad..]";
constexpr std::string_view kSumOfMap = "Y[n,c,p/all..] += X[n,c,p..]";
constexpr std::string_view kMaxOfMap = "Y[n,c,p/all..] max= X[n,c,p..]";

/// The map that a pooling took apart: its extents are given by the third operand, or follow from the windows.
std::vector<Fact> unpooled(const OpContext& context) {
  const Shape& input = context.shape(0);
  const Shape& indices = context.shape(1);
  require(!input.known() || !indices.known() || input.rank() == indices.rank(), "rank-mismatch", "X has {} axes, its indices {}",
          input.known() ? input.rank() : 0, indices.known() ? indices.rank() : 0);
  if (context.has_input(2)) {
    const Integers* given = context.integers(2);
    std::vector<Dim> dims;
    for (std::size_t axis = 0; given != nullptr && axis < given->size(); ++axis)
      dims.push_back((*given)[axis] ? *(*given)[axis] : context.fresh(0, fmt::format("_{}", axis)));
    return {Fact::tensor(context.dtype(0), given != nullptr ? Shape(dims) : Shape::unknown())};
  }
  if (!input.known()) return {Fact::tensor(context.dtype(0))};
  require(input.rank() >= 2, "rank-mismatch", "X is {}, but 2 axes are needed at least", input);
  const auto kernel_shape = context.size_list("kernel_shape");
  require(kernel_shape && kernel_shape->size() == input.rank() - 2, "bad-attribute",
          "kernel_shape has not an entry for each of {} spatial axes", input.rank() - 2);
  const std::vector<Dim> kernel(kernel_shape->begin(), kernel_shape->end());
  std::vector<Dim> extent;
  windows_under(context, input.dims().subspan(2), kernel, extent);
  std::vector<Dim> dims{input[0], input[1]};
  dims.insert(dims.end(), extent.begin(), extent.end());
  return {Fact::tensor(context.dtype(0), Shape(dims))};
}

/// An element of the map is put back from one of the windows that it lay in.
AxisMap unpooled_axes(const OpContext& context) {
  const Shape& input = context.known_shape(0);
  const auto kernel_shape = context.integer_list("kernel_shape");
  if (!kernel_shape || kernel_shape->size() + 2 != input.rank()) throw Unknown();
  const std::vector<Dim> kernel(kernel_shape->begin(), kernel_shape->end());
  std::vector<Dim> extent;
  const std::vector<Window> windows = windows_under(context, input.dims().subspan(2), kernel, extent);
  std::vector<AccessMap> axes{AccessMap::along(0), AccessMap::along(1)};
  for (std::size_t axis = 0; axis < windows.size(); ++axis) axes.push_back(inverse_window_access(windows[axis], axis + 2));
  AxisMap map;
  map.reads(0, 1, axes);
  map.reads(0, 0, std::move(axes));
  return map;
}

constexpr Operator kPoolingRows[] = {
    {.name = "AveragePool",
     .meaning = Loops{.nests = kSumOfWindow, .mean = true, .per_output = {.mul = 1}},
     .saves = Saves::nothing},
    {.name = "GlobalAveragePool",
     .meaning = Loops{.nests = kSumOfMap, .mean = true, .per_output = {.mul = 1}},
     .saves = Saves::nothing},
    {.name = "GlobalLpPool", .meaning = Loops{.nests = kSumOfMap, .per_point = {.special = 1}, .per_output = {.special = 1}}},
    {.name = "GlobalMaxPool", .meaning = Loops{.nests = kMaxOfMap}},
    {.name = "LpPool", .meaning = Loops{.nests = kSumOfWindow, .per_point = {.special = 1}, .per_output = {.special = 1}}},
    {.name = "MaxPool", .meaning = Loops{.nests = kMaxOfWindow, .indices = true}},
    {.name = "MaxUnpool",
     .meaning = Moves{unpooled, unpooled_axes},
     .roles = "data constant*2",
     .since = 9,
     .channels = ChannelAxis::second},
};

}  // namespace

Family families::pooling() { return {"", "pooling", kPoolingRows}; }

}  // namespace macroscope
