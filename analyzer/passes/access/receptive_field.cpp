#include "analyzer/passes/access/receptive_field.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "analyzer/operators/access/access_hull.h"
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/passes/access/field_walk.h"
#include "analyzer/passes/access/spatial_axes.h"

namespace macroscope {
namespace {

/// AccessMaps of all tensors together; with more, inputs are left out.
constexpr std::size_t kMaxReadings = 8'000'000;
constexpr std::size_t kMaxSources = 64;

/// Spatial axes of inputs that fields are told of.
std::size_t most_sources(const Graph& graph) {
  return std::clamp<std::size_t>(kMaxReadings / std::max<std::size_t>(graph.tensors.size(), 1), 4, kMaxSources);
}

Ratio ratio(const Dim& over, const Dim& under) {
  const auto a = over.number(), b = under.number();
  if (a && b && *b > 0) {
    const std::int64_t common = std::max<std::int64_t>(std::gcd(*a, *b), 1);
    return {*a / common, *b / common};
  }
  if (const std::optional<Dim> whole = exact_quotient(over, under)) return {*whole, 1};
  return {over, under};
}

std::string in_parentheses(const Dim& dim) {
  std::string text = dim.text();
  return dim.is_number() || text.find_first_of(" *") == std::string::npos ? text : "(" + text + ")";
}

bool is_below(const Dim& a, const Dim& b) { return a != b && at_least(b, a) == Certainty::always; }

/// The lowest and highest position that each digit of a period reads, and how far a period moves.
struct Line {
  std::vector<Dim> lows, highs;
  Dim step;
  /// Which digits those are, and how many there are in a period.
  std::vector<std::size_t> digits;
  std::size_t period = 1;
};

Line line_of(const AccessMap& access, const AccessTerm& step) {
  if (step.lows.empty()) return {{access.low}, {access.high}, step.step, {0}};
  Line line{{}, {}, step.step, {}, step.period()};
  for (std::size_t digit = 0; digit < step.period(); ++digit) {
    if (step.is_gap(digit)) continue;
    line.lows.push_back(access.low + step.lows[digit]);
    line.highs.push_back(access.high + step.highs[digit]);
    line.digits.push_back(digit);
  }
  return line;
}

/// Where floor(start + i * jump) is the lowest position for every i, if there is such a start; otherwise that of the first element that reads.
Ratio start_of(const Line& line) {
  if (line.period == 1) return {line.lows.front(), 1};
  const Dim under = Dim::of_size(line.period);
  const auto moved = [&](std::size_t index) { return Dim::of_size(line.digits[index]) * line.step; };
  Dim least = line.lows.front() * under - moved(0);
  for (std::size_t index = 1; index < line.lows.size(); ++index) least = max(least, line.lows[index] * under - moved(index));
  for (std::size_t index = 0; index < line.lows.size(); ++index)
    if (floor_div(least + moved(index), under) != line.lows[index]) return {line.lows.front(), 1};
  return ratio(least, under);
}

AxisField field_of(const AccessMap& read, const Shape& shape, const Dim& extent) {
  AxisField field;
  if (read.kind == AccessMap::Kind::all) field.kind = AxisField::Kind::all;
  if (!read.is_range()) return field;
  field.kind = AxisField::Kind::extent;
  field.aligned = read.aligned;
  field.before = read.before;
  field.after = read.after;
  if (read.steps.empty()) {
    field.size = read.high - read.low + 1;
    field.start = {read.low, 1};
    if (read.before || read.after) field.kind = AxisField::Kind::unknown;
    return field;
  }
  const std::optional<AccessMap> one = by_main_step(read, shape);
  if (!one) {
    field = {};
    if (reads_everything(read, shape, extent)) field.kind = AxisField::Kind::all;
    return field;
  }
  const AccessTerm& step = one->steps.front();
  const Line line = line_of(*one, step);
  if (line.lows.empty()) return {};  // every element lies in a gap
  const Dim per_step = Dim::of_size(line.period) * step.divisor;
  // A kernel has a tap at least: not max(0, size), which would be in every size with letters.
  field.size = line.highs.front() - line.lows.front() + 1;
  for (std::size_t index = 1; index < line.lows.size(); ++index)
    field.size = max(field.size, line.highs[index] - line.lows[index] + 1);
  field.jump = ratio(step.step, per_step);
  field.start = start_of(line);
  field.wraps = read.wraps;
  if ((field.before && field.after) || (field.wraps && at_least(field.size, extent) == Certainty::always)) {
    field = {};
    field.kind = AxisField::Kind::all;
    return field;
  }
  if (field.before) {
    // The last element reads from the first position on.
    const Dim& places = shape[step.axis];
    field.size =
        floor_div((places - 1) * step.step, per_step) + *std::max_element(line.highs.begin(), line.highs.end(), is_below) + 1;
    field.start = ratio(-((places - 1) * step.step), per_step);
  } else if (field.after) {
    field.size = extent - line.lows.front();
  }
  return field;
}

}  // namespace

std::string Ratio::text() const { return is_whole() ? over.text() : in_parentheses(over) + "/" + in_parentheses(under); }

std::vector<InputField> ReceptiveFields::of(TensorId tensor, const Shapes& shapes) const {
  std::vector<InputField> fields;
  if (tensor >= tensors.size() || tensors[tensor] == nullptr) return fields;
  const std::vector<Fact>& facts = shapes.scopes.front().facts;
  const Shape& shape = facts[tensor].type.shape;
  std::uint32_t source = 0;
  auto access = tensors[tensor]->begin();
  for (std::uint32_t input = 0; input < inputs.size(); ++input) {
    InputField field{input, {}};
    for (const std::uint32_t axis : inputs[input].axes) {
      if (access != tensors[tensor]->end() && access->source == source) {
        try {
          field.axes.push_back(shape.known() || access->access.kind != AccessMap::Kind::range
                                   ? field_of(access->access, shape, facts[inputs[input].tensor].type.shape[axis])
                                   : AxisField{});
        } catch (const AlgebraError&) {
          field.axes.emplace_back();
        }
        ++access;
      }
      ++source;
    }
    if (!field.axes.empty()) fields.push_back(std::move(field));
  }
  return fields;
}

bool may_leave_inputs_out(const Network& network, const Shapes& shapes) {
  std::size_t axes = 0;
  for (const TensorId input : network.main().inputs) {
    const Type& type = shapes.scopes.front().facts[input].type;
    if (type.is_tensor() && type.shape.known()) axes += type.shape.rank();
  }
  return axes > most_sources(network.main());
}

ReceptiveFields find_receptive_fields(const Network& network, const Shapes& shapes) {
  ReceptiveFields fields;
  const Graph& graph = network.main();
  fields.tensors.resize(graph.tensors.size());
  const std::vector<std::vector<std::uint32_t>> axes = spatial_axes(network, shapes);
  const std::size_t most = most_sources(graph);
  std::vector<Dim> extents;
  std::uint32_t source = 0;
  for (std::size_t index = 0; index < graph.inputs.size(); ++index) {
    if (axes[index].empty()) continue;
    if (source + axes[index].size() > most) {
      ++fields.inputs_left_out;
      continue;
    }
    fields.inputs.push_back({graph.inputs[index], axes[index]});
    std::vector<ReceptiveFields::SourceReading> accesses;
    for (const std::uint32_t axis : axes[index]) {
      accesses.push_back({source++, AccessMap::along(axis)});
      extents.push_back(shapes.scopes.front().facts[graph.inputs[index]].type.shape[axis]);
    }
    fields.tensors[graph.inputs[index]] =
        std::make_shared<const std::vector<ReceptiveFields::SourceReading>>(std::move(accesses));
  }
  if (!fields.inputs.empty()) FieldWalk(network, shapes, std::move(extents)).run(0, fields.tensors);
  return fields;
}

}  // namespace macroscope
