#include "reports/tables/layer_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/notation/number_text.h"
#include "reports/tables/layer_cells.h"
#include "reports/tables/memory_figures.h"
#include "reports/tables/receptive_field_text.h"
#include "reports/tables/repeated_layers.h"

namespace macroscope {
namespace {

/// Columns of a bar that stands for the whole.
constexpr std::size_t kBarCells = 20;

/// Makes the rows of a table when they are asked for.
class LayerRows {
 public:
  LayerRows(const Figures& figures, std::vector<const LayerColumn*> columns, LayerTreeOptions options, bool has_total)
      : figures_(&figures),
        columns_(std::move(columns)),
        has_total_(has_total),
        tree_(figures, std::move(options)),
        whole_(figures.total(tree_.estimated_by())),
        cells_(figures, 0) {
    const std::vector<bool>& side = figures.network().main().auxiliary_nodes;
    has_auxiliary_ = has_total && std::find(side.begin(), side.end(), true) != side.end();
    find_unaccounted();
    if (std::any_of(columns_.begin(), columns_.end(), [](const LayerColumn* c) { return c->shows(LayerDetail::live_bytes); }))
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
        std::any_of(columns_.begin(), columns_.end(), [](const LayerColumn* c) { return c->shows(Metric::parameters); });
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
    const Metric* metric = column.metric();
    if (metric == nullptr) return column.shows(LayerDetail::name) ? Cell(std::string("[less: only in training]")) : Cell();
    if (*metric == Metric::training_macs) return Quantity{};
    std::optional<Quantity> side = auxiliary_of(*metric).quantity();
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
    if (const Metric* metric = column.metric()) return quantity_cell(tree_.of(row, *metric));
    const LayerDetail detail = std::get<LayerDetail>(column.content);
    if (detail == LayerDetail::example) return example_cell(tree_.of(row, tree_.estimated_by()));
    if (detail == LayerDetail::share) return share_cell(tree_.of(row, tree_.estimated_by()));
    if (detail == LayerDetail::bar) return bar_cell(tree_.of(row, tree_.estimated_by()));
    if (detail == LayerDetail::live_bytes) return live_cell(row);
    switch (row.kind) {
      case RowKind::module:
        return module_cell(row, detail);
      case RowKind::others:
        return detail == LayerDetail::name ? Cell(fmt::format("[{} others]", grouped(row.layers))) : Cell();
      case RowKind::entry:
      case RowKind::total:
        break;
    }
    return layer_cell(row, detail);
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

  static Cell module_cell(const LayerTree::Row& row, LayerDetail detail) {
    if (detail == LayerDetail::name) return ModelText{std::string(row.path.substr(row.path.rfind('/') + 1)) + '/'};
    if (detail == LayerDetail::path) return ModelText{std::string(row.path)};
    if (detail == LayerDetail::shown_operator) return counted(row.layers, "layer");
    return {};
  }

  Cell layer_cell(const LayerTree::Row& row, LayerDetail detail) const {
    const Graph& graph = figures_->network().main();
    const Node& node = graph.nodes[row.index];
    if (detail == LayerDetail::name && row.repeat != kNone) return ModelText{name_of_repeated(graph, tree_.repeated(row))};
    if (detail == LayerDetail::name) return ModelText{name_below(row, node, shown_name(graph, node))};
    if (detail == LayerDetail::receptive_field) return receptive_field_text(*figures_, first_of(node.outputs));
    if (detail == LayerDetail::jump) return receptive_field_jump_text(*figures_, first_of(node.outputs));
    return cells_.of(row.index, detail);
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
    if (!quantity || !whole_) return {};
    const std::optional<double> share = constant_share(quantity->value, whole_->value);
    if (share) return Share{*share};
    const ExamplePoint& point = figures_->analysis().example_point();
    const std::optional<Dim> part = point.value_of(quantity->value), whole = point.value_of(whole_->value);
    return part && whole && !whole->is(0) ? Cell(Share{approximate(*part) / approximate(*whole)}) : Cell();
  }

  /// What the table is about, as a number at the example sizes.
  Cell example_cell(const std::optional<Quantity>& quantity) const {
    if (!quantity) return UnknownCell{};
    std::optional<Dim> number = figures_->analysis().example_point().value_of(quantity->value);
    return number ? Cell(Quantity{std::move(*number), quantity->at_least}) : Cell(UnknownCell{});
  }

  /// Of the whole, so that bars of different tables compare.
  Cell bar_cell(const std::optional<Quantity>& quantity) const {
    const Cell share = share_cell(quantity);
    const auto* fraction = std::get_if<Share>(&share);
    return fraction == nullptr ? Cell() : Cell(bar_of(fraction->fraction, kBarCells));
  }

  Cell total_cell(const LayerColumn& column) const {
    if (const Metric* metric = column.metric()) return quantity_cell(figures_->total(*metric));
    if (column.shows(LayerDetail::example)) return example_cell(figures_->total(tree_.estimated_by()));
    if (column.shows(LayerDetail::name)) return std::string("TOTAL");
    if (column.shows(LayerDetail::live_bytes)) return quantity_cell(figures_->total(Metric::peak_bytes));
    if (column.shows(LayerDetail::shown_operator)) return counted(figures_->network().main().nodes.size(), "layer");
    return {};
  }

  Cell unaccounted_cell(const LayerColumn& column) const {
    if (column.shows(Metric::parameters)) return Quantity{unaccounted_};
    if (column.metric() != nullptr) return Quantity{};
    return column.shows(LayerDetail::name) ? Cell(std::string("[stored, in no layer]")) : Cell();
  }

  const Figures* figures_;
  std::vector<const LayerColumn*> columns_;
  bool has_total_;
  LayerTree tree_;
  /// What rows are shares of.
  std::optional<Quantity> whole_;
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

Table layer_table(const Figures& figures, const std::vector<const LayerColumn*>& columns, const LayerTreeOptions& options,
                  bool has_total) {
  Table table;
  LayerTreeOptions wanted = options;
  for (const LayerColumn* column : columns) {
    table.columns.push_back(column->column);
    if (const Metric* metric = column->metric()) wanted.metrics.push_back(*metric);
  }
  const auto rows = std::make_shared<const LayerRows>(figures, columns, std::move(wanted), has_total);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i]->shows(LayerDetail::share)) table.columns[i].title = rows->share_title();
    if (columns[i]->shows(LayerDetail::example)) table.columns[i].title = rows->example_title();
  }
  table.row_count = rows->size();
  table.row = [rows](std::size_t index) { return rows->row(index); };
  return table;
}

}  // namespace macroscope
