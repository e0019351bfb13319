// Columns of a table of layers: what can it show of each, and what is each column called?
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "analyzer/record/metric.h"
#include "reports/document/report.h"

namespace macroscope {

/// What a column shows that is no quantity counted for every layer.
enum class LayerDetail : std::uint8_t {
  // Said by any layer, wherever it is.
  index,
  name,
  shown_operator,
  op,
  domain,
  path,
  input_shape,
  output_shape,
  dtype,
  fan_in,
  fan_out,
  he,
  xavier,
  formula,
  status,
  // Of layers of the main graph alone.
  receptive_field,
  jump,
  live_bytes,
  // Of the quantity that the table is about.
  example,
  share,
  bar
};

/// What a column shows.
using LayerContent = std::variant<LayerDetail, Metric>;

struct LayerColumn {
  Column column;
  LayerContent content;

  /// Null where it shows no quantity.
  [[nodiscard]] const Metric* metric() const noexcept { return std::get_if<Metric>(&content); }
  [[nodiscard]] bool shows(LayerContent what) const noexcept { return content == what; }
};

/// Every column there is, in the order of documentation.
[[nodiscard]] std::span<const LayerColumn> layer_columns() noexcept;
/// Every detail has one, and so does each of columns_of_layers().
[[nodiscard]] const LayerColumn& layer_column(LayerContent content) noexcept;
/// Those that show these, in this order.
[[nodiscard]] std::vector<const LayerColumn*> layer_columns(std::initializer_list<LayerContent> contents);
/// By its id or by the title that tables print, in letters of either case: `output_shape`, `output`, `MACs`, `% macs`.  Null if none is.
[[nodiscard]] const LayerColumn* layer_column_called(std::string_view word) noexcept;

/// `MACs e.g.`: the title of the column of numbers at the example sizes.
[[nodiscard]] std::string_view example_title_of(Metric metric);

}  // namespace macroscope
