// Rows of the table of layers: which are there?  Modules by path, layers below them, in which order, and what is folded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/tables/figures.h"

namespace macroscope {

struct LayerTreeOptions {
  /// Levels of modules that are rolled up; 0: layers alone.
  std::size_t depth = 0;
  /// Largest first; empty: in the model's order.
  std::optional<Metric> sort;
  /// Rows of modules and layers at most, the largest ones; the rest is folded into one row beside them.  0: all.
  std::size_t top = 0;
  /// What sums are wanted of.
  std::vector<Metric> metrics;
  /// For people: where there are more than `top` rows, repeated layers are one, and if rows are folded still the largest come first.
  bool is_digest = false;
};

/// What layers are weighed by where nothing was asked for: the first of MACs, FLOPs, parameters and bytes written that the model has any of.
[[nodiscard]] Metric usual_weight(const Figures& figures);

class LayerTree {
 public:
  struct Row {
    RowKind kind = RowKind::entry;
    std::uint32_t level = 0;
    /// A layer's node; an index for sums of modules and others.
    std::uint32_t index = 0;
    /// Layers that it stands for; of an entry several where layers repeat.
    std::uint32_t layers = 1;
    /// A module's path.
    std::string_view path{};
    /// Of repeated layers: their place among repeats(), otherwise kNone.
    std::uint32_t repeat = kNone;
  };

  LayerTree(const Figures& figures, LayerTreeOptions options);

  /// Parents before their children.  Rows of one level and parent add up to that parent, those of level 0 to the model.
  [[nodiscard]] const std::vector<Row>& rows() const noexcept { return rows_; }
  [[nodiscard]] std::optional<Quantity> of(const Row& row, Metric metric) const noexcept;
  /// Layers that an entry stands for.
  [[nodiscard]] const std::vector<NodeId>& repeated(const Row& row) const { return repeats_[row.repeat].nodes; }
  /// What rows are weighed by: what they are sorted by, or the usual.
  [[nodiscard]] Metric estimated_by() const noexcept { return estimated_by_; }

 private:
  struct Item {
    std::uint32_t parent = kNone;  // an item that is a module
    std::uint32_t index = 0;       // node or module
    std::uint32_t level = 0;
    bool is_module = false;
    bool is_kept = true;
    double weight = 0;
    std::uint32_t repeat = kNone;
  };
  struct Repeat {
    std::vector<NodeId> nodes;
    std::vector<Sum> sums;
  };
  struct Module {
    std::string_view path;
    std::uint32_t item = 0;
    std::uint32_t layers = 0;
    std::vector<Sum> sums;
    std::vector<std::uint32_t> children{};  // items
  };

  void collect();
  void join_repeats();
  std::uint32_t module_item(std::string_view path, std::uint32_t parent, std::uint32_t level);
  void add_to_modules(std::uint32_t item, NodeId node);
  void add(std::vector<Sum>& sums, NodeId node) const;
  [[nodiscard]] double weight_of(const Dim& quantity) const;
  void estimate();
  void choose();
  void emit();
  void emit_children(const std::vector<std::uint32_t>& children, std::uint32_t level);
  void emit_others(const std::vector<std::uint32_t>& folded, std::uint32_t level);

  const Figures* figures_;
  LayerTreeOptions options_;
  Metric estimated_by_ = Metric::macs;
  std::vector<Item> items_;
  std::vector<Module> modules_;
  std::unordered_map<std::string_view, std::uint32_t> module_by_path_;
  std::vector<Row> rows_;
  std::vector<std::vector<Sum>> others_;
  std::vector<Repeat> repeats_;
  bool is_largest_first_ = false;
};

}  // namespace macroscope
