// Operators that read elements at places that an operand names, or put them there.
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/contents/content.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

/// An element of the indices, counted from the front; empty where it is not known. \throws RuleError `index-out-of-range`
std::optional<std::int64_t> index_at(const Integers& indices, std::int64_t place, std::int64_t extent) {
  const auto& index = indices[static_cast<std::size_t>(place)];
  const std::optional<std::int64_t> number = index ? index->number() : std::nullopt;
  if (!number) return std::nullopt;
  const std::optional<std::int64_t> within = index_within(*number, extent);
  require(within.has_value(), "index-out-of-range", "index {} is not within extent {}", *number, extent);
  return within;
}

/// The operand's indices and their grid, if both the data's content and they are at hand.
struct KnownIndices {
  const Integers* content = nullptr;
  std::optional<Grid> grid;
  [[nodiscard]] explicit operator bool() const {
    return content != nullptr && grid && content->size() == static_cast<std::size_t>(grid->elements());
  }
};

KnownIndices indices_of(const OpContext& context) {
  if (context.input(0).value == nullptr) return {};
  return {context.integers(1), Grid::of(context.shape(1))};
}

std::vector<Fact> gather(const OpContext& context) {
  require_operands(context, 2);
  require_rank_at_least(context, 0, 1);
  const Shape &data = context.shape(0), &indices = context.shape(1);
  if (!data.known() || !indices.known()) return {Fact::tensor(context.dtype(0))};
  const std::size_t axis = OpContext::axis_of(context.integer("axis", 0), data.rank());
  std::vector<Dim> extents(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(axis));
  extents.insert(extents.end(), indices.begin(), indices.end());
  extents.insert(extents.end(), data.begin() + static_cast<std::ptrdiff_t>(axis) + 1, data.end());
  Fact result = Fact::tensor(context.dtype(0), Shape(extents));
  const KnownIndices known = indices_of(context);
  if (!known) return {result};
  const std::size_t rank = indices.rank();
  result.value = rearranged(
      context.input(0), result.type.shape, [&](const Grid& grid, std::span<const std::int64_t> position) -> std::int64_t {
        const auto index = index_at(*known.content, known.grid->place_of(position.subspan(axis, rank)), grid.extent(axis));
        if (!index) return -1;
        std::int64_t place = *index * grid.stride(axis);
        for (std::size_t before = 0; before < axis; ++before) place += position[before] * grid.stride(before);
        for (std::size_t after = axis + 1; after < grid.rank(); ++after) place += position[after + rank - 1] * grid.stride(after);
        return place;
      });
  return {result};
}

std::vector<Fact> gather_elements(const OpContext& context) {
  require_operands(context, 2);
  const Shape &data = context.shape(0), &indices = context.shape(1);
  if (data.known()) require_rank(context, 1, data.rank());
  const std::size_t rank = data.known() ? data.rank() : indices.known() ? indices.rank() : 0;
  if (!indices.known()) return {Fact::tensor(context.dtype(0), data.known() ? fresh_shape(context, 0, rank) : Shape::unknown())};
  const std::size_t axis = OpContext::axis_of(context.integer("axis", 0), rank);
  Fact result = Fact::tensor(context.dtype(0), indices);
  const KnownIndices known = indices_of(context);
  if (!known) return {result};
  result.value =
      rearranged(context.input(0), indices, [&](const Grid& grid, std::span<const std::int64_t> position) -> std::int64_t {
        const auto index = index_at(*known.content, known.grid->place_of(position), grid.extent(axis));
        return index ? grid.place_of(position) + (*index - position[axis]) * grid.stride(axis) : -1;
      });
  return {result};
}

std::vector<Fact> gather_nd(const OpContext& context) {
  require_operands(context, 2);
  require_rank_at_least(context, 0, 1);
  require_rank_at_least(context, 1, 1);
  const Shape &data = context.shape(0), &indices = context.shape(1);
  if (!data.known() || !indices.known()) return {Fact::tensor(context.dtype(0))};
  const std::int64_t given = context.integer("batch_dims", 0);
  require(given >= 0 && given < static_cast<std::int64_t>(std::min(data.rank(), indices.rank())), "bad-attribute",
          "'batch_dims' is {} for shapes {} and {}", given, data, indices);
  const auto batch = static_cast<std::size_t>(given);
  for (std::size_t axis = 0; axis < batch; ++axis) context.must_equal(data[axis], indices[axis], "extents of batch axes");
  const std::optional<std::int64_t> depth = indices[indices.rank() - 1].number();
  if (!depth) return {Fact::tensor(context.dtype(0))};
  require(*depth >= 0 && batch + static_cast<std::size_t>(*depth) <= data.rank(), "bad-indices",
          "indices of {} numbers into {} axes behind {} batch axes", *depth, data.rank(), batch);
  const std::size_t tail = batch + static_cast<std::size_t>(*depth);
  std::vector<Dim> extents(indices.begin(), indices.end() - 1);
  const std::size_t head = extents.size();
  extents.insert(extents.end(), data.begin() + static_cast<std::ptrdiff_t>(tail), data.end());
  Fact result = Fact::tensor(context.dtype(0), Shape(extents));
  const KnownIndices known = indices_of(context);
  if (!known) return {result};
  result.value = rearranged(
      context.input(0), result.type.shape, [&](const Grid& grid, std::span<const std::int64_t> position) -> std::int64_t {
        std::int64_t place = 0, first = 0;
        for (std::size_t axis = 0; axis < head; ++axis) first += position[axis] * known.grid->stride(axis);
        for (std::size_t axis = 0; axis < batch; ++axis) place += position[axis] * grid.stride(axis);
        for (std::size_t axis = batch; axis < tail; ++axis) {
          const auto index = index_at(*known.content, first + static_cast<std::int64_t>(axis - batch), grid.extent(axis));
          if (!index) return -1;
          place += *index * grid.stride(axis);
        }
        for (std::size_t axis = tail; axis < grid.rank(); ++axis) place += position[head + axis - tail] * grid.stride(axis);
        return place;
      });
  return {result};
}

