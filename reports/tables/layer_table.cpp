#include "reports/tables/layer_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include "reports/notation/number_text.h"
#include "reports/tables/layer_cells.h"
#include "reports/tables/memory_figures.h"
#include "reports/tables/receptive_field_text.h"
#include "reports/tables/repeated_layers.h"

namespace macroscope {
namespace {

/// What comes before and behind the quantities.
constexpr LayerColumn kFirstColumns[] = {
    {{"index", "#", ColumnType::number}},          {{"name", "layer", ColumnType::name}},
    {{"operator", "operator", ColumnType::text}},  {{"op", "op", ColumnType::text}},
    {{"domain", "domain", ColumnType::text}},      {{"path", "module", ColumnType::name}},
    {{"input_shape", "input", ColumnType::shape}}, {{"output_shape", "output", ColumnType::shape}},
    {{"dtype", "type", ColumnType::text}},
};
constexpr LayerColumn kLastColumns[] = {
    {{"receptive_field", "receptive field", ColumnType::text}},
    {{"jump", "jump", ColumnType::text}},
    {{"fan_in", "fan in", ColumnType::number}},
    {{"fan_out", "fan out", ColumnType::number}},
    {{"he", "He sigma", ColumnType::text}},
    {{"xavier", "Xavier sigma", ColumnType::text}},
    {{"live_bytes", "bytes alive", ColumnType::bytes}},
    {{"formula", "formula", ColumnType::text}},
    {{"status", "status", ColumnType::status}},
    {{"bar", "", ColumnType::text, true}},
};

std::vector<LayerColumn> all_columns() {
  std::vector<LayerColumn> columns(std::begin(kFirstColumns), std::end(kFirstColumns));
  for (const Metric metric : columns_of_layers()) {
    const ColumnType type = is_bytes(metric) ? ColumnType::bytes : ColumnType::count;
    columns.push_back({{name_of(metric), title_of(metric), type, metric == Metric::flops}, metric});
    if (metric == Metric::macs) columns.push_back({{"example", "example", ColumnType::count}});
    if (metric == Metric::macs) columns.push_back({{"share", "share", ColumnType::percent}});
  }
  columns.insert(columns.end(), std::begin(kLastColumns), std::end(kLastColumns));
  return columns;
}

/// Columns of a bar that stands for the whole.
constexpr std::size_t kBarCells = 20;

/// In letters of either case, and with words joined by spaces or `_`.
bool is_same_title(std::string_view title, std::string_view word) {
  const auto plain = [](unsigned char c) { return c == '_' ? ' ' : std::tolower(c); };
  return !title.empty() && std::equal(title.begin(), title.end(), word.begin(), word.end(),
                                      [&](unsigned char a, unsigned char b) { return plain(a) == plain(b); });
}

constexpr std::string_view kExampleEnding = " e.g.";

/// `MACs e.g.`: of the column of numbers at the example sizes, by Metric.
std::string_view example_title_of(Metric metric) {
  static const std::vector<std::string> kTitles = [] {
    std::vector<std::string> titles;
    for (std::size_t i = 0; i < kMetrics; ++i)
      titles.push_back(fmt::format("{}{}", title_of(static_cast<Metric>(i)), kExampleEnding));
    return titles;
  }();
  return kTitles[static_cast<std::size_t>(metric)];
}

/// Makes the rows of a table when they are asked for.
class LayerRows {
 public:
  LayerRows(const Figures& figures, std::vector<const LayerColumn*> columns, LayerTreeOptions options, bool has_total)
      : figures_(&figures),
        columns_(std::move(columns)),
        has_total_(has_total),
        tree_(figures, std::move(options)),
        cells_(figures, 0) {
    const std::vector<bool>& side = figures.network().main().auxiliary_nodes;
    has_auxiliary_ = has_total && std::find(side.begin(), side.end(), true) != side.end();
    find_unaccounted();
    if (std::any_of(columns_.begin(), columns_.end(), [](const LayerColumn* c) { return c->column.id == "live_bytes"; }))
      find_live();
  }

