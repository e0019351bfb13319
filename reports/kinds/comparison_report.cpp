#include "reports/kinds/comparison_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "reports/kinds/comparison_words.h"
#include "reports/notation/json_writer.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

using Layout = JsonWriter::Layout;

/// What is shown of each layer, most telling first.
constexpr std::array<Metric, 4> kShown{Metric::macs, Metric::parameters, Metric::flops, Metric::bytes_written};

Cell cell_of(const std::optional<Quantity>& quantity) { return quantity ? Cell(*quantity) : Cell(UnknownCell{}); }

/// With its unit, as all of a column are shown together: `13,576,986 B`.
Cell total_text(const std::optional<Quantity>& quantity, Metric metric) {
  if (!quantity) return UnknownCell{};
  if (!is_bytes(metric) || !quantity->value.integer()) return *quantity;
  return fmt::format("{}{} B", quantity->at_least ? ">= " : "", grouped(quantity->value));
}

Table table_of(std::vector<Column> columns, std::vector<Row> rows) {
  Table table;
  table.columns = std::move(columns);
  table.row_count = rows.size();
  table.row = [rows = std::move(rows)](std::size_t index) { return rows[index]; };
  return table;
}

Table totals_table(const Comparison& comparison) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const auto metric = static_cast<Metric>(i);
    const std::optional<Quantity> before = comparison.at_example(comparison.before().totals[i]);
    const std::optional<Quantity> after = comparison.at_example(comparison.after().totals[i]);
    if ((!before && !after) || (before && after && before->value.is(0) && after->value.is(0))) continue;
    rows.push_back({RowKind::entry,
                    0,
                    {std::string(words_for(metric)), total_text(before, metric), total_text(after, metric),
                     total_text(difference(before, after), metric), change_in_words(before, after)}});
  }
  return table_of({{"figure", "figure", ColumnType::name},
                   {"before", "before", ColumnType::count},
                   {"after", "after", ColumnType::count},
                   {"difference", "difference", ColumnType::count},
                   {"change", "change", ColumnType::count}},
                  std::move(rows));
}

/// Adds up what layers of one kind of change do to a figure.
std::optional<Quantity> sum_of(const Comparison& comparison, const std::vector<std::size_t>& places, Metric metric) {
  Quantity sum;
  try {
    for (const std::size_t place : places) {
      const std::optional<Quantity> changed = comparison.difference_of(place, metric);
      if (changed) sum.value += changed->value;
      sum.at_least = sum.at_least || !changed || changed->at_least;
    }
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
  return comparison.at_example(sum);
}

std::vector<std::size_t> places_of(const Comparison& comparison, ChangeKind kind) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < comparison.layers().size(); ++i)
    if (comparison.layers()[i].kind == kind) places.push_back(i);
  return places;
}

Table causes_table(const Comparison& comparison) {
  std::vector<Column> columns{{"kind", "layers that are", ColumnType::name}, {"layers", "layers", ColumnType::number}};
  for (const Metric metric : kShown) columns.push_back({name_of(metric), words_for(metric), ColumnType::count});
  std::vector<Row> rows;
  for (std::size_t kind = kChangeKinds; kind > 0; --kind) {
    const auto change = static_cast<ChangeKind>(kind - 1);
    const std::vector<std::size_t> places = places_of(comparison, change);
    if (places.empty()) continue;
    Row row{RowKind::entry, 0, {std::string(name_of(change)), Quantity{Dim::of_size(places.size())}}};
    for (const Metric metric : kShown) row.cells.push_back(cell_of(sum_of(comparison, places, metric)));
    rows.push_back(std::move(row));
  }
  return table_of(std::move(columns), std::move(rows));
}

struct Sides {
  const LayerRecord* before = nullptr;
  const LayerRecord* after = nullptr;
};

Sides sides_of(const Comparison& comparison, std::size_t place) {
  const LayerMatch& match = comparison.layers()[place].match;
  return {match.before ? &comparison.before().layers[*match.before] : nullptr,
          match.after ? &comparison.after().layers[*match.after] : nullptr};
}

std::string both(const Sides& sides, std::string LayerRecord::*text) {
  const std::string old_text = sides.before == nullptr ? std::string() : sides.before->*text;
  const std::string new_text = sides.after == nullptr ? std::string() : sides.after->*text;
  if (old_text.empty() || new_text.empty() || old_text == new_text) return new_text.empty() ? old_text : new_text;
  return fmt::format("{} -> {}", old_text, new_text);
}

