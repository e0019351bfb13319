// Layers that rearrange, join and take apart.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "frontends/dsl/layers/layer_call.h"

namespace macroscope::dsl {
namespace {

using Kind = ParameterKind;
constexpr std::size_t kAnyRank = std::numeric_limits<std::size_t>::max();

/// An axis counted from either end as 0 .. rank - 1.
std::size_t axis_of(const LayerCall& call, std::int64_t otherwise, const Shape& shape) {
  const std::int64_t axis = call.number("axis", otherwise), rank = static_cast<std::int64_t>(shape.rank());
  if (axis < -rank || axis >= rank) refuse("bad-axis", fmt::format("there is no axis {} in {}", axis, shape.text()), "axis");
  return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

/// What a message shows of a shape: a map's spatial extents, or all of it.
std::string sizes_text(const Shape& shape, std::size_t axis) {
  return shape.rank() > 2 && axis >= 2 ? extents_text(shape.dims().subspan(2)) : shape.text();
}

std::vector<Handle> concat(GraphBuilder& build, const LayerCall& call) {
  const std::vector<Argument>& branches = call.tensors();
  const auto handle_of = [](const Argument& argument) { return std::get<Handle>(argument.value); };
  const auto label_of = [](const Argument& argument, std::size_t index) {
    return argument.label.empty() ? fmt::format("{}", index + 1) : argument.label;
  };
  const Shape first = build.shape_of(handle_of(branches.front()));
  const std::size_t axis = axis_of(call, 1, first);
  std::vector<Handle> operands;
  for (std::size_t index = 0; index < branches.size(); ++index) {
    const Handle branch = handle_of(branches[index]);
    const Shape& shape = build.shape_of(branch);
    operands.push_back(branch);
    const std::string name = label_of(branches[index], index), other = label_of(branches.front(), 0);
    if (shape.rank() != first.rank())
      refuse("shape-mismatch", fmt::format("branch {} is {}, {} is {}: one has {} axes, the other {}", name, shape.text(), other,
                                           first.text(), shape.rank(), first.rank()));
    for (std::size_t each = 0; each < shape.rank(); ++each)
      if (each != axis && equal(shape[each], first[each]) == Certainty::never)
        refuse("shape-mismatch", fmt::format("branch {} is {}, {} is {} on axis {}", name, sizes_text(shape, each), other,
                                             sizes_text(first, each), each));
  }
  return build.node("Concat", operands, {build.size("axis", static_cast<std::int64_t>(axis))});
}

std::vector<Handle> split(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Shape shape = input_shape(build, x, 1, kAnyRank, "at least 1 axis");
  const std::size_t axis = axis_of(call, 1, shape);
  std::vector<Dim> sizes;
  if (const auto list = call.list("parts")) {
    sizes = *list;
    Dim sum;
    for (const Dim& size : sizes) sum += size;
    if (equal(sum, shape[axis]) == Certainty::never)
      refuse("shape-mismatch",
             fmt::format("the parts add up to {}, and axis {} of {} is {}", sum.text(), axis, shape.text(), shape[axis].text()),
             "parts");
  } else {
    const std::int64_t parts = call.number("parts", 0);
    constexpr std::int64_t kMostParts = 4096;
    if (parts < 1 || parts > kMostParts)
      refuse("bad-argument", fmt::format("parts is 1 to {}, and not {}", kMostParts, parts), "parts");
    sizes.assign(static_cast<std::size_t>(parts),
                 share_of(shape[axis], parts, fmt::format("positions of axis {} of {}", axis, shape.text()), "parts"));
  }
  return build.node("Split", {x, build.list("sizes", sizes)}, {build.size("axis", static_cast<std::int64_t>(axis))},
                    sizes.size());
}

/// Two that are broadcast against each other, a number among them.
std::vector<Handle> together(GraphBuilder& build, const LayerCall& call, std::string_view op) {
  const Handle a = call.tensor("a");
  const Handle b = call.operand(build, "b", build.type_of(a).dtype);
  const Shape &left = build.shape_of(a), &right = build.shape_of(b);
  const std::size_t rank = std::max(left.rank(), right.rank()), shared = std::min(left.rank(), right.rank());
  for (std::size_t back = 1; back <= shared; ++back) {
    const Dim &x = left[left.rank() - back], &y = right[right.rank() - back];
    if (!x.is(1) && !y.is(1) && equal(x, y) == Certainty::never)
      refuse("shape-mismatch", fmt::format("{} is {}, {} is {}: {} and {} on axis {}", call.label("a"), left.text(),
                                           call.label("b"), right.text(), x.text(), y.text(), rank - back));
  }
  return build.node(op, {a, b});
}
std::vector<Handle> add(GraphBuilder& build, const LayerCall& call) { return together(build, call, "Add"); }
std::vector<Handle> mul(GraphBuilder& build, const LayerCall& call) { return together(build, call, "Mul"); }

std::vector<Handle> flatten(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const std::int64_t axis = call.number("axis", 1);
  input_shape(build, x, 1, kAnyRank, "at least 1 axis");
  return build.node("Flatten", {x}, axis == 1 ? std::vector<Attribute>{} : std::vector<Attribute>{build.size("axis", axis)});
}

std::vector<Dim> required_list(const LayerCall& call, std::string_view parameter) {
  auto list = call.list(parameter);
  if (!list) refuse("bad-argument", fmt::format("{} is a list: [1, 2]", parameter), parameter);
  return *std::move(list);
}

/// Extents that stay are written as 0 and one of the others as -1 where symbols are among them, so that any runtime can read them.
std::vector<Dim> runnable(std::vector<Dim> wanted, const Shape& shape) {
  bool has_rest = false;
  for (std::size_t axis = 0; axis < wanted.size(); ++axis) has_rest = has_rest || wanted[axis].is(-1);
  for (std::size_t axis = 0; axis < wanted.size(); ++axis) {
    if (wanted[axis].is_number()) continue;
    if (axis < shape.rank() && wanted[axis] == shape[axis]) {
      wanted[axis] = 0;
    } else if (!has_rest) {
      wanted[axis] = -1;
      has_rest = true;
    }
  }
  return wanted;
}

std::vector<Handle> reshape(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Shape shape = build.shape_of(x);
  std::vector<Dim> wanted = required_list(call, "shape");
  const auto rest = std::count_if(wanted.begin(), wanted.end(), [](const Dim& extent) { return extent.is(-1); });
  const Dim held = shape.elements();
  if (rest > 1) refuse("bad-argument", "only one extent can be -1", "shape");
  Dim stated = 1;
  for (std::size_t axis = 0; axis < wanted.size(); ++axis) {
    if (wanted[axis].is(0)) {
      if (axis >= shape.rank())
        refuse("bad-argument", fmt::format("0 keeps axis {}, which {} has not", axis, shape.text()), "shape");
      wanted[axis] = shape[axis];
    }
    if (!wanted[axis].is(-1)) stated *= wanted[axis];
  }
  const bool fits = rest == 0 ? equal(held, stated) != Certainty::never
                              : !held.is_number() || !stated.is_number() || (!stated.is(0) && exact_quotient(held, stated));
  if (!fits)
    refuse("shape-mismatch",
           fmt::format("the input {} holds {} elements, the new shape {} {}", shape.text(), held.text(), Shape(wanted).text(),
                       stated.text()),
           "shape");
  std::vector<Handle> result = build.node("Reshape", {x, build.list("shape", runnable(wanted, shape))});
  return result;
}

std::vector<Handle> transpose(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Shape& shape = build.shape_of(x);
  const std::vector<Dim> order = required_list(call, "order");
  std::vector<bool> seen(shape.rank(), false);
  bool is_order = order.size() == shape.rank();
  for (const Dim& axis : order) {
    const auto number = axis.number().value_or(-1);
    is_order =
        is_order && number >= 0 && number < static_cast<std::int64_t>(shape.rank()) && !seen[static_cast<std::size_t>(number)];
    if (is_order) seen[static_cast<std::size_t>(number)] = true;
  }
  if (!is_order)
    refuse("bad-argument", fmt::format("order names each of the {} axes of {} once, from 0", shape.rank(), shape.text()),
           "order");
  return build.node("Transpose", {x}, {build.sizes("perm", order)});
}

/// Begins, then ends, of all axes: from a list for all of them, or for the spatial ones alone.
std::vector<Dim> margins(const LayerCall& call, const Shape& shape) {
  const std::vector<Dim> given = required_list(call, "margins");
  const std::size_t rank = shape.rank(), spatial = rank > 2 ? rank - 2 : 0;
  if (given.size() == 2 * rank) return given;
  if (spatial == 0 || (given.size() != 2 * spatial && given.size() != spatial))
    refuse("bad-argument",
           fmt::format("the list has {} entries; for {} it has the begins and then the ends of {}all {} axes", given.size(),
                       shape.text(), spatial == 0 ? "" : fmt::format("the {} spatial or of ", spatial), rank),
           "margins");
  std::vector<Dim> all(2 * rank);
  for (std::size_t axis = 0; axis < spatial; ++axis) {
    all[axis + 2] = given[axis];
    all[rank + axis + 2] = given[given.size() == spatial ? axis : spatial + axis];
  }
  return all;
}

std::vector<Handle> pad(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Shape shape = input_shape(build, x, 1, kAnyRank, "at least 1 axis");
  const std::vector<Dim> all = margins(call, shape);
  for (const Dim& margin : all)
    if (at_least(margin, 0) == Certainty::never)
      refuse("bad-argument", fmt::format("margins are at least 0, and not {}; crop takes away", margin.text()), "margins");
  const std::string_view mode = call.word("mode", {"constant", "reflect", "edge", "wrap"}, "constant");
  std::vector<Attribute> attributes;
  if (mode != "constant") attributes.push_back(build.text("mode", mode));
  return build.node("Pad", {x, build.list("pads", all)}, attributes);
}

std::vector<Handle> crop(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Shape shape = input_shape(build, x, 1, kAnyRank, "at least 1 axis");
  const std::vector<Dim> all = margins(call, shape);
  std::vector<Dim> starts, ends, axes;
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
    const Dim &begin = all[axis], &end = all[shape.rank() + axis];
    if (begin.is(0) && end.is(0)) continue;
    if (at_least(begin, 0) == Certainty::never || at_least(end, 0) == Certainty::never)
      refuse("bad-argument", "margins are at least 0; pad adds", "margins");
    if (at_least(shape[axis], begin + end) == Certainty::never)
      refuse("bad-argument",
             fmt::format("axis {} is {}, and {} + {} are taken away", axis, shape[axis].text(), begin.text(), end.text()),
             "margins");
    starts.push_back(begin);
    ends.push_back(end.is(0) ? Dim(std::numeric_limits<std::int64_t>::max()) : -end);
    axes.push_back(static_cast<std::int64_t>(axis));
  }
  if (axes.empty()) return build.node("Identity", {x});
  return build.node("Slice", {x, build.list("starts", starts), build.list("ends", ends), build.list("axes", axes)});
}

}  // namespace

std::vector<Layer> arranging_layers() {
  const LayerParameter x{"x", Kind::tensor}, axis{"axis", Kind::size, "1"};
  constexpr std::size_t kMostParts = 4096;
  return {
      {"concat", {{"a", Kind::tensors}, axis}, 1, concat},
      {"split", {x, {"parts", Kind::sizes}, axis}, kMostParts, split},
      {"add", {{"a", Kind::tensor}, {"b", Kind::operand}}, 1, add},
      {"mul", {{"a", Kind::tensor}, {"b", Kind::operand}}, 1, mul},
      {"flatten", {x, axis}, 1, flatten},
      {"reshape", {x, {"shape", Kind::sizes}}, 1, reshape},
      {"transpose", {x, {"order", Kind::sizes}}, 1, transpose},
      {"pad", {x, {"margins", Kind::sizes}, {"mode", Kind::word, "constant"}}, 1, pad},
      {"crop", {x, {"margins", Kind::sizes}}, 1, crop},
  };
}

}  // namespace macroscope::dsl