  [[nodiscard]] std::string_view share_title() const noexcept { return share_title_of(tree_.estimated_by()); }
  [[nodiscard]] std::string_view example_title() const { return example_title_of(tree_.estimated_by()); }
  [[nodiscard]] std::size_t size() const noexcept {
    return tree_.rows().size() + (has_auxiliary_ ? 1 : 0) + (has_unaccounted_ ? 1 : 0) + (has_total_ ? 1 : 0);
  }

  [[nodiscard]] Row row(std::size_t index) const {
    if (index < tree_.rows().size()) return row_of(tree_.rows()[index]);
    std::size_t below = index - tree_.rows().size();
    if (has_auxiliary_ && below-- == 0)
      return row_of(RowKind::others, [this](const LayerColumn& column) { return auxiliary_cell(column); });
    if (has_unaccounted_ && below == 0)
      return row_of(RowKind::others, [this](const LayerColumn& column) { return unaccounted_cell(column); });
    return row_of(RowKind::total, [this](const LayerColumn& column) { return total_cell(column); });
  }

 private:
  /// Weights that no layer of the model reads by itself: outputs of the model, and those of graphs that never run.
  void find_unaccounted() {
    const bool shows_parameters =
        std::any_of(columns_.begin(), columns_.end(), [](const LayerColumn* c) { return c->metric == Metric::parameters; });
    if (!shows_parameters || !has_total_) return;
    Sum sum;
    for (NodeId node = 0; node < figures_->network().main().nodes.size(); ++node)
      sum.add(figures_->of_layer(Metric::parameters, 0, node));
    const std::optional<Quantity> in_layers = sum.quantity();
    const std::optional<Quantity> total = figures_->total(Metric::parameters);
    if (!in_layers || !total) return;
    unaccounted_ = total->value - (in_layers->value - auxiliary_of(Metric::parameters).quantity().value_or(Quantity{}).value);
    has_unaccounted_ = !unaccounted_.is(0);
  }

  /// Of the layers that only side outputs need: rows show them, and the total leaves them out.
  [[nodiscard]] Sum auxiliary_of(Metric metric) const {
    Sum sum;
    const Graph& graph = figures_->network().main();
    for (NodeId node = 0; node < graph.auxiliary_nodes.size(); ++node)
      if (graph.auxiliary_nodes[node]) sum.add(figures_->of_layer(metric, 0, node));
    return sum;
  }

  [[nodiscard]] Cell auxiliary_cell(const LayerColumn& column) const {
    if (!column.metric) return column.column.id == "name" ? Cell(std::string("[less: only in training]")) : Cell();
    if (*column.metric == Metric::training_macs) return Quantity{};
    std::optional<Quantity> side = auxiliary_of(*column.metric).quantity();
    if (side) side->value = -side->value;
    return quantity_cell(std::move(side));
  }

  template <typename CellOf>
  Row row_of(RowKind kind, CellOf cell_of) const {
    Row row{kind, 0, {}};
    for (const LayerColumn* column : columns_) row.cells.push_back(cell_of(*column));
    return row;
  }

  Row row_of(const LayerTree::Row& from) const {
    Row row{from.kind, from.level, {}};
    row.cells.reserve(columns_.size());
    for (const LayerColumn* column : columns_) row.cells.push_back(cell(from, *column));
    return row;
  }

  static Cell quantity_cell(std::optional<Quantity> quantity) {
    if (!quantity) return UnknownCell{};
    return std::move(*quantity);
  }

