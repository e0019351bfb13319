#include "frontends/budget/budget_file.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "analyzer/diagnostics/suggestion.h"
#include "frontends/budget/amount.h"

namespace macroscope {
namespace {

constexpr std::int64_t kSchema = 1;
/// More than any budget has.  Dotted keys nest as deep as a line is long.
constexpr std::size_t kMostBytes = std::size_t{1} << 20U;
constexpr std::size_t kLongestLine = 8192;

using Names = std::span<const std::string_view>;
constexpr std::array<std::string_view, 3> kTopKeys{"schema", "defaults", "model"};
constexpr std::array<std::string_view, 1> kDefaultKeys{"unknown"};
constexpr std::array<std::string_view, 8> kModelKeys{"path", "bind", "max", "min", "warn", "growth", "ops", "layer"};
constexpr std::array<std::string_view, 4> kLimitKeys{"max", "min", "warn", "growth"};
constexpr std::array<std::string_view, 2> kOperatorKeys{"forbid", "max"};
constexpr std::array<std::string_view, 2> kGrowthKeys{"pct", "abs"};
constexpr std::array<std::string_view, 3> kPolicies{"fail", "warn", "allow"};

class BudgetReader {
 public:
  BudgetReader(std::string_view text, BudgetFile& file) : text_(text), file_(file) {}

  void read() {
    if (!is_of_sound_size()) return;
    toml::table document;
    try {
      document = toml::parse(text_);
    } catch (const toml::parse_error& error) {
      report(error.source(), std::string(error.description()));
      return;
    }
    for_each_key(document, "a budget file", kTopKeys, [&](std::string_view key, const toml::node& value, const TextOrigin& at) {
      if (key == "schema") read_schema(value);
      if (key == "defaults") read_defaults(value);
      if (key == "model") read_models(value, at);
    });
  }

 private:
  bool is_of_sound_size() {
    std::string_view mistake;
    if (text_.size() > kMostBytes) mistake = "a budget file has 1 MiB at most";
    int line = 1;
    int line_of_mistake = 1;
    for (std::size_t begin = 0; mistake.empty() && begin < text_.size(); ++line) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      if (end - begin > kLongestLine) {
        mistake = "a line of a budget file has 8192 characters at most";
        line_of_mistake = line;
      }
      begin = end + 1;
    }
    if (!mistake.empty())
      file_.diagnostics.push_back(
          {Severity::error, "budget-file", std::string(mistake), TextOrigin{line_of_mistake, 1, 1, {}}, {}});
    return mistake.empty();
  }

  TextOrigin origin_of(const toml::source_region& at) const {
    const bool is_one_line = at.begin.line == at.end.line && at.end.column > at.begin.column;
    return {static_cast<int>(at.begin.line), static_cast<int>(at.begin.column),
            is_one_line ? static_cast<int>(at.end.column - at.begin.column) : 1, line_of(at.begin.line)};
  }

  std::string line_of(std::uint32_t number) const {
    std::size_t start = 0;
    for (std::uint32_t line = 1; line < number; ++line) {
      start = text_.find('\n', start);
      if (start == std::string_view::npos) return {};
      ++start;
    }
    std::string_view line = text_.substr(start, text_.find('\n', start) - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return std::string(line);
  }

  void report(const toml::source_region& at, std::string message, std::string help = {}) {
    file_.diagnostics.push_back({Severity::error, "budget-file", std::move(message), origin_of(at), std::move(help)});
  }

  /// Visits each key of a table that may stand there, and reports the others.  \param what the table is, for messages
  template <typename Visit>
  void for_each_key(const toml::table& table, std::string_view what, Names known, Visit visit) {
    for (const auto& [key, value] : table) {
      const std::string_view name = key.str();
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        report(key.source(), fmt::format("{} has no key '{}'", what, name), suggestion_for(name, known));
      } else {
        visit(name, value, origin_of(key.source()));
      }
    }
  }

  /// The table that a value has to be; null and a message if it is something else.
  const toml::table* table_at(const toml::node& value, std::string_view what) {
    const toml::table* table = value.as_table();
    if (table == nullptr) report(value.source(), fmt::format("{} is a table", what));
    return table;
  }

  std::string text_at(const toml::node& value, std::string_view key) {
    const auto text = value.value_exact<std::string>();
    if (!text || text->empty()) report(value.source(), fmt::format("'{}' is a text in quotes", key));
    return text.value_or("");
  }

  void read_schema(const toml::node& value) {
    const auto number = value.value_exact<std::int64_t>();
    if (!number || *number != kSchema)
      report(value.source(), fmt::format("this program reads budget files of schema {}", kSchema), "schema = 1");
  }

