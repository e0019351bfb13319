#include "analyzer/operators/gradients/gradient.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "analyzer/operators/gradients/derivative.h"
#include "analyzer/operators/gradients/nest_gradients.h"
#include "analyzer/operators/notation/nest.h"

namespace macroscope {
namespace {

using Form = AxisIndex::Form;

/// Nests whose terms are the operands themselves, and not their powers or samples between them.
bool is_plain(const Operator& row, const Loops& loops, const BoundNest& nest) {
  if (row.activation.is_given() || loops.summand >= 0 || loops.offsets >= 0 || loops.logical != nullptr) return false;
  if (nest.formula->is_contraction()) return loops.further == nullptr || !loops.product_scale.empty();
  return loops.per_point.is_zero() && loops.per_output.special == 0 && loops.further == nullptr;
}

/// Writes a nest that was bound at a node as sums over indices.
class NestWriter {
 public:
  NestWriter(const Operator& row, const Loops& loops, const OpContext& context, const Graph& graph)
      : row_(row), loops_(loops), site_(context), graph_(graph), nest_(bind(loops, context)) {
    const std::size_t count = nest_.formula->operands.size();
    for (std::size_t operand = 0; operand < count; ++operand) {
      shapes_.push_back(loops.logical != nullptr ? loops.logical(context, operand)
                                                 : context.known_shape(loops.operands[operand]));
    }
    name_loops();
    name_operands();
  }

  Gradients derive() {
    if (!is_plain(row_, loops_, nest_)) return {};
    Gradients gradients;
    gradients.forward.push_back({forward().written()});
    for (std::size_t operand = 0; operand < nest_.formula->operands.size(); ++operand)
      if (is_floating(site_.dtype(loops_.operands[operand]))) gradients.of_inputs.push_back(gradient(operand));
    add_bias(gradients);
    return gradients;
  }

 private:
  /// Places of a window are called i, its taps j, all others as in the formula; with a number where there is one for each axis.
  void name_loops() {
    const Formula& formula = *nest_.formula;
    std::vector<std::string> names = formula.loops;
    const auto rename = [&](const Operand& operand) {
      for (const AxisIndex& index : operand.axes) {
        if (index.form == Form::window) {
          names[index.loop] = "i";
          names[index.inner] = "j";
        }
      }
    };
    rename(formula.output);
    for (const Operand& operand : formula.operands) rename(operand);
    for (std::size_t loop = 0; loop < names.size(); ++loop) {
      first_.push_back(frame_.loops.size());
      const auto& extents = nest_.loops[loop].extents;
      for (std::size_t axis = 0; axis < extents.size(); ++axis)
        frame_.loops.push_back({extents.size() == 1 ? names[loop] : fmt::format("{}{}", names[loop], axis + 1), extents[axis]});
    }
  }

  /// A stored operand is w and the other one x; two of a kind are a and b.
  void name_operands() {
    const std::size_t count = nest_.formula->operands.size();
    if (count == 1) {
      names_ = {"x"};
      return;
    }
    const auto is_weight = [&](std::size_t operand) {
      return graph_.tensors[site_.node().inputs[loops_.operands[operand]]].stored != kNone;
    };
    const bool differ = count == 2 && is_weight(0) != is_weight(1);
    const bool has_window = !nest_.windows.empty();
    for (std::size_t operand = 0; operand < count; ++operand) {
      const bool is_second = has_window && !differ ? operand == 1 : is_weight(operand);
      names_.push_back(differ || has_window ? (is_second ? "w" : "x") : std::string(1, static_cast<char>('a' + operand)));
    }
  }

  IndexSum::Factor factor_of(const Operand& operand, const Shape& shape, std::string tensor) const {
    IndexSum::Factor factor{std::move(tensor), {}};
    const std::size_t fixed = operand.axes.size() - (operand.repeated_at >= 0 ? 1 : 0);
    std::size_t axis = 0;
    for (const AxisIndex& index : operand.axes) {
      if (index.form == Form::reduced) {
        add_reduced(index, factor);
        continue;
      }
      const std::size_t count = index.repeated ? shape.rank() - fixed : 1;
      for (std::size_t i = 0; i < count; ++i, ++axis) factor.indices.push_back(index_of(index, i, count, shape[axis]));
    }
    return factor;
  }

