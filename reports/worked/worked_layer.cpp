#include "reports/worked/worked_layer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "analyzer/operators/gradients/gradient.h"
#include "analyzer/operators/notation/worked_formula.h"
#include "reports/notation/number_text.h"
#include "reports/sections/dilated_kernel.h"
#include "reports/worked/worked_parameters.h"
#include "reports/worked/worked_size.h"

namespace macroscope {
namespace {

std::string remark_of_count(const Dim& value) { return value.integer() ? short_count(value) : std::string(); }

/// Letters for the extents of a convolution's map: one letter each, or with a number where there are more than three.
std::vector<std::string> map_letters(std::size_t axes) {
  static constexpr std::array<std::string_view, 3> kLetters{"D'", "H'", "W'"};
  std::vector<std::string> letters;
  for (std::size_t axis = 0; axis < axes; ++axis)
    letters.push_back(axes <= kLetters.size() ? std::string(kLetters[kLetters.size() - axes + axis])
                                              : fmt::format("W{}'", axis + 1));
  return letters;
}

/// `N*F*H'*W' * K*K*C`: every place of every filter takes every tap of every channel.
std::optional<Worked> macs_of_convolution(const BoundNest& nest, const OpContext& context, const Dim& macs) {
  const std::optional<ConvolutionSizes> sizes = convolution_sizes(nest, context);
  if (!sizes) return std::nullopt;
  std::vector<Letter> letters{{"N", sizes->batch}, {"F", sizes->filters}, {"C", sizes->channels}, {"G", sizes->groups}};
  const std::vector<std::string> map = map_letters(sizes->places.size());
  for (std::size_t axis = 0; axis < map.size(); ++axis) letters.push_back({map[axis], sizes->places[axis]});
  const KernelLetters kernel(sizes->kernel);
  letters.insert(letters.end(), kernel.letters().begin(), kernel.letters().end());
  const bool is_grouped = !sizes->groups.is(1);
  const std::string formula = fmt::format("N*{}*{} * {}*{}{}", sizes->is_transposed ? "C" : "F", fmt::join(map, "*"),
                                          kernel.product(), sizes->is_transposed ? "F" : "C", is_grouped ? "/G" : "");
  return worked_out(formula, letters, macs);
}

/// `m*n * k`: the loops of the output, then those that are summed.
Worked macs_of_nest(const BoundNest& nest, const Dim& macs) {
  std::vector<std::string> names;
  std::vector<Dim> values;
  std::vector<bool> is_written(nest.formula->loops.size(), false);
  std::size_t outer = 0;
  const auto write = [&](std::size_t loop) {
    if (is_written[loop]) return;
    is_written[loop] = true;
    const auto& extents = nest.loops[loop].extents;
    for (std::size_t axis = 0; axis < extents.size(); ++axis) {
      names.push_back(extents.size() == 1 ? nest.formula->loops[loop] : fmt::format("{}{}", nest.formula->loops[loop], axis + 1));
      values.push_back(extents[axis]);
    }
  };
  for (const AxisIndex& index : nest.formula->output.axes) {
    write(index.loop);
    if (index.form == AxisIndex::Form::groups) write(index.inner);
  }
  outer = names.size();
  for (std::size_t loop = 0; loop < nest.formula->loops.size(); ++loop) write(loop);
  std::string formula;
  std::vector<Letter> letters;
  for (std::size_t i = 0; i < names.size(); ++i) {
    formula += (i == 0 ? "" : i == outer ? " * " : "*") + names[i];
    letters.push_back({names[i], values[i]});
  }
  return worked_out(formula, letters, macs);
}

/// Lines of one node.
class LayerWriter {
 public:
  LayerWriter(const Figures& figures, ScopeId scope, NodeId node, std::vector<WorkedLine>& lines)
      : figures_(figures),
        scope_id_(scope),
        scope_(figures.analysis().shapes.scopes[scope]),
        graph_(figures.network().graphs[scope_.graph]),
        id_(node),
        row_(scope_.operators[node]),
        site_(site_of(figures.network(), scope_, node)),
        lines_(lines) {}

