#include "reports/sections/structure_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "analyzer/algebra/nominal_estimate.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

/// Rows of each of these tables that people read; a report with all rows has all.
constexpr std::size_t kRows = 6;

std::size_t rows_shown(const ReportOptions& options, std::size_t rows) {
  const bool has_all = options.top.value_or(0) == 0 || rows == kRows + 1;
  return has_all ? rows : std::min({rows, options.top.value_or(0), kRows});
}

/// Where layers stand, in few words: the module path that they share, otherwise from the first to the last.
ModelText place_of(const Figures& figures, ScopeId scope, const std::vector<NodeId>& layers) {
  if (layers.empty()) return {};
  std::string text(name_in(figures, scope, layers.front()));
  if (layers.size() > 1) text += fmt::format(" .. {}", name_in(figures, scope, layers.back()));
  return {std::move(text)};
}

Table table_of(std::vector<Column> columns, std::vector<Row> rows) {
  Table table;
  table.columns = std::move(columns);
  table.row_count = rows.size();
  table.row = [rows = std::move(rows)](std::size_t index) { return rows[index]; };
  return table;
}

// Structure: growth and gradients.

std::string growth_text(const DenseBlock& block) {
  const Dim last = block.first + block.growth * Dim::of_size(block.count());
  return fmt::format("{} layers: {} + {}*{} = {} channels", block.count(), grouped(block.first), grouped(block.growth),
                     block.count(), grouped(last));
}

/// `64 + 128 + 32 + 32`.
std::string branches_text(const Concatenation& concatenation) {
  static constexpr std::size_t kMost = 8;
  std::string text;
  for (std::size_t i = 0; i < concatenation.branches.size() && i < kMost; ++i)
    text += fmt::format("{}{}", i == 0 ? "" : " + ", grouped(concatenation.branches[i].channels));
  if (concatenation.branches.size() > kMost) text += " + ...";
  return fmt::format("{} = {} channels", text, grouped(concatenation.channels));
}

