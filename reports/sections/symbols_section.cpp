#include "reports/sections/symbols_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/passes/shapes/input_places.h"

namespace macroscope {
namespace {

/// In a short report.
constexpr std::size_t kListedSizes = 6;

/// What gives sizes their values.
class Givers {
 public:
  explicit Givers(const Figures& figures) : figures_(figures), places_(figures.network(), figures.analysis().shapes) {}

  /// `input_ids, axis 1`; `the data, at NonZero /mask/NonZero`.
  [[nodiscard]] std::string of(const Symbol& symbol) {
    if (symbol.origin == SymbolOrigin::input) return place_in_inputs(symbol);
    const std::string_view what = symbol.origin == SymbolOrigin::data ? "the data" : "rounds of a loop";
    const std::string maker = maker_of(symbol.name);
    return maker.empty() ? std::string(what) : fmt::format("{}, at {}", what, maker);
  }

 private:
  [[nodiscard]] std::string place_in_inputs(const Symbol& symbol) const {
    const InputPlaces::Place* const place = places_.find(symbol);
    if (place == nullptr) return "an input";
    return fmt::format("{}, axis {}", figures_.network().main().tensors[place->input].name, place->axis);
  }

  /// The node whose result a symbol is called after: `x`, `x_2`, `x[0]`, `x_dim_1`.
  [[nodiscard]] std::string maker_of(std::string_view name) {
    if (makers_.empty()) find_makers();
    for (std::size_t end = name.size(); end > 0; end = name.find_last_of("_[", end - 1)) {
      if (end == std::string_view::npos) break;
      const auto maker = makers_.find(name.substr(0, end));
      if (maker != makers_.end()) return maker->second;
    }
    return {};
  }

  void find_makers() {
    for (const Graph& graph : figures_.network().graphs)
      for (const Node& node : graph.nodes)
        for (const TensorId output : node.outputs) {
          if (output == kAbsent) continue;
          const std::string_view tensor = graph.tensors[output].name;
          const std::string op = shown_operator(node.domain, node.op);
          makers_.try_emplace(tensor, fmt::format("{} {}", op, node.name.empty() ? tensor : node.name));
        }
  }

  const Figures& figures_;
  InputPlaces places_;
  std::unordered_map<std::string_view, std::string> makers_;
};

/// Those that the totals depend on, the inputs' first.
std::vector<const Symbol*> symbols_of_totals(const Figures& figures) {
  std::vector<Dim> totals;
  for (const Metric metric : columns_of_layers()) {
    if (metric == Metric::training_macs) continue;
    if (std::optional<Quantity> total = figures.total(metric)) totals.push_back(std::move(total->value));
  }
  std::vector<const Dim*> pointers;
  pointers.reserve(totals.size());
  for (const Dim& total : totals) pointers.push_back(&total);
  std::vector<const Symbol*> symbols = figures.analysis().example_point().used_in(pointers, figures.network().symbols);
  std::stable_sort(symbols.begin(), symbols.end(), [](const Symbol* a, const Symbol* b) { return a->origin < b->origin; });
  if (symbols.size() > kListedSizes) symbols.resize(kListedSizes);
  return symbols;
}

std::vector<const Symbol*> all_symbols(const Figures& figures) {
  std::vector<const Symbol*> symbols;
  for (const Symbol& symbol : figures.network().symbols.all()) symbols.push_back(&symbol);
  return symbols;
}

}  // namespace

std::optional<Section> symbols_section(const Figures& figures, bool has_all) {
  const std::vector<const Symbol*> symbols = has_all ? all_symbols(figures) : symbols_of_totals(figures);
  if (symbols.empty()) return std::nullopt;
  Table table;
  table.columns = {
      {"id", "open size", ColumnType::text}, {"example", "e.g.", ColumnType::number}, {"origin", "fixed by", ColumnType::name}};
  const bool has_names =
      std::any_of(symbols.begin(), symbols.end(), [](const Symbol* symbol) { return symbol->name != symbol->id; });
  if (has_names) table.columns.push_back({"name", "name in the model", ColumnType::name, true});
  const Bindings& sizes = figures.analysis().example_point().sizes();
  Givers givers(figures);
  std::vector<Row> rows;
  rows.reserve(symbols.size());
  for (const Symbol* symbol : symbols) {
    const auto size = sizes.find(symbol->id);
    Row row;
    row.cells = {symbol->id, size == sizes.end() ? Cell() : Cell(Quantity{size->second}), ModelText{givers.of(*symbol)}};
    if (has_names) row.cells.push_back(symbol->name == symbol->id ? Cell() : Cell(ModelText{symbol->name}));
    rows.push_back(std::move(row));
  }
  table.row_count = rows.size();
  table.row = [rows = std::move(rows)](std::size_t index) { return rows[index]; };
  return Section{"symbols", "Open sizes", std::move(table)};
}

}  // namespace macroscope
