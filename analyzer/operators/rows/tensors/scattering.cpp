// Operators that put elements at places that an operand names, into a copy of their data.
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

std::string_view reduction_of(const OpContext& context) {
  return choice(context, "reduction", "none", {"none", "add", "mul", "min", "max"});
}

/// What the data's content becomes when update n is put at `targets[n]`.
ValuePointer replaced(const OpContext& context, std::size_t elements, std::span<const std::int64_t> targets) {
  const std::array<ValuePointer, 2> contents{context.input(0).value, context.input(2).value};
  std::vector<Pick> picks(elements);
  for (std::size_t place = 0; place < elements; ++place) picks[place] = {0, static_cast<std::int64_t>(place)};
  for (std::size_t update = 0; update < targets.size(); ++update) {
    if (targets[update] < 0 || static_cast<std::size_t>(targets[update]) >= elements) return nullptr;
    picks[static_cast<std::size_t>(targets[update])] = {1, static_cast<std::int64_t>(update)};
  }
  return picked(contents, picks);
}

/// Whether the updates have this shape.  The result has the data's in any case, so that they have not is only a warning.
bool updates_fit(const OpContext& context, const Shape& expected) {
  const Shape& updates = context.shape(2);
  if (!updates.known()) return false;
  bool fit = updates.rank() == expected.rank();
  for (std::size_t axis = 0; fit && axis < expected.rank(); ++axis)
    fit = equal(updates[axis], expected[axis]) != Certainty::never;
  if (!fit) {
    context.warn("shape-mismatch", fmt::format("updates have shape {}, the indices ask for {}", updates.text(), expected.text()));
    return false;
  }
  for (std::size_t axis = 0; axis < expected.rank(); ++axis)
    context.must_equal(updates[axis], expected[axis], "extents of updates");
  return true;
}

/// What is needed to follow contents.
struct Known {
  Grid data, updates;
  std::vector<std::int64_t> indices;
};

std::optional<Known> known_operands(const OpContext& context) {
  if (context.input(0).value == nullptr || reduction_of(context) != "none") return std::nullopt;
  const std::optional<Grid> data = Grid::of(context.shape(0)), updates = Grid::of(context.shape(2));
  auto indices = context.numbers(1);
  if (!data || !updates || !indices) return std::nullopt;
  return Known{*data, *updates, std::move(*indices)};
}

ValuePointer scattered_elements(const OpContext& context, std::size_t axis) {
  const std::optional<Known> known = known_operands(context);
  if (!known || known->indices.size() != static_cast<std::size_t>(known->updates.elements())) return nullptr;
  std::vector<std::int64_t> targets;
  std::vector<std::int64_t> position(known->updates.rank(), 0);
  for (const std::int64_t given : known->indices) {
    const auto index = index_within(given, known->data.extent(axis));
    if (!index) return nullptr;
    targets.push_back(known->data.place_of(position) + (*index - position[axis]) * known->data.stride(axis));
    known->updates.advance(position);
  }
  return replaced(context, static_cast<std::size_t>(known->data.elements()), targets);
}

std::vector<Fact> scatter_elements(const OpContext& context) {
  require_operands(context, 3);
  require_same_dtype(context, {0, 2});
  reduction_of(context);
  const Shape &data = context.shape(0), &indices = context.shape(1);
  Fact result = Fact::tensor(context.dtype(0), data);
  if (!data.known()) return {result};
  require_rank(context, 1, data.rank());
  const std::size_t axis = OpContext::axis_of(context.integer("axis", 0), data.rank());
  if (indices.known() && updates_fit(context, indices)) result.value = scattered_elements(context, axis);
  return {result};
}

ValuePointer scattered_slices(const OpContext& context, std::size_t depth) {
  const std::optional<Known> known = known_operands(context);
  if (!known) return nullptr;
  std::int64_t slice = 1;
  for (std::size_t axis = depth; axis < known->data.rank(); ++axis) slice *= known->data.extent(axis);
  const std::size_t updates = depth == 0 ? 1 : known->indices.size() / depth;
  if (static_cast<std::int64_t>(updates) * slice != known->updates.elements()) return nullptr;
  std::vector<std::int64_t> targets;
  for (std::size_t update = 0; update < updates; ++update) {
    std::int64_t first = 0;
    for (std::size_t axis = 0; axis < depth; ++axis) {
      const auto index = index_within(known->indices[update * depth + axis], known->data.extent(axis));
      if (!index) return nullptr;
      first += *index * known->data.stride(axis);
    }
    for (std::int64_t within = 0; within < slice; ++within) targets.push_back(first + within);
  }
  return replaced(context, static_cast<std::size_t>(known->data.elements()), targets);
}