  Cell cell(const LayerTree::Row& row, const LayerColumn& column) const {
    if (column.metric) return quantity_cell(tree_.of(row, *column.metric));
    if (column.column.id == "example") return example_cell(tree_.of(row, tree_.estimated_by()));
    if (column.column.id == "share") return share_cell(tree_.of(row, tree_.estimated_by()));
    if (column.column.id == "bar") return bar_cell(tree_.of(row, tree_.estimated_by()));
    if (column.column.id == "live_bytes") return live_cell(row);
    switch (row.kind) {
      case RowKind::module:
        return module_cell(row, column.column.id);
      case RowKind::others:
        return column.column.id == "name" ? Cell(fmt::format("[{} others]", grouped(row.layers))) : Cell();
      case RowKind::entry:
      case RowKind::total:
        break;
    }
    return layer_cell(row, column.column.id);
  }

  void find_live() {
    const auto& nodes = figures_->network().main().nodes;
    live_ = live_bytes(*figures_);
    by_path_.resize(nodes.size());
    std::iota(by_path_.begin(), by_path_.end(), NodeId{0});
    std::sort(by_path_.begin(), by_path_.end(), [&](NodeId a, NodeId b) { return nodes[a].path < nodes[b].path; });
  }

  /// Of a module: the most of its layers.
  Cell live_cell(const LayerTree::Row& row) const {
    if (row.kind == RowKind::entry) return quantity_cell(live_[row.index]);
    if (row.kind != RowKind::module) return {};
    // Its own layers are kept together in the order of paths, and so are those of all modules in it.
    const std::string inside = std::string(row.path) + '/';
    std::vector<std::optional<Quantity>> of_module;
    const auto add_from = [&](std::string_view start, auto belongs) {
      const auto path_of = [&](NodeId node) { return std::string_view(figures_->network().main().nodes[node].path); };
      const auto first = std::lower_bound(by_path_.begin(), by_path_.end(), start,
                                          [&](NodeId node, std::string_view path) { return path_of(node) < path; });
      for (auto node = first; node != by_path_.end() && belongs(path_of(*node)); ++node) of_module.push_back(live_[*node]);
    };
    add_from(row.path, [&](std::string_view path) { return path == row.path; });
    add_from(inside, [&](std::string_view path) { return path.starts_with(inside); });
    return quantity_cell(largest_of(of_module));
  }

  static Cell module_cell(const LayerTree::Row& row, std::string_view column) {
    if (column == "name") return ModelText{std::string(row.path.substr(row.path.rfind('/') + 1)) + '/'};
    if (column == "path") return ModelText{std::string(row.path)};
    if (column == "operator") return counted(row.layers, "layer");
    return {};
  }

  Cell layer_cell(const LayerTree::Row& row, std::string_view column) const {
    const Graph& graph = figures_->network().main();
    const Node& node = graph.nodes[row.index];
    if (column == "name" && row.repeat != kNone) return ModelText{name_of_repeated(graph, tree_.repeated(row))};
    if (column == "name") return ModelText{name_below(row, node, shown_name(graph, node))};
    if (column == "receptive_field") return receptive_field_text(*figures_, first_of(node.outputs));
    if (column == "jump") return receptive_field_jump_text(*figures_, first_of(node.outputs));
    return cells_.of(row.index, column);
  }

  /// Below its module a layer needs no path in its name.
  static std::string name_below(const LayerTree::Row& row, const Node& node, std::string_view name) {
    std::string_view rest = name.substr(name.starts_with('/') ? 1 : 0);
    const bool is_in_path =
        row.level > 0 && rest.size() > node.path.size() && rest.starts_with(node.path) && rest[node.path.size()] == '/';
    return std::string(is_in_path ? rest.substr(node.path.size() + 1) : name);
  }

  static TensorId first_of(std::span<const TensorId> tensors) { return tensors.empty() ? kAbsent : tensors.front(); }