  IndexSum::Index index_of(const AxisIndex& index, std::size_t axis, std::size_t count, const Dim& extent) const {
    const std::size_t loop = first_[index.loop];
    switch (index.form) {
      case Form::groups:
        return {{{loop, nest_.loops[index.inner].extents.front()}, {first_[index.inner], 1}}, 0, true};
      case Form::window: {
        const Window& window = nest_.windows[axis];
        const Dim stride(window.stride);
        const bool is_distinct = at_least(stride, window.reach()) == Certainty::always;
        return {{{loop + axis, stride}, {first_[index.inner] + axis, Dim(window.dilation)}}, -window.pad_begin, is_distinct};
      }
      case Form::loop:
      case Form::reduced:
        break;
    }
    const std::size_t at = loop + nest_.loops[index.loop].extents.size() - count + axis;
    if (extent.is(1) && !frame_.loops[at].extent.is(1)) return {};  // broadcast
    return {{{at, 1}}, 0, true};
  }

  void add_reduced(const AxisIndex& index, IndexSum::Factor& factor) const {
    for (std::size_t axis = 0; axis < nest_.reduction.reduced.size(); ++axis) {
      if (!nest_.reduction.reduced[axis]) {
        factor.indices.push_back({{{first_[index.loop] + axis, 1}}, 0, true});
      } else if (nest_.reduction.keep) {
        factor.indices.emplace_back();
      }
    }
  }

  [[nodiscard]] IndexSum::Factor output(std::string tensor) const {
    return factor_of(nest_.formula->output, nest_.output, std::move(tensor));
  }
  [[nodiscard]] IndexSum::Factor operand(std::size_t which, std::string tensor) const {
    return factor_of(nest_.formula->operands[which], shapes_[which], std::move(tensor));
  }

  static std::vector<Dim> extents_of(const Shape& shape) { return {shape.begin(), shape.end()}; }

  IndexSum forward() const {
    IndexSum sum = frame_;
    sum.result = output("z");
    for (std::size_t which = 0; which < names_.size(); ++which) sum.factors.push_back(operand(which, names_[which]));
    switch (nest_.formula->accumulate) {
      case Accumulate::add:
        sum.scale = scale();
        break;
      case Accumulate::max:
        sum.join = IndexSum::Join::maximum;
        break;
      case Accumulate::multiply:
        sum.join = IndexSum::Join::product;
        break;
    }
    if (loops_.minimum) sum.join = IndexSum::Join::minimum;
    sum.gather(extents_of(nest_.output));
    return sum;
  }

  /// `0.5 `: what the product or the bias is multiplied by.
  [[nodiscard]] std::string factor_of(std::string_view attribute) const {
    const double factor = attribute.empty() ? 1 : site_.real(attribute, 1);
    return factor == 1 ? std::string() : fmt::format("{:.6g} ", factor);
  }

  /// One over the number of terms of a mean.
  [[nodiscard]] std::string scale() const {
    if (!loops_.mean) return factor_of(loops_.product_scale);
    if (has_uneven_windows()) return "1/t ";
    const Dim terms = terms_of_mean();
    const std::string text = terms.text();
    return text.find_first_of(" */") == std::string::npos ? fmt::format("1/{} ", text) : fmt::format("1/({}) ", text);
  }

  [[nodiscard]] Dim terms_of_mean() const {
    Dim terms = 1;
    if (!nest_.windows.empty()) {
      for (const Window& window : nest_.windows) terms *= window.kernel;
      return terms;
    }
    const std::size_t loop = nest_.formula->output.axes.back().loop;
    for (std::size_t axis = 0; axis < nest_.reduction.reduced.size(); ++axis)
      if (nest_.reduction.reduced[axis]) terms *= nest_.loops[loop].extents[axis];
    return terms;
  }

  /// Taps outside the map are left out of the mean, so its number of terms is another one at the border.
  [[nodiscard]] bool has_uneven_windows() const {
    if (nest_.windows.empty()) return false;
    if (site_.integer("ceil_mode", 0) != 0) return true;
    if (site_.integer("count_include_pad", 0) != 0) return false;
    return std::any_of(nest_.windows.begin(), nest_.windows.end(),
                       [](const Window& window) { return !window.pad_begin.is(0) || !window.pad_end.is(0); });
  }