  void write(const std::vector<const Parameter*>& parameters, const WorkedOptions& options) {
    bind_nest();
    add_size();
    add_dilation();
    if (options.has_body) add_body();
    add_parameters(parameters);
    add_macs();
    add_flops();
    add_memory();
    if (scope_id_ == 0) add_receptive_field();
    add_iterations();
    if (options.has_gradients) add_gradients();
  }

 private:
  void add(std::string_view id, std::string label, Worked worked, std::optional<Dim> value = std::nullopt) {
    lines_.push_back({id, std::move(label), std::move(worked), std::move(value)});
  }

  void bind_nest() {
    const auto* loops = row_ == nullptr ? nullptr : std::get_if<Loops>(&row_->meaning);
    if (loops == nullptr || !scope_.inferred[id_]) return;
    try {
      nest_ = bind(*loops, site_);
    } catch (const Unknown&) {
    } catch (const RuleError&) {}
  }

  void add_size() {
    if (nest_) {
      for (SizeLine& line : sizes_of_windows(*nest_, site_))
        add("output", std::move(line.label), std::move(line.worked), line.value);
    } else if (std::optional<SizeLine> line = row_ == nullptr ? std::nullopt : joined_size(*row_, site_)) {
      add("output", std::move(line->label), std::move(line->worked), line->value);
    }
  }

  void add_dilation() {
    const std::optional<DilatedKernel> dilated = nest_ ? dilated_kernel(*nest_) : std::nullopt;
    if (!dilated) return;
    add("kernel", "kernel",
        {{{"", "K'"}, {"=", "K (x) A"}, {"=", dilated->product}},
         fmt::format("K = {}, A = {}; it reaches over {}", dilated->kernel, dilated->spread, dilated->support)});
  }

  /// What an operator computes, line by line, and how often each operation of a line is done.
  void add_body() {
    if (row_ == nullptr || !scope_.inferred[id_]) return;
    for (const BodyLine& line : body_lines(*row_, site_))
      add("formula", std::string(line.left.substr(0, line.left.find('['))),
          {{{"", std::string(line.left)}, {std::string(line.sign), std::string(line.right)}}, words_of(line)});
  }

  static std::string words_of(const BodyLine& line) {
    if (line.is_prepared) return "of what is stored, before the first run";
    if (line.points.is(0)) return "no arithmetic is counted";
    const std::string points = result_text(line.points);
    if (line.is_contraction) return fmt::format("{} MACs", points);
    return fmt::format("{} at each of {} points", in_words(line.effort), points);
  }

  void add_parameters(const std::vector<const Parameter*>& parameters) {
    const std::optional<Quantity> total = figures_.of_layer(Metric::parameters, scope_id_, id_);
    if (!total || total->value.is(0)) return;
    Worked worked = worked_parameters(parameters, nest_ ? &*nest_ : nullptr, site_, scope_, total->value);
    worked.remark = remark_of_count(total->value);
    add("parameters", "parameters", std::move(worked), total->value);
  }

  void add_macs() {
    const std::optional<Quantity> macs = figures_.of_layer(Metric::macs, scope_id_, id_);
    if (!macs || macs->value.is(0)) return;
    Worked worked;
    if (nest_ && nest_->formula->is_contraction() && nest_->points() == macs->value) {
      if (std::optional<Worked> convolution = macs_of_convolution(*nest_, site_, macs->value)) {
        worked = std::move(*convolution);
      } else {
        worked = macs_of_nest(*nest_, macs->value);
      }
    } else {
      worked.steps.push_back({"", result_text(macs->value)});
    }
    worked.remark = remark_of_count(macs->value);
    add("macs", "MACs", std::move(worked), macs->value);
    const std::optional<Quantity> effective = figures_.of_layer(Metric::effective_macs, scope_id_, id_);
    if (!effective || effective->value == macs->value) return;
    add("effective_macs", "effective MACs", {{{"", result_text(effective->value)}}, "without what is known to be zero"},
        effective->value);
  }