std::vector<Fact> reverse_sequence(const OpContext& context) {
  require_operands(context, 2);
  require_rank_at_least(context, 0, 2);
  require_rank(context, 1, 1);
  const std::int64_t batch = context.integer("batch_axis", 1), time = context.integer("time_axis", 0);
  require((batch == 0 || batch == 1) && (time == 0 || time == 1) && batch != time, "bad-axis",
          "'batch_axis' is {} and 'time_axis' is {}: one must be 0, the other 1", batch, time);
  const Shape &data = context.shape(0), &lengths = context.shape(1);
  if (data.known() && lengths.known())
    context.must_equal(data[static_cast<std::size_t>(batch)], lengths[0], "batch and number of sequence lengths");
  return {Fact::tensor(context.dtype(0), data)};
}

// Which elements are read: those that known indices name, or else any.

/// Indices in equal steps; an axis of the data that other indices read is read whole.
AccessMap named_positions(const OpContext& context, std::size_t axis, const Dim& extent) {
  const std::optional<std::vector<std::int64_t>> indices = context.numbers(1);
  if (!indices || indices->empty() || context.shape(1).rank() > 1) return AccessMap::whole(extent);
  const auto from_front = [&](std::int64_t index) { return index < 0 ? extent + index : Dim(index); };
  const Dim first = from_front(indices->front());
  if (context.shape(1).rank() == 0) return AccessMap::at(first);
  const Dim step = indices->size() > 1 ? from_front((*indices)[1]) - first : Dim(1);
  for (std::size_t at = 2; at < indices->size(); ++at)
    if (from_front((*indices)[at]) - from_front((*indices)[at - 1]) != step) return AccessMap::whole(extent);
  return AccessMap::along(axis, step, first, first);
}

AxisMap gather_axes(const OpContext& context) {
  const Shape &data = context.known_shape(0), &indices = context.known_shape(1);
  const std::size_t axis = OpContext::axis_of(context.integer("axis", 0), data.rank());
  std::vector<AccessMap> of_data, of_indices;
  for (std::size_t at = 0; at < data.rank(); ++at)
    of_data.push_back(at == axis  ? named_positions(context, axis, data[axis])
                      : at < axis ? AccessMap::along(at)
                                  : AccessMap::along(at + indices.rank() - 1));
  for (std::size_t at = 0; at < indices.rank(); ++at) of_indices.push_back(AccessMap::along(axis + at));
  AxisMap map;
  map.reads(0, 0, std::move(of_data));
  map.reads(0, 1, std::move(of_indices));
  return map;
}

AxisMap gather_elements_axes(const OpContext& context) {
  const Shape &data = context.known_shape(0), &indices = context.known_shape(1);
  const std::size_t axis = OpContext::axis_of(context.integer("axis", 0), data.rank());
  AxisMap map;
  map.reads(0, 0, axis_maps::whole_between(data, axis, axis + 1));
  map.reads(0, 1, axis_maps::same(indices.rank()));
  return map;
}

AxisMap gather_nd_axes(const OpContext& context) {
  const Shape &data = context.known_shape(0), &indices = context.known_shape(1);
  const std::optional<std::int64_t> depth = indices[indices.rank() - 1].number();
  if (!depth) throw Unknown();
  const auto batch = static_cast<std::size_t>(context.integer("batch_dims", 0));
  const std::size_t tail = batch + static_cast<std::size_t>(*depth), head = indices.rank() - 1;
  std::vector<AccessMap> of_data, of_indices;
  for (std::size_t at = 0; at < data.rank(); ++at)
    of_data.push_back(at < batch  ? AccessMap::along(at)
                      : at < tail ? AccessMap::whole(data[at])
                                  : AccessMap::along(head + at - tail));
  for (std::size_t at = 0; at < head; ++at) of_indices.push_back(AccessMap::along(at));
  of_indices.push_back(AccessMap::whole(*depth));
  AxisMap map;
  map.reads(0, 0, std::move(of_data));
  map.reads(0, 1, std::move(of_indices));
  return map;
}

AxisMap reverse_sequence_axes(const OpContext& context) {
  const Shape& data = context.known_shape(0);
  const auto batch = static_cast<std::size_t>(context.integer("batch_axis", 1)), time = 1 - batch;
  if (batch > 1 || data.rank() < 2) throw Unknown();
  AxisMap map;
  map.reads(0, 0, axis_maps::whole_between(data, time, time + 1));
  map.reads(0, 1, {AccessMap::along(batch)});
  return map;
}

constexpr Operator kGatheringRows[] = {
    {.name = "Gather",
     .meaning = Moves{gather, gather_axes},
     .roles = "elements constant",
     .traits = Trait::picks,
     .channels = ChannelAxis::lost},
    {.name = "GatherElements", .meaning = Moves{gather_elements, gather_elements_axes}, .traits = Trait::picks},
    {.name = "GatherND", .meaning = Moves{gather_nd, gather_nd_axes}, .roles = "elements constant", .traits = Trait::picks},
    {"ReverseSequence", Moves{reverse_sequence, reverse_sequence_axes}},
};

}  // namespace

Family families::gathering() { return {"", "gathering", kGatheringRows}; }

}  // namespace macroscope