  Gradient gradient(std::size_t which) const {
    Gradient gradient;
    gradient.input = loops_.operands[which];
    gradient.shape = shapes_[which];
    IndexSum sum = frame_;
    sum.result = operand(which, "dL/d" + names_[which]);
    sum.factors.push_back(output("dL/dz"));
    for (std::size_t other = 0; other < names_.size(); ++other)
      if (other != which) sum.factors.push_back(operand(other, names_[other]));
    if (nest_.formula->is_contraction()) {
      sum.scale = factor_of(loops_.product_scale);
      gradient.macs = nest_.points();
      sum.gather(extents_of(shapes_[which]));
    } else {
      complete_reduction(sum);
    }
    gradient.words = words(which);
    gradient.equation = sum.written();
    return gradient;
  }

  void complete_reduction(IndexSum& sum) const {
    switch (nest_.formula->accumulate) {
      case Accumulate::add:
        sum.scale = scale();
        break;
      case Accumulate::max:
        sum.condition = fmt::format(" [{} = {}]", sum.text_of(operand(0, "x")), sum.text_of(output("z")));
        break;
      case Accumulate::multiply:
        sum.condition = fmt::format(" {} / {}", sum.text_of(output("z")), sum.text_of(operand(0, "x")));
        break;
    }
    if (nest_.formula->accumulate == Accumulate::add && !has_uneven_windows()) sum.gather(extents_of(shapes_.front()));
  }

  [[nodiscard]] std::string words(std::size_t which) const {
    if (!nest_.formula->is_contraction()) return words_of_reduction();
    const auto& axes = nest_.formula->operands[which].axes;
    const auto is_window = [](const AxisIndex& index) { return index.form == Form::window; };
    if (std::any_of(axes.begin(), axes.end(), is_window)) return words_of_map();
    const auto& output_axes = nest_.formula->output.axes;
    const bool is_transposed = std::any_of(output_axes.begin(), output_axes.end(), is_window);
    if (is_transposed) return which == 0 ? "the convolution of dL/dz with the kernel" : "the correlation of dL/dz with x";
    if (nest_.windows.empty()) return {};
    return "the correlation of x with dL/dz";
  }

  /// With respect to the map that a convolution's window moves over.
  [[nodiscard]] std::string words_of_map() const {
    std::vector<std::string> paddings;
    bool is_strided = false;
    for (const Window& window : nest_.windows) {
      const Dim begin = window.reach() - 1 - window.pad_begin;
      const Dim end = window.reach() - 1 - window.pad_end;
      paddings.push_back(begin == end ? begin.text() : fmt::format("({} + {})", begin.text(), end.text()));
      is_strided = is_strided || !Dim(window.stride).is(1);
    }
    const bool are_equal = std::all_of(paddings.begin(), paddings.end(), [&](const auto& p) { return p == paddings.front(); });
    if (are_equal) paddings.resize(1);
    const std::string padding = fmt::format("{}", fmt::join(paddings, " x "));
    return fmt::format("the convolution of dL/dz, padded by {}{}, with the kernel turned by 180 degrees", padding,
                       is_strided ? ", with stride - 1 zeros between its entries" : "");
  }

  [[nodiscard]] std::string words_of_reduction() const {
    if (nest_.formula->accumulate == Accumulate::max)
      return nest_.windows.empty() ? "each dL/dz goes to the entry that is z"
                                   : "each dL/dz goes to the entry of its window that is z";
    if (nest_.formula->accumulate == Accumulate::multiply) return {};
    if (!loops_.mean) return "each dL/dz goes to all entries that were summed";
    if (has_uneven_windows()) return "each dL/dz spreads evenly over the t entries of its window that lie inside the map";
    std::string share = scale();
    share.pop_back();
    return fmt::format("each dL/dz spreads {} to each entry {}", share,
                       nest_.windows.empty() ? "that was averaged" : "of its window");
  }