  void add_flops() {
    const std::optional<Quantity> macs = figures_.of_layer(Metric::macs, scope_id_, id_);
    const std::optional<Quantity> flops = figures_.of_layer(Metric::flops, scope_id_, id_);
    if (!flops || flops->value.is(0) || !macs || !macs->value.is(0)) return;
    Worked worked{{{"", result_text(flops->value)}}, {}};
    const auto* per_element = row_ == nullptr ? nullptr : std::get_if<PerElement>(&row_->meaning);
    const Shape& output = site_.output(0).type.shape;
    if (per_element != nullptr && output.known()) {
      const Effort& effort = per_element->effort;
      const Dim each = effort.add + effort.mul + effort.div + effort.compare + effort.special;
      if (each * output.elements() == flops->value)
        worked.steps.insert(worked.steps.begin(), {"", fmt::format("{} * {}", each.text(), product_text(output))});
      if (worked.steps.size() > 1) worked.steps[1].relation = "=";
    }
    worked.remark = kinds();
    add("flops", "FLOPs", std::move(worked), flops->value);
  }

  /// `3,136 mul, 12,544 add`; what is one kind only is called by it.
  [[nodiscard]] std::string kinds() const {
    static constexpr std::array<Metric, 5> kKinds{Metric::add, Metric::mul, Metric::div, Metric::compare, Metric::special};
    std::vector<std::pair<std::string_view, Dim>> kinds;
    for (const Metric kind : kKinds) {
      const std::optional<Quantity> count = figures_.of_layer(kind, scope_id_, id_);
      if (count && !count->value.is(0)) kinds.emplace_back(name_of(kind), count->value);
    }
    if (kinds.size() == 1) return std::string(kinds.front().first);
    std::string text;
    for (const auto& [name, count] : kinds) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", result_text(count), name);
    return text;
  }

  void add_memory() {
    const std::optional<Quantity> written = figures_.of_layer(Metric::bytes_written, scope_id_, id_);
    if (written && written->value.is(0)) return;  // a view of its operand
    Dim total;
    std::string terms;
    for (std::size_t output = 0; output < site_.output_count(); ++output) {
      if (!site_.has_output(output)) continue;
      const Type& type = site_.output(output).type;
      const std::optional<int> bits = bits_of(type.dtype);
      if (type.kind != Kind::tensor || !type.shape.known() || !bits || *bits % 8 != 0) return;
      total += type.shape.elements() * (*bits / 8);
      terms += fmt::format("{}{} * {}", terms.empty() ? "" : " + ", *bits / 8, product_text(type.shape));
    }
    if (terms.empty() || total.is(0)) return;
    const std::string rounded = short_bytes(total);
    add("memory", "memory", {{{"", terms}, {"=", result_text(total)}}, rounded.empty() ? "bytes" : rounded}, total);
  }

  /// What an element of the output depends on, from what an element of the input does.
  void add_receptive_field() {
    if (!nest_ || nest_->windows.empty() || nest_->positions.empty() || !site_.has_input(0) || !site_.has_output(0)) return;
    const ReceptiveFields& fields = figures_.analysis().receptive_fields();
    const Node& node = site_.node();
    const std::vector<InputField> before = fields.of(node.inputs[0], figures_.analysis().shapes);
    const std::vector<InputField> after = fields.of(node.outputs[0], figures_.analysis().shapes);
    const std::size_t axes = nest_->windows.size();
    if (before.size() != 1 || after.size() != 1 || before[0].axes.size() != axes || after[0].axes.size() != axes) return;
    std::vector<Worked> lines;
    for (std::size_t axis = 0; axis < axes; ++axis) {
      const AxisField& from = before[0].axes[axis];
      const AxisField& to = after[0].axes[axis];
      if (from.kind != AxisField::Kind::extent || to.kind != AxisField::Kind::extent || !from.jump.is_whole()) return;
      const Window& window = nest_->windows[axis];
      const std::vector<Letter> letters{
          {"R", from.size}, {"D", Dim(window.dilation)}, {"K", window.kernel}, {"J", from.jump.over}};
      if (from.size + Dim(window.dilation) * (window.kernel - 1) * from.jump.over != to.size) return;
      lines.push_back(worked_out("R + D(K-1)J", letters, to.size));
      if (axis > 0 && lines[axis].text() == lines.front().text()) continue;
      add("receptive_field", axes == 1 || axis == 0 ? "receptive field" : "receptive field, axis " + std::to_string(axis + 1),
          lines[axis], to.size);
    }
  }

