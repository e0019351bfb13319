#include "reports/worked/worked_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace macroscope {
namespace {

using Form = AxisIndex::Form;

bool has_window(const Operand& operand) {
  return std::any_of(operand.axes.begin(), operand.axes.end(), [](const AxisIndex& index) { return index.form == Form::window; });
}

/// What decides the size along one axis.
struct Axis {
  Dim input, output;
  Window window;

  friend bool operator==(const Axis& a, const Axis& b) {
    return a.input == b.input && a.output == b.output && a.window.kernel == b.window.kernel &&
           Dim(a.window.stride) == Dim(b.window.stride) && Dim(a.window.dilation) == Dim(b.window.dilation) &&
           a.window.pad_begin == b.window.pad_begin && a.window.pad_end == b.window.pad_end;
  }
};

std::vector<Axis> axes_of(const BoundNest& nest, bool is_transposed) {
  std::vector<Axis> axes;
  for (std::size_t axis = 0; axis < nest.windows.size(); ++axis) {
    const Dim& places = nest.positions[axis];
    const Dim& extent = nest.window_extents[axis];
    axes.push_back({is_transposed ? places : extent, is_transposed ? extent : places, nest.windows[axis]});
  }
  return axes;
}

std::string formula_of_size(const Axis& axis, bool is_transposed, const OpContext& context) {
  const bool is_even = axis.window.pad_begin == axis.window.pad_end;
  if (is_transposed) {
    const std::string further = context.has_attribute("output_padding") ? " + O" : "";
    return fmt::format("S(W-1) + D(K-1) + 1 - {}{}", is_even ? "2P" : "P1 - P2", further);
  }
  if (context.text("auto_pad", "NOTSET").starts_with("SAME")) return "ceil(W/S)";
  const bool rounds_up = context.integer("ceil_mode", 0) != 0;
  return fmt::format("{}((W + {} - D(K-1) - 1)/S) + 1", rounds_up ? "ceil" : "floor", is_even ? "2P" : "P1 + P2");
}

/// Empty where the usual formula does not give what was inferred: an output's shape by attribute.
std::optional<Worked> worked_size(const Axis& axis, bool is_transposed, const OpContext& context) {
  const std::string formula = formula_of_size(axis, is_transposed, context);
  std::vector<Letter> letters{{"W", axis.input},
                              {"K", axis.window.kernel},
                              {"S", Dim(axis.window.stride)},
                              {"D", Dim(axis.window.dilation)},
                              {"P", axis.window.pad_begin},
                              {"P1", axis.window.pad_begin},
                              {"P2", axis.window.pad_end}};
  if (is_transposed) {
    const Dim without =
        Dim(axis.window.stride) * (axis.input - 1) + axis.window.reach() - axis.window.pad_begin - axis.window.pad_end;
    letters.push_back({"O", axis.output - without});
  }
  const auto value = Dim::parse(with_values(formula, letters));
  const Dim* result = std::get_if<Dim>(&value);
  if (result == nullptr || *result != axis.output) return std::nullopt;
  return worked_out(formula, letters, axis.output);
}

std::string_view axis_name(std::size_t axis, std::size_t count) {
  constexpr std::array<std::string_view, 3> kNames{" depth", " height", " width"};
  return count == 1 || count > kNames.size() ? "" : kNames[kNames.size() - count + axis];
}

std::string factor_text(const Dim& extent) {
  const std::string text = extent.text();
  return text.find(' ') == std::string::npos ? text : "(" + text + ")";
}

}  // namespace

std::vector<SizeLine> sizes_of_windows(const BoundNest& nest, const OpContext& context) {
  const bool is_transposed = has_window(nest.formula->output);
  const std::vector<Axis> axes = axes_of(nest, is_transposed);
  const bool are_equal = std::all_of(axes.begin(), axes.end(), [&](const Axis& axis) { return axis == axes.front(); });
  const std::size_t count = are_equal ? std::min<std::size_t>(axes.size(), 1) : axes.size();
  std::vector<SizeLine> lines;
  for (std::size_t axis = 0; axis < count; ++axis) {
    std::optional<Worked> worked = worked_size(axes[axis], is_transposed, context);
    if (worked) lines.push_back({fmt::format("output{}", axis_name(axis, count)), std::move(*worked), axes[axis].output});
  }
  return lines;
}

std::optional<SizeLine> joined_size(const Operator& row, const OpContext& context) {
  const Shape& output = context.output_count() > 0 ? context.output(0).type.shape : context.shape(0);
  if (!output.known() || !context.shape(0).known()) return std::nullopt;
  if (row.traits.has(Trait::regroups) && output.rank() == 2 && context.shape(0).rank() > 2 && output[0] == context.shape(0)[0])
    return SizeLine{"output",
                    {{{"", product_text(Shape(context.shape(0).dims().subspan(1)))}, {"=", result_text(output[1])}}, {}},
                    output[1]};
  if (!row.traits.has(Trait::concatenates) || !context.integer("axis")) return std::nullopt;
  const std::size_t axis = OpContext::axis_of(*context.integer("axis"), output.rank());
  std::string terms;
  for (std::size_t input = 0; input < context.input_count(); ++input) {
    if (!context.shape(input).known() || context.shape(input).rank() <= axis) return std::nullopt;
    terms += (input == 0 ? "" : " + ") + context.shape(input)[axis].text();
  }
  const bool is_channels = axis == 1 && output.rank() > 2;
  return SizeLine{is_channels ? "channels" : fmt::format("axis {}", axis),
                  {{{"", terms}, {"=", result_text(output[axis])}}, {}},
                  output[axis]};
}

std::optional<ConvolutionSizes> convolution_sizes(const BoundNest& nest, const OpContext& context) {
  if (nest.windows.empty() || !nest.formula->is_contraction() || nest.formula->operands.size() != 2) return std::nullopt;
  const auto extent_of = [&](std::string_view loop) -> std::optional<Dim> {
    const auto& loops = nest.formula->loops;
    const auto found = std::find(loops.begin(), loops.end(), loop);
    if (found == loops.end()) return std::nullopt;
    return nest.loops[static_cast<std::size_t>(found - loops.begin())].extents.front();
  };
  const auto batch = extent_of("n");
  const auto groups = extent_of("g");
  const auto filters = extent_of("o");
  const auto channels = extent_of("c");
  if (!batch || !groups || !filters || !channels || !context.node().domain.empty()) return std::nullopt;
  ConvolutionSizes sizes{
      *batch, *groups * *filters, *groups * *channels, *groups, {}, nest.positions, has_window(nest.formula->output)};
  for (const Window& window : nest.windows) sizes.kernel.push_back(window.kernel);
  return sizes;
}

KernelLetters::KernelLetters(std::span<const Dim> kernel) {
  static constexpr std::array<std::string_view, 4> kNames{"K1", "K2", "K3", "K4"};
  const bool are_equal = std::all_of(kernel.begin(), kernel.end(), [&](const Dim& extent) { return extent == kernel.front(); });
  for (std::size_t axis = 0; axis < kernel.size(); ++axis) {
    const std::string_view name = are_equal ? "K" : kNames[std::min(axis, kNames.size() - 1)];
    product_ += fmt::format("{}{}", axis == 0 ? "" : "*", name);
    letters_.push_back({name, kernel[axis]});
  }
}

std::string product_text(const Shape& shape) {
  if (shape.rank() == 0) return "1";
  std::string text;
  for (const Dim& extent : shape) text += (text.empty() ? "" : "*") + factor_text(extent);
  return text;
}

}  // namespace macroscope