std::size_t shown_of(const Comparison& comparison, std::size_t top) {
  const std::size_t all = comparison.changed().size();
  return top == 0 || all <= top + 1 ? all : top;
}

void write_model(JsonWriter& json, std::string_view key, const ModelRecord& model) {
  json.key(key);
  json.begin_object();
  json.member("path", model.path);
  json.member("name", model.name);
  json.member("complete", model.is_complete);
  json.end_object();
}

void write_totals(JsonWriter& json, const Comparison& comparison) {
  json.key("totals");
  json.begin_object(Layout::lines);
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const std::optional<Quantity>& before = comparison.before().totals[i];
    const std::optional<Quantity>& after = comparison.after().totals[i];
    if (!before && !after) continue;
    json.key(name_of(static_cast<Metric>(i)));
    json.begin_object();
    json.member("before", before);
    json.member("after", after);
    json.member("difference", difference(before, after));
    json.end_object();
  }
  json.end_object();
}

void write_layer(JsonWriter& json, const Comparison& comparison, std::size_t place) {
  const Sides sides = sides_of(comparison, place);
  const auto side = [&](std::string_view key, const LayerRecord* layer) {
    json.key(key);
    if (layer == nullptr) return json.null();
    json.begin_object();
    json.member("name", layer->name);
    json.member("op", layer->op);
    json.member("shapes", layer->shapes);
    json.end_object();
  };
  json.begin_object();
  json.member("change", name_of(comparison.layers()[place].kind));
  side("before", sides.before);
  side("after", sides.after);
  json.key("difference");
  json.begin_object();
  for (const Metric metric : kLayerMetrics) json.member(name_of(metric), comparison.difference_of(place, metric));
  json.end_object();
  json.end_object();
}

/// The layers that changed.
Table changes_of(const Comparison& comparison, std::size_t top) {
  std::vector<Column> columns{{"change", "change", ColumnType::text},
                              {"layer", "layer", ColumnType::name},
                              {"operator", "operator", ColumnType::text},
                              {"shapes", "output", ColumnType::text, true}};
  for (const Metric metric : kShown)
    columns.push_back({name_of(metric), words_for(metric), ColumnType::count, metric != comparison.metric()});
  const std::size_t shown = shown_of(comparison, top);
  const std::vector<std::size_t> rest(comparison.changed().begin() + static_cast<std::ptrdiff_t>(shown),
                                      comparison.changed().end());
  Table table;
  table.columns = std::move(columns);
  table.row_count = shown + (rest.empty() ? 0 : 1);
  table.row = [&comparison, shown, rest](std::size_t index) {
    if (index == shown) {
      Row row{RowKind::others, 0, {std::string(), fmt::format("[{} others]", grouped(rest.size())), {}, {}}};
      for (const Metric metric : kShown) row.cells.push_back(cell_of(sum_of(comparison, rest, metric)));
      return row;
    }
    const std::size_t place = comparison.changed()[index];
    const Sides sides = sides_of(comparison, place);
    Row row{RowKind::entry,
            0,
            {std::string(name_of(comparison.layers()[place].kind)), ModelText{both(sides, &LayerRecord::name)},
             ModelText{both(sides, &LayerRecord::op)}, ModelText{both(sides, &LayerRecord::shapes)}}};
    for (const Metric metric : kShown)
      row.cells.push_back(cell_of(comparison.at_example(comparison.difference_of(place, metric))));
    return row;
  };
  return table;
}

bool has_open_figures(const Comparison& comparison) {
  const auto is_open = [](const std::optional<Quantity>& total) { return total && !total->value.integer(); };
  return std::any_of(comparison.before().totals.begin(), comparison.before().totals.end(), is_open) ||
         std::any_of(comparison.after().totals.begin(), comparison.after().totals.end(), is_open);
}

/// `batch = 1, length = 512`, of the sizes that totals depend on.
std::string words_of(const Bindings& sizes) {
  constexpr std::size_t kNamed = 4;
  std::string words;
  std::size_t named = 0;
  for (const auto& [name, size] : sizes) {
    if (named++ == kNamed) return words + " ...";
    words += fmt::format("{}{} = {}", words.empty() ? "" : ", ", name, size.text());
  }
  return words;
}

