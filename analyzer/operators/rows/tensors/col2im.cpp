// Col2Im: overlapping blocks, laid out as columns, added up to the image that they were taken from.
#include <optional>
#include <vector>

#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

/// Numbers of an attribute, one an axis, or twice as many with `ends`; the default for each where it is left out.
std::vector<std::int64_t> per_axis(const OpContext& context, std::string_view name, std::size_t count, std::int64_t otherwise,
                                   std::int64_t least) {
  const auto listed = context.integer_list(name);
  if (!listed) return std::vector<std::int64_t>(count, otherwise);
  require(listed->size() == count, "bad-attribute", "'{}' has {} numbers, not {}", name, listed->size(), count);
  for (const std::int64_t number : *listed) require(number >= least, "bad-attribute", "'{}' holds {}", name, number);
  return {listed->begin(), listed->end()};
}

/// How many blocks fit into the image; empty where an extent is not known.
std::optional<Dim> blocks_of(const OpContext& context, const Integers& image, const Integers& block) {
  const std::size_t rank = image.size();
  const auto strides = per_axis(context, "strides", rank, 1, 1), dilations = per_axis(context, "dilations", rank, 1, 1);
  const auto pads = per_axis(context, "pads", 2 * rank, 0, 0);
  std::optional<Dim> blocks = 1;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    if (!blocks || !image[axis] || !block[axis]) return std::nullopt;
    const Dim reach = *image[axis] + pads[axis] + pads[axis + rank] - (*block[axis] - 1) * dilations[axis] - 1;
    *blocks *= floor_div(reach, strides[axis]) + 1;
  }
  return blocks;
}

std::vector<Fact> col2im(const OpContext& context) {
  require_operands(context, 3);
  require_rank(context, 0, 3);
  const Shape& data = context.shape(0);
  const std::optional<Integers> image = list_of(context, 1), block = list_of(context, 2);
  const std::optional<Integers>& either = image ? image : block;
  if (!either) return {Fact::tensor(context.dtype(0))};
  require(!image || !block || image->size() == block->size(), "bad-operand", "an image of {} axes and blocks of {}",
          either->size(), block ? block->size() : 0);
  const std::size_t rank = either->size();
  const std::optional<Dim> blocks = blocks_of(context, image.value_or(Integers(rank)), block.value_or(Integers(rank)));
  if (data.known() && blocks) context.must_equal(data[2], *blocks, "number of columns and of blocks");
  std::optional<Dim> area = 1;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::optional<Dim> extent = block ? (*block)[axis] : std::nullopt;
    area = area && extent ? std::optional(*area * *extent) : std::nullopt;
  }
  require(!area || at_least(*area, 1) != Certainty::never, "bad-operand", "blocks of {} elements", area ? area->text() : "");
  std::vector<Dim> extents;
  extents.push_back(data.known() ? data[0] : fresh_extent(context, 0, 0));
  extents.push_back(data.known() && area ? exact_share(context, data[1], *area, "rows of a column and elements of a block")
                                         : fresh_extent(context, 0, 1));
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::optional<Dim> extent = image ? (*image)[axis] : std::nullopt;
    extents.push_back(extent ? *extent : fresh_extent(context, 0, axis + 2));
  }
  return {Fact::tensor(context.dtype(0), checked_shape(extents))};
}

Work col2im_work(const OpContext& context) {
  Work work;
  if (is_floating(context.dtype(0))) work.add({.add = 1}, elements_of(context.input(0)));
  return work;
}

constexpr Operator kFoldingRows[] = {
    {.name = "Col2Im",
     .meaning = Rules{col2im, col2im_work},
     .roles = "data constant*2",
     .cost = "1 add per input element",
     .saves = Saves::nothing},
};

}  // namespace

Family families::folding() { return {"", "folding", kFoldingRows}; }

}  // namespace macroscope