std::string count_text(const PathCount& count) {
  if (const auto number = count.number(); number && *number < 1'000'000'000) return grouped(static_cast<std::size_t>(*number));
  return fmt::format("2^{:.1f}", count.log2());
}

std::string range_text(std::uint32_t least, std::uint32_t most, std::string_view noun) {
  std::string text = noun.empty() ? grouped(std::size_t{most}) : counted(most, noun);
  return least == most ? text : fmt::format("{} to {}", grouped(std::size_t{least}), text);
}

std::string number_of(const Paths& paths) { return paths.count == PathCount(1) ? "1 path" : count_text(paths.count) + " paths"; }

std::string lengths_of(const Paths& paths) {
  return fmt::format("of {}, {} weighted", range_text(paths.shortest, paths.longest, "layer"),
                     range_text(paths.fewest_weighted, paths.most_weighted, ""));
}

/// The ways between all inputs and all outputs; where the inputs take no gradient (indices of words), those back to the deepest layer.
Paths whole_ways(const GradientFlow& flow) {
  Paths whole;
  for (const auto& [output, paths] : flow.to_outputs) add_paths(whole, paths);
  if (!whole.count.is_zero()) return whole;
  for (const Paths& paths : flow.from_node)
    if (std::pair(paths.most_weighted, paths.longest) > std::pair(whole.most_weighted, whole.longest)) whole = paths;
  return whole;
}

void add_gradient(Summary& lines, const GradientFlow& flow) {
  const Paths ways = whole_ways(flow);
  if (ways.most_weighted == 0) return;
  lines.push_back({"Gradient", number_of(ways), ColumnType::text,
                   fmt::format("{}; sigma^L for 0.9: {:.3e} to {:.3e}", lengths_of(ways), std::pow(0.9, ways.most_weighted),
                               std::pow(0.9, ways.fewest_weighted))});
}

void add_growth(Summary& lines, const Figures& figures, const ReportOptions& options) {
  const ChannelGrowth& growth = figures.analysis().findings().growth;
  const std::size_t blocks = rows_shown(options, growth.blocks.size());
  for (std::size_t i = 0; i < blocks; ++i) {
    const DenseBlock& block = growth.blocks[i];
    lines.push_back(
        {i == 0 ? "Dense blocks" : "", place_of(figures, block.scope, block.layers), ColumnType::name, growth_text(block)});
  }
  if (blocks < growth.blocks.size())
    lines.push_back({"", fmt::format("[{} others]", grouped(growth.blocks.size() - blocks)), ColumnType::text});
  for (const bool is_module : {true, false}) {
    std::vector<const Concatenation*> rows;
    for (const Concatenation& concatenation : growth.concatenations)
      if ((concatenation.input != kAbsent) == is_module) rows.push_back(&concatenation);
    const std::size_t shown =
        rows.size() > kRows && options.top.value_or(0) != 0 ? rows_shown(options, rows.size()) : rows.size();
    for (std::size_t i = 0; i < shown; ++i)
      lines.push_back({i > 0       ? ""
                       : is_module ? "Modules"
                                   : "Concatenated",
                       place_of(figures, rows[i]->scope, {rows[i]->node}), ColumnType::name, branches_text(*rows[i])});
    if (shown < rows.size()) lines.push_back({"", fmt::format("[{} others]", grouped(rows.size() - shown)), ColumnType::text});
  }
}

// Savings against plain twins.

std::string_view words_for(Structure structure) {
  switch (structure) {
    case Structure::bottleneck:
      return "1x1 bottleneck";
    case Structure::separable:
      return "depthwise separable";
    case Structure::grouped:
      return "grouped";
    case Structure::factorised:
      return "n x 1 and 1 x n";
    case Structure::stacked:
      return "stacked small kernels";
    case Structure::dilated:
      return "dilated";
    case Structure::low_rank:
      return "low rank";
    case Structure::masked:
      return "masked";
    case Structure::convolution:
      break;
  }
  return "convolution, against a dense layer";
}

/// All structures of a kind together, where their sum is known.
struct KindOfSaving {
  Structure kind = Structure::bottleneck;
  std::size_t count = 0;
  Dim macs, twin_macs, parameters, twin_parameters;
  bool is_too_large = false;
};

std::vector<KindOfSaving> by_kind(const std::vector<Saving>& savings) {
  std::map<Structure, KindOfSaving> kinds;
  for (const Saving& saving : savings) {
    KindOfSaving& kind = kinds[saving.kind];
    kind.kind = saving.kind;
    ++kind.count;
    try {
      kind.macs += saving.macs;
      kind.twin_macs += saving.twin_macs;
      kind.parameters += saving.parameters;
      kind.twin_parameters += saving.twin_parameters;
    } catch (const AlgebraError&) {
      kind.is_too_large = true;
    }
  }
  std::vector<KindOfSaving> rows;
  rows.reserve(kinds.size());
  for (auto& [structure, kind] : kinds) rows.push_back(std::move(kind));
  return rows;
}

Cell share_cell(const Dim& kept, const Dim& whole) {
  const std::optional<double> share = constant_share(kept, whole);
  return share && *share <= 1 ? Cell(Share{1 - *share}) : Cell();
}

double saved_weight(const Dim& macs, const Dim& dense_baseline) { return nominal_weight(dense_baseline) - nominal_weight(macs); }

/// A row a kind, and below it the structures that save most.
Section savings_section(const Figures& figures, const ReportOptions& options) {
  const std::vector<Saving>& savings = figures.analysis().findings().savings;
  std::vector<KindOfSaving> kinds = by_kind(savings);
  // What every convolution saves comes last: the rest tells one network from others.
  const auto is_common = [](const KindOfSaving& kind) { return kind.kind == Structure::convolution; };
  std::stable_sort(kinds.begin(), kinds.end(), [&](const KindOfSaving& a, const KindOfSaving& b) {
    if (is_common(a) != is_common(b)) return is_common(b);
    return saved_weight(a.macs, a.twin_macs) > saved_weight(b.macs, b.twin_macs);
  });
  std::vector<Row> rows;
  for (const KindOfSaving& kind : kinds) {
    const auto quantity = [&](const Dim& dim) { return kind.is_too_large ? Cell(UnknownCell{}) : Cell(Quantity{dim}); };
    rows.push_back(
        {RowKind::module,
         0,
         {std::string(words_for(kind.kind)), Quantity{Dim::of_size(kind.count)}, quantity(kind.macs), quantity(kind.twin_macs),
          share_cell(kind.macs, kind.twin_macs), quantity(kind.parameters), quantity(kind.twin_parameters)}});
    std::vector<const Saving*> members;
    for (const Saving& saving : savings)
      if (saving.kind == kind.kind) members.push_back(&saving);
    sort_largest_first(members, [](const Saving* saving) { return saved_weight(saving->macs, saving->twin_macs); });
    const std::size_t shown = options.top.value_or(0) == 0 ? members.size() : std::min<std::size_t>(members.size(), 2);
    for (std::size_t i = 0; i < shown; ++i) {
      const Saving& saving = *members[i];
      rows.push_back(
          {RowKind::entry,
           1,
           {place_of(figures, saving.scope, saving.layers), Cell(), Quantity{saving.macs}, Quantity{saving.twin_macs},
            share_cell(saving.macs, saving.twin_macs), Quantity{saving.parameters}, Quantity{saving.twin_parameters}}});
    }
  }
  return {"savings", "Structures and their plain twins",
          table_of({{"structure", "structure", ColumnType::name},
                    {"count", "found", ColumnType::number},
                    {"macs", "MACs", ColumnType::count},
                    {"twin_macs", "plain twin's", ColumnType::count},
                    {"saved", "% saved", ColumnType::percent},
                    {"parameters", "parameters", ColumnType::count, true},
                    {"twin_parameters", "plain twin's", ColumnType::count, true}},
                   std::move(rows))};
}

// What could be left out.

std::string_view words_for(Redundancy redundancy) {
  switch (redundancy) {
    case Redundancy::foldable:
      return "norms that fold into the layer before";
    case Redundancy::tied:
      return "weights that layers share (saved already)";
    case Redundancy::unused:
      return "stored, read by nothing";
    case Redundancy::dead:
      return "nodes that no output needs";
    case Redundancy::identity:
      return "nodes that give back their input";
    case Redundancy::constant:
      return "the same in each run";
    case Redundancy::cancelling:
      return "pairs that undo each other";
    case Redundancy::repeated:
      return "computed twice";
    case Redundancy::by_default:
      break;
  }
  return "weights, or tables and masks";
}

struct KindOfRedundancy {
  std::size_t count = 0;
  Opportunity sum;
  std::string example;
  bool is_too_large = false;
};

Section redundancy_section(const Figures& figures) {
  std::map<Redundancy, KindOfRedundancy> kinds;
  for (const Opportunity& opportunity : figures.analysis().findings().redundancies) {
    KindOfRedundancy& kind = kinds[opportunity.kind];
    if (kind.count++ == 0) {
      const Graph& graph = figures.network().graphs[figures.analysis().shapes.scopes[opportunity.scope].graph];
      kind.example = opportunity.tensors.empty() ? place_of(figures, opportunity.scope, opportunity.layers).text
                                                 : std::string(graph.tensors[opportunity.tensors.front()].name);
    }
    try {
      kind.sum.nodes += opportunity.nodes;
      kind.sum.parameters += opportunity.parameters;
      kind.sum.flops += opportunity.flops;
      kind.sum.bytes += opportunity.bytes;
    } catch (const AlgebraError&) {
      kind.is_too_large = true;
    }
  }
  std::vector<Row> rows;
  for (const auto& [redundancy, kind] : kinds) {
    const auto quantity = [&, is_too_large = kind.is_too_large](const Dim& dim) {
      return dim.is(0) ? Cell() : is_too_large ? Cell(UnknownCell{}) : Cell(Quantity{dim});
    };
    rows.push_back(
        {RowKind::entry,
         0,
         {std::string(words_for(redundancy)), Quantity{Dim::of_size(kind.count)}, quantity(Dim::of_size(kind.sum.nodes)),
          quantity(kind.sum.parameters), quantity(kind.sum.flops), quantity(kind.sum.bytes), ModelText{kind.example}}});
  }
  return {"redundancies", "What could be left out",
          table_of({{"finding", "could be left out", ColumnType::text},
                    {"count", "found", ColumnType::number},
                    {"nodes", "nodes", ColumnType::number},
                    {"parameters", "parameters", ColumnType::count},
                    {"flops", "FLOPs", ColumnType::count},
                    {"bytes", "bytes", ColumnType::bytes},
                    {"first", "the first of them", ColumnType::name, true}},
                   std::move(rows))};
}

// Cuts.

ModelText tensors_text(const Figures& figures, const Cut& cut) {
  static constexpr std::size_t kNamed = 3;
  std::string text;
  for (std::size_t i = 0; i < cut.tensors.size() && i < kNamed; ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ", ", figures.network().main().tensors[cut.tensors[i]].name);
  if (cut.tensors.size() > kNamed) text += fmt::format(", and {} more", cut.tensors.size() - kNamed);
  return {std::move(text)};
}

/// As far as that is known.
bool leaves_both_their_share(const Cut& cut) {
  const std::optional<double> before = constant_share(cut.macs_before, cut.macs_before + cut.macs_after);
  const double least = static_cast<double>(kLeastShare) / 100;
  return before ? *before >= least && *before <= 1 - least : !cut.macs_before.is(0) && !cut.macs_after.is(0);
}

Section cuts_section(const Figures& figures, const ReportOptions& options) {
  const Cuts& cuts = *figures.analysis().cuts;
  std::vector<const Cut*> single;
  for (const Cut& cut : cuts.single)
    if (leaves_both_their_share(cut)) single.push_back(&cut);
  sort_largest_first(single, [](const Cut* cut) { return -nominal_weight(cut->bytes); });
  std::vector<Row> rows;
  const auto add = [&](std::string_view kind, const Cut& cut) {
    const std::optional<double> before = constant_share(cut.macs_before, cut.macs_before + cut.macs_after);
    rows.push_back({RowKind::entry,
                    0,
                    {std::string(kind), tensors_text(figures, cut), Quantity{cut.bytes}, before ? Cell(Share{*before}) : Cell(),
                     Quantity{Dim::of_size(cut.nodes_before)}}});
  };
  if (cuts.narrowest) add(cuts.is_at_nominal_sizes ? "narrowest (sizes of 64)" : "narrowest", *cuts.narrowest);
  const std::size_t shown = rows_shown(options, single.size());
  for (std::size_t i = 0; i < shown; ++i) add("one tensor", *single[i]);
  return {"cuts", "Where it can be split in two",
          table_of({{"cut", "cut", ColumnType::text},
                    {"tensors", "tensors that cross", ColumnType::name},
                    {"bytes", "bytes", ColumnType::bytes},
                    {"macs_before", "% MACs before", ColumnType::percent},
                    {"nodes_before", "nodes before", ColumnType::number}},
                   std::move(rows))};
}

}  // namespace

std::string_view name_in(const Figures& figures, ScopeId scope, NodeId node) {
  const Graph& graph = figures.network().graphs[figures.analysis().shapes.scopes[scope].graph];
  return shown_name(graph, graph.nodes[node]);
}

std::string paths_text(const Paths& paths) { return number_of(paths) + " " + lengths_of(paths); }

void add_structure_sections(std::vector<Section>& sections, const Figures& figures, const ReportOptions& options) {
  const Findings& findings = figures.analysis().findings();
  Summary lines;
  add_growth(lines, figures, options);
  add_gradient(lines, findings.gradients);
  if (!lines.empty()) sections.push_back({"structure", "Structure", std::move(lines)});
  if (!findings.savings.empty()) sections.push_back(savings_section(figures, options));
  if (!findings.redundancies.empty()) sections.push_back(redundancy_section(figures));
}

void add_cuts_section(std::vector<Section>& sections, const Figures& figures, const ReportOptions& options) {
  const std::optional<Cuts>& cuts = figures.analysis().cuts;
  if (cuts && (cuts->narrowest || !cuts->single.empty())) sections.push_back(cuts_section(figures, options));
}

}  // namespace macroscope