  /// The bias is added to every element of its channel: its gradient is their sum.
  void add_bias(Gradients& gradients) const {
    if (loops_.bias < 0 || !site_.has_input(static_cast<std::size_t>(loops_.bias))) return;
    const auto input = static_cast<std::size_t>(loops_.bias);
    if (!site_.shape(input).known() || !is_floating(site_.dtype(input))) return;
    const Shape& shape = site_.shape(input);
    IndexSum sum = frame_;
    sum.factors.push_back(output("dL/dz"));
    std::vector<IndexSum::Index>& indices = sum.factors.front().indices;
    for (IndexSum::Index& index : indices)
      if (!index.is_distinct) index = plain(index, sum);
    sum.result.tensor = "dL/db";
    sum.scale = factor_of(loops_.bias_scale);
    if (!nest_.windows.empty() && shape.rank() == 1) {
      sum.result.indices.push_back(indices[1]);
    } else {
      if (shape.rank() > indices.size()) return;
      const std::size_t skipped = indices.size() - shape.rank();
      for (std::size_t axis = 0; axis < shape.rank(); ++axis)
        sum.result.indices.push_back(shape[axis].is(1) ? IndexSum::Index{} : indices[skipped + axis]);
    }
    gradients.of_inputs.push_back({input, sum.written(), {}, shape, 0});
    WrittenEquation& layer = gradients.forward.front().equation;
    if (layer.relation == "=") layer.right += fmt::format(" + {}{}", sum.scale, text_of_bias(sum));
  }

  /// The output of a transposed convolution is walked by places and taps; the bias is added to each of its entries once.
  IndexSum::Index plain(const IndexSum::Index& index, IndexSum& sum) const {
    const std::size_t place = index.steps.front().loop;
    const std::size_t axis = place - first_of_place(place);
    sum.loops[place].extent = nest_.window_extents[axis];
    return {{{place, 1}}, 0, true};
  }

  [[nodiscard]] std::size_t first_of_place(std::size_t place) const {
    std::size_t first = 0;
    for (const std::size_t start : first_)
      if (start <= place) first = std::max(first, start);
    return first;
  }

  static std::string text_of_bias(const IndexSum& sum) {
    const std::string left = sum.written().left;
    return "b" + left.substr(std::string_view("dL/db").size());
  }

  const Operator& row_;
  const Loops& loops_;
  const OpContext& site_;
  const Graph& graph_;
  BoundNest nest_;
  std::vector<Shape> shapes_;
  std::vector<std::string> names_;
  /// By loop of the formula: the first of its loops in the sums.
  std::vector<std::size_t> first_;
  /// The loops, for every sum to begin with.
  IndexSum frame_;
};

Gradients of_elements(const Operator& row, const OpContext& context) {
  Gradients gradients;
  for (std::size_t input = 0; input < context.input_count(); ++input) {
    if (!context.has_input(input) || !is_floating(context.dtype(input))) continue;
    std::optional<ElementDerivative> derivative = derivative_of(row, context, input);
    if (!derivative) continue;
    const Shape& shape = context.shape(input);
    if (derivative->words.empty()) derivative->words = words_of_repetition(shape, context.output(0).type.shape);
    gradients.of_inputs.push_back({input, {"dL/d" + derivative->operand, "=", derivative->text}, derivative->words, shape, 0});
  }
  return gradients;
}

/// What was moved is moved back.
Gradients of_moves(const Operator& row, const OpContext& context) {
  const Shape& shape = context.shape(0);
  if (!shape.known() || !context.output(0).type.shape.known() || !is_floating(context.dtype(0))) return {};
  Gradient gradient{0, {"dL/dx", "=", "dL/dz"}, {}, shape, 0};
  if (row.traits.has(Trait::regroups)) {
    gradient.words = fmt::format("in the shape {} again", shape.text());
  } else if (row.traits.has(Trait::permutes)) {
    gradient.words = "with the axes in their former order";
  } else if (row.traits.has(Trait::concatenates)) {
    gradient.words = "each operand takes the part of dL/dz that it gave";
  } else if (row.traits.has(Trait::pads)) {
    gradient.words = "without what was added";
  } else if (row.traits.has(Trait::cuts)) {
    gradient.words = "each part in its place, 0 elsewhere";
  } else {
    return {};
  }
  return {{}, {std::move(gradient)}};
}

}  // namespace

Gradients gradients_of(const Operator& row, const OpContext& context, const Graph& graph) {
  try {
    if (row.gradient != nullptr) return row.gradient(context, graph);
    if (const auto* loops = std::get_if<Loops>(&row.meaning)) return NestWriter(row, *loops, context, graph).derive();
    Gradients gradients = of_elements(row, context);
    if (gradients.of_inputs.empty() && std::holds_alternative<Moves>(row.meaning)) return of_moves(row, context);
    return gradients;
  } catch (const Unknown&) {
  } catch (const RuleError&) {
  } catch (const AlgebraError&) {}
  return {};
}

}  // namespace macroscope