  Cell share_cell(const std::optional<Quantity>& quantity) const {
    const std::optional<Quantity> total = figures_->total(tree_.estimated_by());
    if (!quantity || !total) return {};
    const std::optional<double> share = NominalEstimate::share_of(quantity->value, total->value);
    if (share) return Share{*share};
    const Bindings& sizes = figures_->analysis().example_point().sizes;
    const std::optional<Dim> part = value_at(quantity->value, sizes), whole = value_at(total->value, sizes);
    return part && whole && !whole->is(0) ? Cell(Share{approximate(*part) / approximate(*whole)}) : Cell();
  }

  /// What the table is about, as a number at the example sizes.
  Cell example_cell(const std::optional<Quantity>& quantity) const {
    if (!quantity) return UnknownCell{};
    std::optional<Dim> number = value_at(quantity->value, figures_->analysis().example_point().sizes);
    return number ? Cell(Quantity{std::move(*number), quantity->at_least}) : Cell(UnknownCell{});
  }

  /// Of the whole, so that bars of different tables compare.
  Cell bar_cell(const std::optional<Quantity>& quantity) const {
    const Cell share = share_cell(quantity);
    const auto* fraction = std::get_if<Share>(&share);
    return fraction == nullptr ? Cell() : Cell(bar_of(fraction->fraction, kBarCells));
  }

  Cell total_cell(const LayerColumn& column) const {
    if (column.metric) return quantity_cell(figures_->total(*column.metric));
    if (column.column.id == "example") return example_cell(figures_->total(tree_.estimated_by()));
    if (column.column.id == "name") return std::string("TOTAL");
    if (column.column.id == "live_bytes") return quantity_cell(figures_->total(Metric::peak_bytes));
    if (column.column.id == "operator") return counted(figures_->network().main().nodes.size(), "layer");
    return {};
  }

  Cell unaccounted_cell(const LayerColumn& column) const {
    if (column.metric == Metric::parameters) return Quantity{unaccounted_};
    if (column.metric) return Quantity{};
    return column.column.id == "name" ? Cell(std::string("[stored, in no layer]")) : Cell();
  }

  const Figures* figures_;
  std::vector<const LayerColumn*> columns_;
  bool has_total_;
  LayerTree tree_;
  LayerCells cells_;
  /// By node, if there is a column for it.
  std::vector<std::optional<Quantity>> live_;
  /// Nodes by their paths, where live_ is told of modules as well.
  std::vector<NodeId> by_path_;
  Dim unaccounted_;
  bool has_unaccounted_ = false;
  bool has_auxiliary_ = false;
};

}  // namespace

std::span<const LayerColumn> layer_columns() noexcept {
  static const std::vector<LayerColumn> kColumns = all_columns();
  return kColumns;
}

const LayerColumn* find_layer_column(std::string_view id) noexcept {
  for (const LayerColumn& column : layer_columns())
    if (column.column.id == id) return &column;
  return nullptr;
}

const LayerColumn* layer_column_called(std::string_view word) noexcept {
  if (const LayerColumn* column = find_layer_column(word)) return column;
  if (word.starts_with('%')) return find_layer_column("share");  // its title says of what: `% MACs`
  if (word.ends_with(kExampleEnding)) return find_layer_column("example");
  for (const LayerColumn& column : layer_columns())
    if (is_same_title(column.column.title, word)) return &column;
  return nullptr;
}

Table layer_table(const Figures& figures, std::vector<const LayerColumn*> columns, const LayerTreeOptions& options,
                  bool has_total) {
  Table table;
  LayerTreeOptions wanted = options;
  for (const LayerColumn* column : columns) {
    table.columns.push_back(column->column);
    if (column->metric) wanted.metrics.push_back(*column->metric);
  }
  const auto rows = std::make_shared<const LayerRows>(figures, std::move(columns), std::move(wanted), has_total);
  for (Column& column : table.columns) {
    if (column.id == "share") column.title = rows->share_title();
    if (column.id == "example") column.title = rows->example_title();
  }
  table.row_count = rows->size();
  table.row = [rows](std::size_t index) { return rows->row(index); };
  return table;
}

}  // namespace macroscope
