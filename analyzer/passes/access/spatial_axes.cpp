#include "analyzer/passes/access/spatial_axes.h"

#include <algorithm>
#include <deque>
#include <optional>

#include "analyzer/network/readers.h"
#include "analyzer/operators/access/channel_axis.h"
#include "analyzer/operators/notation/formula.h"

namespace macroscope {
namespace {

/// Which axis of an input holds what; kNone: no axis does.
struct Layout {
  std::uint32_t batch = 0;
  std::uint32_t channels = 1;
};

/// A tensor on the way from an input: for each of its axes that of the input.
struct Stop {
  TensorId tensor = 0;
  std::vector<std::uint32_t> axes;
};

class Search {
 public:
  Search(const Network& network, const Shapes& shapes)
      : network_(network), scope_(shapes.scopes.front()), readers_(network, network.main()) {}

  std::optional<Layout> layout_of(TensorId input) {
    std::vector<std::uint32_t> axes(scope_.facts[input].type.shape.rank());
    for (std::uint32_t axis = 0; axis < axes.size(); ++axis) axes[axis] = axis;
    std::deque<Stop> pending{{input, axes}};
    constexpr int kMaxReaders = 256;  // the layer that tells is near
    for (int read = 0; !pending.empty();) {
      const Stop stop = std::move(pending.front());
      pending.pop_front();
      for (const Reader& reader : readers_.of(stop.tensor)) {
        if (++read > kMaxReaders) return std::nullopt;
        if (const auto layout = known_by(reader, stop)) return layout;
        pass_through(reader, stop, pending);
      }
    }
    return std::nullopt;
  }

 private:
  static Layout of(const Stop& stop, std::size_t batch, std::size_t channels) {
    return {stop.axes.size() > batch ? stop.axes[batch] : kNone, stop.axes.size() > channels ? stop.axes[channels] : kNone};
  }

  std::optional<Layout> known_by(const Reader& reader, const Stop& stop) const {
    const Node& node = network_.main().nodes[reader.node];
    const Operator* row = reader.input == kNone ? nullptr : scope_.operators[reader.node];
    if (row == nullptr || reader.input != 0 || stop.axes.empty()) return std::nullopt;
    const std::size_t last = stop.axes.size() - 1;
    const ChannelAxis channels = channel_axis_of(*row, site_of(network_, scope_, reader.node));
    if (const auto* loops = std::get_if<Loops>(&row->meaning)) {
      const Formula& formula = formula_of(loops->nests.front().formula);
      const auto is_window = [](const AxisIndex& index) { return index.form == AxisIndex::Form::window; };
      const auto has_window = [&](const Operand& operand) {
        return std::any_of(operand.axes.begin(), operand.axes.end(), is_window);
      };
      if (has_window(formula.operands.front()) || has_window(formula.output))
        return of(stop, 0, channels == ChannelAxis::last ? last : 1);
      if (formula.is_contraction()) return of(stop, last == 0 ? 1 : 0, last);
    }
    if (row->traits.has(Trait::normalization) && channels == ChannelAxis::second) return of(stop, 0, 1);
    if (row->traits.has(Trait::normalization) && channels == ChannelAxis::last) return of(stop, 0, last);
    if (row->traits.has(Trait::recurrent)) {
      const bool batch_first = attributes_of(scope_, node).integer("layout", 0) != 0;
      return of(stop, batch_first ? 0 : 1, 2);
    }
    return std::nullopt;
  }

  /// Goes on behind operators that keep the axes, or exchange them.
  void pass_through(const Reader& reader, const Stop& stop, std::deque<Stop>& pending) const {
    if (reader.input == kNone) return;
    const Node& node = network_.main().nodes[reader.node];
    const Operator* row = scope_.operators[reader.node];
    if (row == nullptr || node.outputs.empty() || node.outputs.front() == kAbsent) return;
    const Shape& result = scope_.facts[node.outputs.front()].type.shape;
    if (!result.known() || result.rank() != stop.axes.size()) return;
    if (has(row, Trait::permutes)) {
      pending.push_back({node.outputs.front(), transposed(node, stop.axes)});
      return;
    }
    if (!is_elementwise(row) && !has(row, Trait::keeps_axes)) return;
    for (const TensorId output : node.outputs)
      if (output != kAbsent) pending.push_back({output, stop.axes});
  }

  [[nodiscard]] std::vector<std::uint32_t> transposed(const Node& node, const std::vector<std::uint32_t>& axes) const {
    std::vector<std::uint32_t> result(axes.rbegin(), axes.rend());
    const std::span<const std::int64_t> order = attributes_of(scope_, node).integers("perm");
    if (order.size() != axes.size()) return result;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      const auto from = static_cast<std::size_t>(order[axis]);
      if (from < axes.size()) result[axis] = axes[from];
    }
    return result;
  }

  const Network& network_;
  const Scope& scope_;
  Readers readers_;
};

}  // namespace

std::vector<std::vector<std::uint32_t>> spatial_axes(const Network& network, const Shapes& shapes) {
  const Scope& scope = shapes.scopes.front();
  Search search(network, shapes);
  std::vector<std::vector<std::uint32_t>> by_input;
  for (const TensorId input : network.main().inputs) {
    std::vector<std::uint32_t>& axes = by_input.emplace_back();
    const Type& type = scope.facts[input].type;
    if (!type.is_tensor() || !type.shape.known() || type.shape.rank() < 2) continue;
    const std::size_t rank = type.shape.rank();
    std::optional<Layout> layout = search.layout_of(input);
    if (!layout && rank == 2) layout = is_floating(type.dtype) ? Layout{0, 1} : Layout{0, kNone};
    if (!layout) layout = Layout{};
    for (std::uint32_t axis = 0; axis < rank; ++axis)
      if (axis != layout->batch && axis != layout->channels) axes.push_back(axis);
  }
  return by_input;
}

}  // namespace macroscope
