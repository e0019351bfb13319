#include "reports/sections/receptive_field_section.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "reports/notation/number_text.h"
#include "reports/tables/receptive_field_text.h"
#include "reports/tables/receptive_path.h"

namespace macroscope {
namespace {

/// Outputs that have rows; those behind them are counted.
constexpr std::size_t kMostOutputs = 6;

std::string start_text(const AxisField& axis) { return axis.start.text(); }

std::string centres(const InputField& field) {
  bool has_extent = false, is_aligned = true;
  for (const AxisField& axis : field.axes) {
    if (axis.kind != AxisField::Kind::extent) continue;
    has_extent = true;
    is_aligned = is_aligned && axis.aligned;
  }
  return !has_extent ? "" : is_aligned ? "yes" : "no";
}

class Rows {
 public:
  explicit Rows(const Figures& figures)
      : figures_(figures),
        fields_(figures.analysis().receptive_fields()),
        shapes_(figures.analysis().shapes),
        graph_(figures.network().main()) {}

  std::vector<Row> make() {
    for (std::uint32_t input = 0; input < fields_.inputs.size(); ++input)
      if (const TensorId last = last_with_extents(figures_, input); last != kAbsent) add(last, input);
    std::size_t listed = 0;
    for (const TensorId output : graph_.outputs) {
      if (output == kAbsent || std::find(shown_.begin(), shown_.end(), output) != shown_.end()) continue;
      if (++listed > kMostOutputs) break;
      for (std::uint32_t input = 0; input < fields_.inputs.size(); ++input) add(output, input);
    }
    return std::move(rows_);
  }

 private:
  void add(TensorId tensor, std::uint32_t input) {
    for (const InputField& field : fields_.of(tensor, shapes_)) {
      if (field.input != input) continue;
      rows_.push_back({RowKind::entry,
                       0,
                       {ModelText{std::string(graph_.tensors[tensor].name)},
                        ModelText{std::string(graph_.tensors[fields_.inputs[input].tensor].name)}, size_text(field),
                        jump_text(field), axis_texts(field, start_text, false), centres(field)}});
      shown_.push_back(tensor);
    }
  }

  const Figures& figures_;
  const ReceptiveFields& fields_;
  const Shapes& shapes_;
  const Graph& graph_;
  std::vector<TensorId> shown_;
  std::vector<Row> rows_;
};

}  // namespace

std::optional<Section> receptive_field_section(const Figures& figures) {
  if (figures.analysis().receptive_fields().inputs.empty()) return std::nullopt;
  std::vector<Row> rows = Rows(figures).make();
  if (rows.empty()) return std::nullopt;
  Table table;
  table.columns = {{"tensor", "tensor", ColumnType::name}, {"input", "of input", ColumnType::name},
                   {"size", "size", ColumnType::text},     {"jump", "jump", ColumnType::text},
                   {"start", "start", ColumnType::text},   {"aligned", "centres agree", ColumnType::text}};
  table.row_count = rows.size();
  table.row = [rows = std::move(rows)](std::size_t index) { return rows[index]; };
  return Section{"receptive_field", "Receptive field", std::move(table)};
}

}  // namespace macroscope
