#include "reports/tables/totals_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "reports/tables/totals.h"

namespace macroscope {
namespace {

struct Convention {
  std::string_view id;
  std::string_view words;
};

constexpr Convention kConventions[] = {
    {"parameters",
     "Elements of stored weights and biases. A tensor with several readers counts once, at the first of them; running "
     "statistics, "
     "quantisation scales and constants are counted apart."},
    {"effective_parameters", "Parameters without weights that a mask switches off."},
    {"statistics", "Running mean and variance of normalisations."},
    {"quantisation", "Scales and zero points."},
    {"constants", "Stored numbers that steer operators: sizes, limits, initial states."},
    {"weight_bytes", "Bytes of all stored tensors that something reads, in their stored types."},
    {"macs",
     "Multiplications together with the addition that accumulates them, inside contractions: convolutions, matrix products, "
     "attention, "
     "recurrent cells. Work on padding counts. No biases, no normalisation, no activations. 1 MAC = 2 FLOPs."},
    {"effective_macs",
     "MACs without work on what is known to be zero: taps in the padding, what a transposed convolution crops, keys behind a "
     "causal "
     "mask, masked weights."},
    {"flops", "2 for each floating-point MAC, and add + mul + div + compare + special."},
    {"int_ops", "2 for each MAC on integers; they are no FLOPs."},
    {"add", "Floating-point additions and subtractions outside of MACs, biases included."},
    {"mul", "Floating-point multiplications outside of MACs."},
    {"div", "Floating-point divisions."},
    {"compare", "Floating-point comparisons, absolute values, roundings."},
    {"special", "Evaluations of exp, log, erf, sqrt, sin and the like, each counted as one."},
    {"activation_bytes", "Bytes of the outputs of all layers, without views, constants and the integers of shape arithmetic."},
    {"peak.bytes",
     "The most that is alive at once, weights aside, when layers run in the order of the file. A tensor lives from the layer "
     "that makes it "
     "to the last one that reads it."},
    {"bytes_read", "Bytes of all inputs of each layer, stored weights included, each read once a layer."},
    {"bytes_written", "Bytes of all outputs of each layer."},
    {"training.input_gradient_macs", "MACs of the gradients of what layers read, for layers that hand a gradient on."},
    {"training.weight_gradient_macs", "MACs of the gradients of weights that learn."},
    {"training.macs", "Forward and both gradients of one step, side outputs included."},
    {"training.learned_parameters", "Parameters that get a gradient."},
    {"training.weight_bytes", "Bytes of the weights in the type that the step computes in."},
    {"training.master_bytes", "Bytes of the copies of weights in float32 that mixed precision keeps."},
    {"training.gradient_bytes", "Bytes of a gradient for each parameter that learns."},
    {"training.optimizer", "Keeps no copy of each learned parameter (SGD), one (momentum) or two (Adam)."},
    {"training.optimizer_bytes", "Bytes of those copies."},
    {"training.saved_bytes", "Bytes of activations that backward needs again."},
    {"training.bytes", "Weights, copies, gradients, state of the optimizer and saved activations together."},
    {"training.recomputation.segments", "Pieces that the model falls into if activations are kept only between them."},
    {"training.recomputation.saved_bytes", "Bytes that are kept then, with those of the piece that is computed again."},
    {"training.recomputation.macs", "MACs that are computed a second time for it."},
};

std::string_view convention_of(std::string_view id) {
  if (id.starts_with("macs_by_dtype.")) return "MACs that are computed in this type.";
  const auto* found = std::find_if(std::begin(kConventions), std::end(kConventions),
                                   [&](const Convention& convention) { return convention.id == id; });
  return found == std::end(kConventions) ? std::string_view() : found->words;
}

/// Kinds of FLOPs go by their own names, as in tables of layers.
std::string id_of(const std::string& group, std::string_view key) {
  return group.empty() || group == "flops_by_kind" ? std::string(key) : fmt::format("{}.{}", group, key);
}

class Rows {
 public:
  /// Groups in groups, as deep as the document is.
  void add(const std::string& group, const std::vector<Total>& totals) {
    for (const Total& total : totals)
      std::visit([&](const auto& value) { add_total(id_of(group, total.key), value); }, total.value);
  }

  [[nodiscard]] Table table() && {
    Table table;
    table.columns = {{"quantity", "quantity", ColumnType::name},
                     {"total", "total", ColumnType::count},
                     {"convention", "how it is counted", ColumnType::text}};
    table.row_count = rows_.size();
    table.row = [rows = std::move(rows_)](std::size_t index) { return rows[index]; };
    return table;
  }

 private:
  void add_total(const std::string& id, const std::vector<Total>& group) { add(id, group); }
  void add_total(std::string id, const std::optional<Quantity>& quantity) {
    add_row(std::move(id), quantity ? Cell(*quantity) : Cell(UnknownCell{}));
  }
  void add_total(std::string id, std::string_view word) { add_row(std::move(id), std::string(word)); }
  /// What marks lower bounds elsewhere is no total.
  void add_total(const std::string& /*id*/, bool /*is_complete*/) {}

  void add_row(std::string id, Cell cell) {
    std::string words(convention_of(id));
    rows_.push_back({RowKind::entry, 0, {std::move(id), std::move(cell), std::move(words)}});
  }

  std::vector<Row> rows_;
};

}  // namespace

Table totals_table(const Figures& figures) {
  Rows rows;
  rows.add({}, totals_of(figures));
  return std::move(rows).table();
}

}  // namespace macroscope
