#include "reports/tables/layer_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>
#include <vector>

namespace macroscope {
namespace {

/// What comes before and behind the quantities.
constexpr LayerColumn kFirstColumns[] = {
    {{"index", "#", ColumnType::number}, LayerDetail::index},
    {{"name", "layer", ColumnType::name}, LayerDetail::name},
    {{"operator", "operator", ColumnType::text}, LayerDetail::shown_operator},
    {{"op", "op", ColumnType::text}, LayerDetail::op},
    {{"domain", "domain", ColumnType::text}, LayerDetail::domain},
    {{"path", "module", ColumnType::name}, LayerDetail::path},
    {{"input_shape", "input", ColumnType::shape}, LayerDetail::input_shape},
    {{"output_shape", "output", ColumnType::shape}, LayerDetail::output_shape},
    {{"dtype", "type", ColumnType::text}, LayerDetail::dtype},
};
constexpr LayerColumn kLastColumns[] = {
    {{"receptive_field", "receptive field", ColumnType::text}, LayerDetail::receptive_field},
    {{"jump", "jump", ColumnType::text}, LayerDetail::jump},
    {{"fan_in", "fan in", ColumnType::number}, LayerDetail::fan_in},
    {{"fan_out", "fan out", ColumnType::number}, LayerDetail::fan_out},
    {{"he", "He sigma", ColumnType::text}, LayerDetail::he},
    {{"xavier", "Xavier sigma", ColumnType::text}, LayerDetail::xavier},
    {{"live_bytes", "bytes alive", ColumnType::bytes}, LayerDetail::live_bytes},
    {{"formula", "formula", ColumnType::text}, LayerDetail::formula},
    {{"status", "status", ColumnType::status}, LayerDetail::status},
    {{"bar", "", ColumnType::text, true}, LayerDetail::bar},
};
// What a table is about decides their titles, see layer_table().
constexpr LayerColumn kExample{{"example", "example", ColumnType::count}, LayerDetail::example};
constexpr LayerColumn kShare{{"share", "share", ColumnType::percent}, LayerDetail::share};

std::vector<LayerColumn> all_columns() {
  std::vector<LayerColumn> columns(std::begin(kFirstColumns), std::end(kFirstColumns));
  for (const Metric metric : columns_of_layers()) {
    const ColumnType type = is_bytes(metric) ? ColumnType::bytes : ColumnType::count;
    columns.push_back({{name_of(metric), title_of(metric), type, metric == Metric::flops}, metric});
    if (metric == Metric::macs) columns.insert(columns.end(), {kExample, kShare});
  }
  columns.insert(columns.end(), std::begin(kLastColumns), std::end(kLastColumns));
  return columns;
}

/// In letters of either case, and with words joined by spaces or `_`.
bool is_same_title(std::string_view title, std::string_view word) {
  const auto plain = [](unsigned char c) { return c == '_' ? ' ' : std::tolower(c); };
  return !title.empty() && std::equal(title.begin(), title.end(), word.begin(), word.end(),
                                      [&](unsigned char a, unsigned char b) { return plain(a) == plain(b); });
}

constexpr std::string_view kExampleEnding = " e.g.";

}  // namespace

std::span<const LayerColumn> layer_columns() noexcept {
  static const std::vector<LayerColumn> kColumns = all_columns();
  return kColumns;
}

const LayerColumn& layer_column(LayerContent content) noexcept {
  const auto columns = layer_columns();
  return *std::find_if(columns.begin(), columns.end(), [&](const LayerColumn& column) { return column.shows(content); });
}

std::vector<const LayerColumn*> layer_columns(std::initializer_list<LayerContent> contents) {
  std::vector<const LayerColumn*> columns;
  for (const LayerContent content : contents) columns.push_back(&layer_column(content));
  return columns;
}

const LayerColumn* layer_column_called(std::string_view word) noexcept {
  if (word.starts_with('%')) return &layer_column(LayerDetail::share);  // its title says of what: `% MACs`
  if (word.ends_with(kExampleEnding)) return &layer_column(LayerDetail::example);
  const auto columns = layer_columns();
  auto found = std::find_if(columns.begin(), columns.end(), [&](const LayerColumn& each) { return each.column.id == word; });
  if (found == columns.end())
    found = std::find_if(columns.begin(), columns.end(),
                         [&](const LayerColumn& each) { return is_same_title(each.column.title, word); });
  return found == columns.end() ? nullptr : &*found;
}

std::string_view example_title_of(Metric metric) {
  static const std::vector<std::string> kTitles = [] {
    std::vector<std::string> titles;
    for (std::size_t i = 0; i < kMetrics; ++i)
      titles.push_back(fmt::format("{}{}", title_of(static_cast<Metric>(i)), kExampleEnding));
    return titles;
  }();
  return kTitles[static_cast<std::size_t>(metric)];
}

}  // namespace macroscope