  void read_defaults(const toml::node& value) {
    const toml::table* table = table_at(value, "'defaults'");
    if (table == nullptr) return;
    for_each_key(*table, "[defaults]", kDefaultKeys,
                 [&](std::string_view key, const toml::node& policy, const TextOrigin& /*at*/) {
                   const std::string word = text_at(policy, key);
                   const auto* found = std::find(kPolicies.begin(), kPolicies.end(), word);
                   if (found == kPolicies.end()) {
                     if (!word.empty())
                       report(policy.source(), fmt::format("'unknown' is \"fail\", \"warn\" or \"allow\", and not \"{}\"", word),
                              suggestion_for(word, kPolicies));
                   } else {
                     file_.budget.unknown = static_cast<UnknownPolicy>(found - kPolicies.begin());
                   }
                 });
  }

  void read_models(const toml::node& value, const TextOrigin& at) {
    const toml::array* rows = value.as_array();
    if (rows == nullptr || !rows->is_homogeneous(toml::node_type::table)) {
      file_.diagnostics.push_back({Severity::error, "budget-file", "models are tables of an array", at, "write [[model]]"});
      return;
    }
    for (const toml::node& row : *rows) read_model(*row.as_table());
  }

  void read_model(const toml::table& table) {
    ModelBudget model;
    model.origin = origin_of(table.source());
    for_each_key(table, "[[model]]", kModelKeys, [&](std::string_view key, const toml::node& value, const TextOrigin& at) {
      if (key == "path") {
        model.path = text_at(value, key);
        model.origin = at;
      } else if (key == "bind") {
        read_bindings(value, model.bindings);
      } else if (key == "ops") {
        read_operators(value, model.operators);
      } else if (key == "layer") {
        read_layers(value, model.layers);
      } else {
        read_limits(key, value, false, model.limits);
      }
    });
    file_.budget.models.push_back(std::move(model));
  }

  void read_bindings(const toml::node& value, Bindings& bindings) {
    const toml::table* table = table_at(value, "'bind'");
    if (table == nullptr) return;
    for (const auto& [name, size] : *table) {
      const auto number = size.value_exact<std::int64_t>();
      const auto text = size.value_exact<std::string>();
      if (number && *number >= 0) {
        bindings.insert_or_assign(std::string(name.str()), Dim(*number));
      } else if (text) {
        const auto parsed = Dim::parse(*text);
        if (const auto* error = std::get_if<DimParseError>(&parsed)) {
          report(size.source(), fmt::format("the size of '{}' is no expression: {}", name.str(), error->message));
        } else {
          bindings.insert_or_assign(std::string(name.str()), std::get<Dim>(parsed));
        }
      } else {
        report(size.source(), fmt::format("the size of '{}' is a whole number of at least 0", name.str()));
      }
    }
  }

  void read_operators(const toml::node& value, std::vector<OperatorLimit>& limits) {
    const toml::table* table = table_at(value, "'ops'");
    if (table == nullptr) return;
    for_each_key(*table, "[model.ops]", kOperatorKeys,
                 [&](std::string_view key, const toml::node& rules, const TextOrigin& /*at*/) {
                   if (key == "forbid") return read_forbidden(rules, limits);
                   const toml::table* counts = table_at(rules, "'ops.max'");
                   if (counts == nullptr) return;
                   for (const auto& [op, count] : *counts) {
                     const auto number = count.value_exact<std::int64_t>();
                     if (!number || *number < 0) {
                       report(count.source(), fmt::format("the most of '{}' is a whole number of at least 0", op.str()));
                     } else {
                       limits.push_back({std::string(op.str()), *number, false, origin_of(op.source())});
                     }
                   }
                 });
  }

  void read_forbidden(const toml::node& value, std::vector<OperatorLimit>& limits) {
    const toml::array* patterns = value.as_array();
    if (patterns == nullptr) return report(value.source(), "'forbid' is a list of operators: [\"Loop\", \"com.microsoft:*\"]");
    for (const toml::node& pattern : *patterns)
      limits.push_back({text_at(pattern, "an operator"), 0, true, origin_of(pattern.source())});
  }

  void read_layers(const toml::node& value, std::vector<LayerBudget>& layers) {
    const toml::table* table = table_at(value, "'layer'");
    if (table == nullptr) return;
    for (const auto& [pattern, limits] : *table) {
      LayerBudget layer;
      layer.pattern = pattern.str();
      layer.origin = origin_of(pattern.source());
      const std::string what = fmt::format("[model.layer.\"{}\"]", layer.pattern);
      if (const toml::table* keys = table_at(limits, what))
        for_each_key(*keys, what, kLimitKeys, [&](std::string_view key, const toml::node& limit, const TextOrigin& /*at*/) {
          read_limits(key, limit, true, layer.limits);
        });
      layers.push_back(std::move(layer));
    }
  }

