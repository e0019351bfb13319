// Operators whose results are found by looking at the data: which elements, how many, and where.
#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/contents/content.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"

namespace macroscope {
namespace {

Work compare_every_input(const OpContext& context) {
  Work work;
  if (is_floating(context.dtype(0))) work.of(Flop::compare) = elements_of(context.input(0));
  return work;
}

/// Whether each element of a condition is other than 0; empty if that is not known of every one.
std::optional<std::vector<bool>> truths_of(const Integers* elements) {
  if (elements == nullptr) return std::nullopt;
  std::vector<bool> truths;
  for (const auto& element : *elements) {
    const Certainty zero = element ? equal(*element, 0) : Certainty::unknown;
    if (zero == Certainty::unknown) return std::nullopt;
    truths.push_back(zero == Certainty::never);
  }
  return truths;
}

std::vector<Fact> non_zero(const OpContext& context) {
  require_operands(context, 1);
  const Shape& data = context.shape(0);
  if (!data.known()) return {Fact::tensor(DataType::int64, Shape{fresh_extent(context, 0, 0), context.fresh(0)})};
  const std::optional<Grid> grid = Grid::of(data);
  const auto truths = truths_of(context.integers(0));
  if (!truths || !grid || truths->size() != static_cast<std::size_t>(grid->elements()))
    return {Fact::tensor(DataType::int64, Shape{Dim::of_size(data.rank()), context.fresh(0)})};
  std::vector<std::vector<std::int64_t>> found;
  std::vector<std::int64_t> position(data.rank(), 0);
  for (const bool truth : *truths) {
    if (truth) found.push_back(position);
    grid->advance(position);
  }
  Integers indices;
  for (std::size_t axis = 0; axis < data.rank(); ++axis)
    for (const auto& at : found) indices.emplace_back(at[axis]);
  return {Fact::tensor(DataType::int64, Shape{Dim::of_size(data.rank()), Dim::of_size(found.size())},
                       integer_content(std::move(indices)))};
}

std::vector<Fact> compress(const OpContext& context) {
  require_operands(context, 2);
  require_rank_at_least(context, 0, 1);
  require_rank(context, 1, 1);
  const Shape& data = context.shape(0);
  const std::optional<std::int64_t> given = context.integer("axis");
  if (!data.known() && given) return {Fact::tensor(context.dtype(0))};
  const std::optional<std::size_t> axis = given ? std::optional(OpContext::axis_of(*given, data.rank())) : std::nullopt;
  std::vector<Dim> extents;
  if (axis) extents.assign(data.begin(), data.end());
  if (!axis) extents.emplace_back(0);
  const std::size_t along = axis.value_or(0);
  const auto truths = truths_of(context.integers(1));
  extents[along] = truths ? Dim(std::count(truths->begin(), truths->end(), true)) : context.fresh(0);
  Fact result = Fact::tensor(context.dtype(0), checked_shape(extents));
  if (!truths) return {result};
  std::vector<std::int64_t> taken;
  for (std::size_t index = 0; index < truths->size(); ++index)
    if ((*truths)[index]) taken.push_back(static_cast<std::int64_t>(index));
  result.value = rearranged(context.input(0), result.type.shape, [&](const Grid& grid, std::span<const std::int64_t> position) {
    const std::int64_t index = taken[static_cast<std::size_t>(position[along])];
    return axis ? grid.place_of(position) + (index - position[along]) * grid.stride(along) : index;
  });
  return {result};
}

std::vector<Fact> one_hot(const OpContext& context) {
  require_operands(context, 3);
  require_rank(context, 2, 1);
  const Shape &indices = context.shape(0), &depths = context.shape(1), &values = context.shape(2);
  require(!depths.known() || depths.rank() <= 1, "bad-rank", "the depth has shape {}, it must be one number", depths);
  if (values.known()) context.must_equal(values[0], 2, "number of values, off and on");
  if (const auto numbers = context.version() < 11 ? context.numbers(0) : std::nullopt)
    for (const std::int64_t index : *numbers)
      require(index >= 0, "bad-indices", "index {} is negative; that is allowed from version 11 on", index);
  if (!indices.known()) return {Fact::tensor(context.dtype(2))};
  const std::size_t axis = OpContext::axis_of(context.integer("axis", -1), indices.rank() + 1);
  std::optional<Dim> depth = scalar_of(context, 1);
  const Reals* reals = context.input(1).value ? context.input(1).value->reals() : nullptr;
  if (reals != nullptr && reals->size() == 1 && reals->front()) depth = truncated(*reals->front());
  std::vector<Dim> extents(indices.begin(), indices.end());
  extents.insert(extents.begin() + static_cast<std::ptrdiff_t>(axis), depth ? *depth : fresh_extent(context, 0, axis));
  return {Fact::tensor(context.dtype(2), checked_shape(extents))};
}

/// The places of one row's elements, best first, equal ones in their order.
std::vector<std::size_t> ranking(const std::vector<std::int64_t>& row, bool largest) {
  std::vector<std::size_t> places(row.size());
  std::iota(places.begin(), places.end(), 0U);
  std::stable_sort(places.begin(), places.end(),
                   [&](std::size_t a, std::size_t b) { return largest ? row[a] > row[b] : row[a] < row[b]; });
  return places;
}

/// Calls `visit(place of the first element, place of the second less that of the first)` for each row along an axis.
template <typename Visit>
void for_each_row(const Grid& grid, std::size_t axis, Visit visit) {
  std::vector<std::int64_t> position(grid.rank(), 0);
  for (std::int64_t element = 0; element < grid.elements(); ++element) {
    if (position[axis] == 0) visit(element, grid.stride(axis));
    grid.advance(position);
  }
}

/// Fills in the contents of TopK's results where all numbers are known.
void rank_content(const OpContext& context, std::size_t axis, std::vector<Fact>& results) {
  const auto numbers = context.numbers(0);
  const std::optional<Grid> data = Grid::of(context.shape(0)), top = Grid::of(results[0].type.shape);
  if (!numbers || !data || !top || numbers->size() != static_cast<std::size_t>(data->elements())) return;
  const bool largest = context.integer("largest", 1) != 0;
  Integers values(static_cast<std::size_t>(top->elements())), indices(values.size());
  std::vector<std::int64_t> firsts;
  for_each_row(*top, axis, [&](std::int64_t first, std::int64_t) { firsts.push_back(first); });
  auto next = firsts.begin();
  for_each_row(*data, axis, [&](std::int64_t first, std::int64_t stride) {
    std::vector<std::int64_t> row;
    for (std::int64_t n = 0; n < data->extent(axis); ++n) row.push_back((*numbers)[static_cast<std::size_t>(first + n * stride)]);
    const std::vector<std::size_t> places = ranking(row, largest);
    if (next == firsts.end()) return;  // k is 0
    for (std::int64_t n = 0; n < top->extent(axis); ++n) {
      const auto to = static_cast<std::size_t>(*next + n * top->stride(axis));
      const std::size_t from = places[static_cast<std::size_t>(n)];
      values[to] = Dim(row[from]);
      indices[to] = Dim::of_size(from);
    }
    ++next;
  });
  results[0].value = integer_content(std::move(values));
  results[1].value = integer_content(std::move(indices));
}

std::vector<Fact> top_k(const OpContext& context) {
  require_operands(context, context.version() >= 10 ? 2 : 1);
  require(is_given(context, 1, "k"), "missing-attribute", "'k' is left out");
  if (context.has_input(1)) require_rank(context, 1, 1);
  const std::optional<Dim> k = scalar_of(context, 1, "k");
  require(!k || at_least(*k, 0) != Certainty::never, "bad-operand", "k is {}", k ? k->text() : "");
  const Shape& data = context.shape(0);
  std::vector<Fact> results{Fact::tensor(context.dtype(0)), Fact::tensor(DataType::int64)};
  if (!data.known()) return results;
  const std::size_t axis = OpContext::axis_of(context.integer("axis", -1), data.rank());
  require(!k || at_least(data[axis], *k) != Certainty::never, "bad-operand", "the {} largest of {} are asked for",
          k ? k->text() : "", data[axis].text());
  std::vector<Dim> extents(data.begin(), data.end());
  extents[axis] = k ? *k : fresh_extent(context, 0, axis);
  results[0].type.shape = results[1].type.shape = checked_shape(extents);
  rank_content(context, axis, results);
  return results;
}

/// The contents of Unique's results for a flattened tensor of known numbers.
std::vector<Fact> unique_numbers(const OpContext& context, const std::vector<std::int64_t>& numbers) {
  struct Entry {
    std::size_t first = 0;
    std::int64_t count = 0;
  };
  std::map<std::int64_t, Entry> entries;
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    Entry& entry = entries.try_emplace(numbers[place], Entry{place, 0}).first->second;
    ++entry.count;
  }
  std::vector<std::pair<std::int64_t, Entry>> unique(entries.begin(), entries.end());
  if (context.integer("sorted", 1) == 0)
    std::sort(unique.begin(), unique.end(), [](const auto& a, const auto& b) { return a.second.first < b.second.first; });
  std::map<std::int64_t, std::size_t> rank;
  Integers values, firsts, inverse, counts;
  for (const auto& [value, entry] : unique) {
    rank.emplace(value, rank.size());
    values.emplace_back(value);
    firsts.emplace_back(Dim::of_size(entry.first));
    counts.emplace_back(entry.count);
  }
  for (const std::int64_t number : numbers) inverse.emplace_back(Dim::of_size(rank.at(number)));
  const Shape each{Dim::of_size(unique.size())}, every{Dim::of_size(numbers.size())};
  return {Fact::tensor(context.dtype(0), each, integer_content(std::move(values))),
          Fact::tensor(DataType::int64, each, integer_content(std::move(firsts))),
          Fact::tensor(DataType::int64, every, integer_content(std::move(inverse))),
          Fact::tensor(DataType::int64, each, integer_content(std::move(counts)))};
}

std::vector<Fact> unique(const OpContext& context) {
  require_operands(context, 1);
  const Shape& data = context.shape(0);
  const std::optional<std::int64_t> given = context.integer("axis");
  if (const auto numbers = given ? std::nullopt : context.numbers(0)) return unique_numbers(context, *numbers);
  const Dim found = context.fresh(0);
  const Shape list{found};
  std::vector<Fact> results{Fact::tensor(context.dtype(0)), Fact::tensor(DataType::int64, list), Fact::tensor(DataType::int64),
                            Fact::tensor(DataType::int64, list)};
  if (!given) {
    results[0].type.shape = list;
    results[2].type.shape = Shape{data.known() ? data.elements() : context.fresh(2)};
  } else if (data.known()) {
    const std::size_t axis = OpContext::axis_of(*given, data.rank());
    std::vector<Dim> extents(data.begin(), data.end());
    results[2].type.shape = Shape{extents[axis]};
    extents[axis] = found;
    results[0].type.shape = Shape(extents);
  } else {
    results[2].type.shape = Shape{context.fresh(2)};
  }
  return results;
}

/// Index of the extreme element of each row, where all numbers are known.
ValuePointer extreme_content(const OpContext& context, std::size_t axis) {
  const auto numbers = context.numbers(0);
  const std::optional<Grid> grid = Grid::of(context.shape(0));
  if (!numbers || !grid || numbers->size() != static_cast<std::size_t>(grid->elements())) return nullptr;
  const bool largest = context.node().op == "ArgMax", last = context.integer("select_last_index", 0) != 0;
  Integers indices;
  for_each_row(*grid, axis, [&](std::int64_t first, std::int64_t stride) {
    std::int64_t best = 0;
    for (std::int64_t n = 1; n < grid->extent(axis); ++n) {
      const std::int64_t candidate = (*numbers)[static_cast<std::size_t>(first + n * stride)],
                         record = (*numbers)[static_cast<std::size_t>(first + best * stride)];
      if ((largest ? candidate > record : candidate < record) || (last && candidate == record)) best = n;
    }
    indices.emplace_back(best);
  });
  return integer_content(std::move(indices));
}

std::vector<Fact> arg_extreme(const OpContext& context) {
  require_operands(context, 1);
  const Shape& data = context.shape(0);
  if (!data.known()) return {Fact::tensor(DataType::int64)};
  const std::size_t axis = OpContext::axis_of(context.integer("axis", 0), data.rank());
  std::vector<Dim> extents(data.begin(), data.end());
  if (context.integer("keepdims", 1) != 0) {
    extents[axis] = 1;
  } else {
    extents.erase(extents.begin() + static_cast<std::ptrdiff_t>(axis));
  }
  return {Fact::tensor(DataType::int64, Shape(extents), extreme_content(context, axis))};
}

std::vector<Fact> non_max_suppression(const OpContext& context) {
  require_operands(context, 2, 5);
  require_rank(context, 0, 3);
  require_rank(context, 1, 3);
  const Shape &boxes = context.shape(0), &scores = context.shape(1);
  if (boxes.known() && scores.known()) {
    context.must_equal(boxes[0], scores[0], "batch of boxes and scores");
    context.must_equal(boxes[1], scores[2], "number of boxes and scores");
  }
  if (boxes.known()) context.must_equal(boxes[2], 4, "numbers of a box");
  for (std::size_t index = 2; index < 5; ++index)
    if (context.has_input(index)) scalar_of(context, index);
  const bool selects_nothing = !context.has_input(2) || (context.scalar(2) && context.scalar(2)->is(0));
  return {Fact::tensor(DataType::int64, Shape{selects_nothing ? Dim(0) : context.fresh(0), 3})};
}

/// Every score against the threshold, the area of every box, and each selected box against all of its image.
Work non_max_suppression_work(const OpContext& context) {
  const Shape &boxes = context.known_shape(0), &selected = context.output(0).type.shape;
  if (!selected.known()) throw Unknown();
  Work work;
  work.add({.compare = 1}, elements_of(context.input(1)));
  work.add({.add = 2, .mul = 1}, boxes[0] * boxes[1]);
  work.add({.add = 4, .mul = 1, .div = 1, .compare = 7}, selected[0] * boxes[1]);
  return work;
}

constexpr std::string_view kEveryInput = "1 compare per input element";

/// ArgMax, ArgMin: one axis is read whole, and falls away unless keepdims says otherwise.
AxisMap along_one(const OpContext& context) {
  const Shape& data = context.known_shape(0);
  const std::size_t axis = OpContext::axis_of(context.integer("axis", 0), data.rank());
  const bool keeps = context.integer("keepdims", 1) != 0;
  std::vector<AccessMap> axes;
  for (std::size_t at = 0; at < data.rank(); ++at)
    axes.push_back(at == axis ? AccessMap::whole(data[at]) : AccessMap::along(at > axis && !keeps ? at - 1 : at));
  AxisMap map;
  map.reads(0, 0, std::move(axes));
  return map;
}

/// Compress: any element of its axis may end up anywhere.
AxisMap selected(const OpContext& context) {
  if (!context.has_attribute("axis")) return axis_maps::everything(context);
  const Shape& data = context.known_shape(0);
  const std::size_t axis = OpContext::axis_of(context.integer("axis", 0), data.rank());
  AxisMap map;
  map.reads(0, 0, axis_maps::whole_between(data, axis, axis + 1));
  map.reads(0, 1, {AccessMap::whole(context.known_shape(1).elements())});
  return map;
}

AxisMap one_hot_axes(const OpContext& context) {
  const Shape& indices = context.known_shape(0);
  const std::size_t axis = OpContext::axis_of(context.integer("axis", -1), indices.rank() + 1);
  std::vector<AccessMap> axes;
  for (std::size_t at = 0; at < indices.rank(); ++at) axes.push_back(AccessMap::along(at < axis ? at : at + 1));
  AxisMap map;
  map.reads(0, 0, std::move(axes));
  map.reads(0, 2, {AccessMap::whole(2)});
  return map;
}

/// The place of the extreme is known once it is found.
constexpr Lines kArgExtreme{
    .text = "m[i/axis=0..] max= X[i..]; Y[i/axis=0..] = Cast(m[i/axis=0..])", .shape = arg_extreme, .axes = along_one};

constexpr Operator kSelectingRows[] = {
    {.name = "ArgMax", .meaning = line_body<kArgExtreme>},
    {.name = "ArgMin", .meaning = line_body<kArgExtreme>},
    {.name = "Compress", .meaning = Moves{compress, selected}},
    {.name = "NonMaxSuppression",
     .meaning = Rules{non_max_suppression, non_max_suppression_work, axis_maps::everything},
     .roles = "data*2 constant",
     .cost = "1 compare per score, 2 add + 1 mul per box, 7 compare + 4 add + 1 mul + 1 div per selected box and box"},
    {.name = "NonZero", .meaning = Moves{non_zero, axis_maps::everything}},
    {.name = "OneHot", .meaning = Moves{one_hot, one_hot_axes}, .roles = "data constant"},
    {.name = "TopK",
     .meaning = Rules{top_k, compare_every_input, axis_maps::along_axis},
     .roles = "data constant",
     .cost = kEveryInput},
    {.name = "Unique", .meaning = Rules{unique, compare_every_input, axis_maps::everything}, .cost = kEveryInput},
};

}  // namespace

Family families::selecting() { return {"", "selecting", kSelectingRows}; }

}  // namespace macroscope