std::vector<Section> sections_of(const Comparison& comparison, std::size_t top) {
  std::vector<Section> sections;
  if (!comparison.before().is_complete || !comparison.after().is_complete)
    sections.push_back(
        {"incomplete", "Incomplete",
         Lines{"Some operators have no cost rule: figures are lower bounds, and differences what is known of them."}, true});
  if (comparison.before().bindings != comparison.after().bindings)
    sections.push_back({"bindings", "Sizes", Lines{"The models do not have the same sizes bound."}, true});
  sections.push_back({"words", "", Remark{comparison_in_words(comparison)}});
  if (has_open_figures(comparison))
    sections.push_back({"example", "",
                        Remark{fmt::format("Numbers at {}; --set changes them, and --format json has the formulas.",
                                           words_of(comparison.example()))}});
  sections.push_back({"totals", "Totals", totals_table(comparison)});
  if (comparison.changed().empty()) {
    sections.push_back({"changes", "Changes", Lines{"no layer changed"}});
    return sections;
  }
  sections.push_back({"causes", "What causes the differences", causes_table(comparison)});
  sections.push_back({"changes", "Changes", changes_of(comparison, top)});
  return sections;
}

/// Schema macroscope-compare/1.
void render_json(const Comparison& comparison, JsonWriter& json) {
  json.begin_object(Layout::lines);
  json.member("schema", "macroscope-compare/1");
  write_model(json, "before", comparison.before());
  write_model(json, "after", comparison.after());
  write_totals(json, comparison);
  json.key("counts");
  json.begin_object();
  for (std::size_t kind = 0; kind < kChangeKinds; ++kind)
    json.member(name_of(static_cast<ChangeKind>(kind)),
                Dim::of_size(places_of(comparison, static_cast<ChangeKind>(kind)).size()));
  json.end_object();
  json.member("sorted_by", name_of(comparison.metric()));
  json.key("changes");
  json.begin_array(Layout::lines);
  for (const std::size_t place : comparison.changed()) write_layer(json, comparison, place);
  json.end_array();
  json.end_object();
}

}  // namespace

Comparison::Comparison(ModelRecord before, ModelRecord after, std::optional<Metric> metric)
    : before_(std::move(before)), after_(std::move(after)), layers_(compare_layers(before_, after_)) {
  if (metric) {
    metric_ = *metric;
  } else {
    for (const Metric candidate : kShown) {
      metric_ = candidate;
      if (!by_effect(layers_, candidate, before_, after_).empty()) break;
    }
  }
  // Symbols of one name are one size in both models.
  std::set<std::string> used;
  for (const ModelRecord* model : {&before_, &after_})
    for (const std::optional<Quantity>& total : model->totals)
      if (total)
        for (std::string& symbol : total->value.symbols()) used.insert(std::move(symbol));
  Bindings sizes;
  for (const ModelRecord* model : {&before_, &after_})
    for (const auto& [name, size] : model->example)
      if (used.contains(name)) sizes.emplace(name, size);
  example_ = SizePoint(sizes);
  changed_ = by_effect(layers_, metric_, before_, after_);
  std::vector<bool> is_listed(layers_.size());
  for (const std::size_t place : changed_) is_listed[place] = true;
  // Changes that this figure does not show still are changes.
  for (std::size_t kind = kChangeKinds; kind > 0; --kind)
    for (std::size_t i = 0; i < layers_.size(); ++i)
      if (!is_listed[i] && layers_[i].kind == static_cast<ChangeKind>(kind - 1) && layers_[i].kind != ChangeKind::same)
        changed_.push_back(i);
}

std::optional<Quantity> Comparison::at_example(const std::optional<Quantity>& quantity) const {
  if (!quantity || quantity->value.integer()) return quantity;
  std::optional<Dim> number = example_.value_of(quantity->value);
  return number ? std::optional(Quantity{std::move(*number), quantity->at_least}) : quantity;
}

Report report_of(const Comparison& comparison, std::size_t top) {
  Report report;
  report.title.text = fmt::format("{} -> {}", comparison.before().path, comparison.after().path);
  report.subject = comparison.after().path;
  report.sections = [&comparison, top](const Room& /*room*/) { return sections_of(comparison, top); };
  report.rows = [&comparison] { return changes_of(comparison, 0); };
  report.fields = [&comparison](JsonWriter& json) { render_json(comparison, json); };
  return report;
}

}  // namespace macroscope