  /// \param key max, min, warn or growth
  void read_limits(std::string_view key, const toml::node& value, bool of_layers, Limits& limits) {
    const toml::table* table = table_at(value, fmt::format("'{}'", key));
    if (table == nullptr) return;
    for (const auto& [name, limit] : *table) {
      const std::optional<Metric> metric = metric_named(name.str());
      if (!metric) {
        report(name.source(), fmt::format("there is no figure '{}'", name.str()), suggestion_for(name.str(), metric_names()));
      } else if (of_layers && !layer_metric(*metric)) {
        report(name.source(), fmt::format("'{}' is a figure of whole models, not of layers", name.str()),
               names_of_layer_metrics());
      } else if (key == "growth") {
        read_growth(*metric, limit, origin_of(name.source()), limits.growth);
      } else {
        auto& list = key == "max" ? limits.max : key == "min" ? limits.min : limits.warn;
        if (const std::optional<Dim> amount = amount_at(*metric, limit, key == "min"))
          list.push_back({*metric, *amount, origin_of(name.source())});
      }
    }
  }

  static std::string names_of_layer_metrics() {
    std::vector<std::string_view> names;
    for (const Metric metric : kLayerMetrics) names.push_back(name_of(metric));
    return fmt::format("one of: {}", fmt::join(names, ", "));
  }

  std::optional<Dim> amount_at(Metric metric, const toml::node& value, bool round_up) {
    if (const auto number = value.value_exact<std::int64_t>()) {
      if (*number >= 0) return Dim(*number);
      report(value.source(), fmt::format("'{}' is at least 0", name_of(metric)));
      return std::nullopt;
    }
    const auto text = value.value_exact<std::string>();
    if (!text) {
      report(value.source(), fmt::format("'{}' is a whole number, or a text such as {}", name_of(metric),
                                         is_bytes(metric) ? "\"6.5 MiB\"" : "\"3.2M\""));
      return std::nullopt;
    }
    auto amount = parse_amount(*text, is_bytes(metric), round_up);
    if (const auto* error = std::get_if<AmountError>(&amount)) {
      report(value.source(), error->message, is_bytes(metric) ? "for example \"6.5 MiB\"" : "for example \"3.2M\"");
      return std::nullopt;
    }
    return std::get<Dim>(std::move(amount));
  }

  void read_growth(Metric metric, const toml::node& value, TextOrigin at, std::vector<GrowthLimit>& list) {
    GrowthLimit growth;
    growth.metric = metric;
    growth.origin = std::move(at);
    const std::string what = fmt::format("growth of {}", name_of(metric));
    if (const toml::table* table = value.as_table()) {
      for_each_key(*table, what, kGrowthKeys, [&](std::string_view key, const toml::node& part, const TextOrigin& /*at*/) {
        if (key == "pct") {
          growth.share = share_at(part);
        } else {
          growth.amount = amount_at(metric, part, false);
        }
      });
      if (table->empty()) report(value.source(), fmt::format("{} needs `pct`, `abs` or both", what));
    } else if (value.is_string()) {
      growth.share = share_at(value);
    } else {
      report(value.source(), fmt::format("{} is a table such as {{ pct = \"+2%\", abs = \"+20M\" }}", what));
    }
    if (growth.share || growth.amount) list.push_back(std::move(growth));
  }

  std::optional<GrowthLimit::Share> share_at(const toml::node& value) {
    const auto text = value.value_exact<std::string>();
    const auto share = parse_percent(text.value_or(""));
    if (const auto* error = std::get_if<AmountError>(&share)) {
      report(value.source(), text ? error->message : "a share of the baseline is a text", "pct = \"+2%\"");
      return std::nullopt;
    }
    return std::get<GrowthLimit::Share>(share);
  }

  std::string_view text_;
  BudgetFile& file_;
};

bool before(const Diagnostic& a, const Diagnostic& b) {
  const auto& at = std::get<TextOrigin>(a.origin);
  const auto& other = std::get<TextOrigin>(b.origin);
  return at.line != other.line ? at.line < other.line : at.column < other.column;
}

}  // namespace

BudgetFile read_budget_file(std::string_view text) {
  BudgetFile file;
  BudgetReader(text, file).read();
  std::stable_sort(file.diagnostics.begin(), file.diagnostics.end(), before);
  return file;
}

}  // namespace macroscope