std::vector<Fact> scatter_nd(const OpContext& context) {
  require_operands(context, 3);
  require_same_dtype(context, {0, 2});
  reduction_of(context);
  require_rank_at_least(context, 0, 1);
  require_rank_at_least(context, 1, 1);
  const Shape &data = context.shape(0), &indices = context.shape(1);
  Fact result = Fact::tensor(context.dtype(0), data);
  if (!data.known() || !indices.known()) return {result};
  const std::optional<std::int64_t> number = indices[indices.rank() - 1].number();
  if (!number) return {result};
  const auto depth = static_cast<std::size_t>(*number);
  require(depth <= data.rank(), "bad-indices", "indices of {} numbers into {} axes", depth, data.rank());
  std::vector<Dim> expected(indices.begin(), indices.end() - 1);
  expected.insert(expected.end(), data.begin() + static_cast<std::ptrdiff_t>(depth), data.end());
  if (updates_fit(context, Shape(expected))) result.value = scattered_slices(context, depth);
  return {result};
}

/// Each update is combined with what is there.
Work scatter_work(const OpContext& context) {
  Work work;
  const std::string_view reduction = reduction_of(context);
  if (reduction == "none" || !is_floating(context.dtype(0))) return work;
  const Flop kind = reduction == "add" ? Flop::add : reduction == "mul" ? Flop::mul : Flop::compare;
  work.of(kind) = elements_of(context.input(2));
  return work;
}

std::vector<Fact> tensor_scatter(const OpContext& context) {
  require_operands(context, 2, 3);
  require_same_dtype(context, {0, 1});
  choice(context, "mode", "linear", {"linear", "circular"});
  const Shape &cache = context.shape(0), &update = context.shape(1);
  if (!cache.known() || !update.known()) return {Fact::tensor(context.dtype(0), cache)};
  require_rank(context, 1, cache.rank());
  const std::size_t axis = OpContext::axis_of(context.integer("axis", -2), cache.rank());
  require(axis != 0, "bad-axis", "the sequence axis is the batch axis");
  for (std::size_t other = 0; other < cache.rank(); ++other)
    if (other != axis) context.must_equal(cache[other], update[other], "extents of cache and update");
  require(at_least(cache[axis], update[axis]) != Certainty::never, "shape-mismatch", "an update of {} does not fit a cache of {}",
          update[axis], cache[axis]);
  const Shape& places = context.shape(2);
  require_rank(context, 2, 1);
  if (places.known()) context.must_equal(cache[0], places[0], "batch and number of write indices");
  return {Fact::tensor(context.dtype(0), cache)};
}

/// What is not replaced stays in place; any update may end up anywhere.
AxisMap scattered(const OpContext& context) {
  AxisMap map = axis_maps::everything(context);
  AxisMap kept;
  kept.reads(0, 0, axis_maps::same(context.known_shape(0).rank()));
  for (std::size_t operand = 1; operand < context.input_count(); ++operand)
    if (const AxisMap::Entry* entry = map.find(0, operand)) kept.reads(0, operand, entry->axes);
  return kept;
}

constexpr std::string_view kCost = "1 add, mul or compare per update where there is a reduction";

constexpr Operator kScatteringRows[] = {
    {.name = "Scatter", .meaning = Moves{scatter_elements, scattered}},
    {.name = "ScatterElements", .meaning = Rules{scatter_elements, scatter_work, scattered}, .cost = kCost},
    {.name = "ScatterND", .meaning = Rules{scatter_nd, scatter_work, scattered}, .cost = kCost},
    {.name = "TensorScatter", .meaning = Moves{tensor_scatter, scattered}},
};

}  // namespace

Family families::scattering() { return {"", "scattering", kScatteringRows}; }

}  // namespace macroscope