  /// What the lines of the layers in a repeated body stand for.
  void add_iterations() {
    const auto call = std::find_if(scope_.calls.begin(), scope_.calls.end(), [&](const Call& each) { return each.node == id_; });
    if (call == scope_.calls.end()) return;
    const std::optional<Repetition>& repetition =
        figures_.network().graphs[figures_.analysis().shapes.scopes[call->scope].graph].repetition;
    if (!repetition) return;
    const std::string remark =
        repetition->index.empty() ? "one round follows" : fmt::format("round {0} follows, {0} from 0", repetition->index);
    add("rounds", "rounds", {{{"", result_text(repetition->count)}}, remark}, repetition->count);
  }

  void add_gradients() {
    if (row_ == nullptr || !scope_.inferred[id_]) return;
    const GradientCost& cost = figures_.analysis().training().nodes[scope_id_][id_];
    const Gradients gradients = gradients_of(*row_, site_, graph_);
    for (const LayerFormula& formula : gradients.forward) {
      const WrittenEquation& equation = formula.equation;
      add("formula", "layer", {{{"", equation.left}, {equation.relation, equation.right}}, formula.words});
    }
    for (const Gradient& gradient : gradients.of_inputs) {
      std::string remark = gradient.words.empty() ? "" : gradient.words + "; ";
      const bool is_needed =
          gradient.macs.is(0) || !cost.is_known || !cost.input_macs.is(0) || (gradient.input && is_stored(*gradient.input));
      if (!is_needed) remark += "not needed, as nothing before it is learned; ";
      if (gradient.shape.known()) remark += fmt::format("shape {}", gradient.shape.text());
      if (!gradient.macs.is(0)) remark += fmt::format(", {} MACs", result_text(gradient.macs));
      const WrittenEquation& equation = gradient.equation;
      add("gradient", equation.left.substr(0, equation.left.find('[')),
          {{{"", equation.left}, {equation.relation, equation.right}}, std::move(remark)},
          gradient.macs.is(0) ? std::nullopt : std::optional(gradient.macs));
    }
    const std::optional<Quantity> macs = figures_.of_layer(Metric::macs, scope_id_, id_);
    if (!cost.is_known || !macs) return;
    const std::vector<Letter> letters{{"M", macs->value}, {"X", cost.input_macs}, {"G", cost.weight_macs}};
    const Dim total = macs->value + cost.input_macs + cost.weight_macs;
    if (total.is(0)) return;
    Worked worked = worked_out("M + X + G", letters, total);
    worked.remark = "forward, gradient of the input, gradient of the weights";
    add("training_macs", "training MACs", std::move(worked), total);
  }

  [[nodiscard]] bool is_stored(std::size_t input) const { return graph_.tensors[site_.node().inputs[input]].stored != kNone; }

  const Figures& figures_;
  ScopeId scope_id_;
  const Scope& scope_;
  const Graph& graph_;
  NodeId id_;
  const Operator* row_;
  OpContext site_;
  std::vector<WorkedLine>& lines_;
  std::optional<BoundNest> nest_;
};

}  // namespace

WorkedLayers::WorkedLayers(const Figures& figures, const WorkedOptions& options) : figures_(&figures), options_(options) {
  for (const Parameter& parameter : figures.analysis().parameters.rows)
    if (figures.analysis().parameters.counts(parameter) && parameter.counted_at != kNone)
      parameters_[{parameter.graph, parameter.counted_at}].push_back(&parameter);
}

std::vector<WorkedLine> WorkedLayers::lines_of(ScopeId scope, NodeId node) const {
  std::vector<WorkedLine> lines;
  const auto parameters = parameters_.find({figures_->analysis().shapes.scopes[scope].graph, node});
  static const std::vector<const Parameter*> kNoParameters;
  try {
    LayerWriter(*figures_, scope, node, lines)
        .write(parameters == parameters_.end() ? kNoParameters : parameters->second, options_);
  } catch (const AlgebraError&) {
    // Past 128 bits: the passes have reported it; what was worked out before stays.
  }
  return lines;
}

}  // namespace macroscope
