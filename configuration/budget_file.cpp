#include "configuration/budget_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "analyzer/diagnostics/suggestion.h"
#include "configuration/amount.h"
#include "configuration/settings_text.h"

namespace macroscope {
namespace {

constexpr std::int64_t kSchema = 1;
constexpr std::array<std::string_view, 3> kTopKeys{"schema", "defaults", "model"};
constexpr std::array<std::string_view, 1> kDefaultKeys{"unknown"};
constexpr std::array<std::string_view, 8> kModelKeys{"path", "bind", "max", "min", "warn", "growth", "ops", "layer"};
constexpr std::array<std::string_view, 4> kLimitKeys{"max", "min", "warn", "growth"};
constexpr std::array<std::string_view, 2> kOperatorKeys{"forbid", "max"};
constexpr std::array<std::string_view, 2> kGrowthKeys{"pct", "abs"};
constexpr std::array<std::string_view, 3> kPolicies{"fail", "warn", "allow"};

class BudgetReader {
 public:
  BudgetReader(std::string_view text, BudgetFile& file)
      : settings_(text, {"budget-file", "a budget file"}, file.diagnostics), file_(file) {}

  void read() {
    const std::optional<toml::table> document = settings_.parse();
    if (!document) return;
    settings_.for_each_key(*document, "a budget file", kTopKeys,
                           [&](std::string_view key, const toml::node& value, const TextOrigin& at) {
                             if (key == "schema") read_schema(value);
                             if (key == "defaults") read_defaults(value);
                             if (key == "model") read_models(value, at);
                           });
  }

 private:
  void read_schema(const toml::node& value) {
    const auto number = value.value_exact<std::int64_t>();
    if (!number || *number != kSchema)
      settings_.report(value.source(), fmt::format("this program reads budget files of schema {}", kSchema), "schema = 1");
  }

  void read_defaults(const toml::node& value) {
    const toml::table* table = settings_.table_of(value, "'defaults'");
    if (table == nullptr) return;
    settings_.for_each_key(
        *table, "[defaults]", kDefaultKeys, [&](std::string_view key, const toml::node& policy, const TextOrigin& /*at*/) {
          const std::string word = settings_.text_of(policy, key);
          const auto* found = std::find(kPolicies.begin(), kPolicies.end(), word);
          if (found == kPolicies.end()) {
            if (!word.empty())
              settings_.report(policy.source(), fmt::format("'unknown' is \"fail\", \"warn\" or \"allow\", and not \"{}\"", word),
                               suggestion_for(word, kPolicies));
          } else {
            file_.budget.unknown = static_cast<UnknownPolicy>(found - kPolicies.begin());
          }
        });
  }

  void read_models(const toml::node& value, const TextOrigin& at) {
    const toml::array* rows = value.as_array();
    if (rows == nullptr || !rows->is_homogeneous(toml::node_type::table)) {
      settings_.report(at, "models are tables of an array", "write [[model]]");
      return;
    }
    for (const toml::node& row : *rows) read_model(*row.as_table());
  }

  void read_model(const toml::table& table) {
    ModelBudget model;
    model.origin = settings_.origin_of(table.source());
    settings_.for_each_key(table, "[[model]]", kModelKeys,
                           [&](std::string_view key, const toml::node& value, const TextOrigin& at) {
                             if (key == "path") {
                               model.path = settings_.text_of(value, key);
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
    const toml::table* table = settings_.table_of(value, "'bind'");
    if (table == nullptr) return;
    for (const auto& [name, size] : *table) {
      const auto number = size.value_exact<std::int64_t>();
      const auto text = size.value_exact<std::string>();
      if (number && *number >= 0) {
        bindings.insert_or_assign(std::string(name.str()), Dim(*number));
      } else if (text) {
        const auto parsed = Dim::parse(*text);
        if (const auto* error = std::get_if<DimParseError>(&parsed)) {
          settings_.report(size.source(), fmt::format("the size of '{}' is no expression: {}", name.str(), error->message));
        } else {
          bindings.insert_or_assign(std::string(name.str()), std::get<Dim>(parsed));
        }
      } else {
        settings_.report(size.source(), fmt::format("the size of '{}' is a whole number of at least 0", name.str()));
      }
    }
  }

  void read_operators(const toml::node& value, std::vector<OperatorLimit>& limits) {
    const toml::table* table = settings_.table_of(value, "'ops'");
    if (table == nullptr) return;
    settings_.for_each_key(
        *table, "[model.ops]", kOperatorKeys, [&](std::string_view key, const toml::node& rules, const TextOrigin& /*at*/) {
          if (key == "forbid") return read_forbidden(rules, limits);
          const toml::table* counts = settings_.table_of(rules, "'ops.max'");
          if (counts == nullptr) return;
          for (const auto& [op, count] : *counts) {
            const auto number = count.value_exact<std::int64_t>();
            if (!number || *number < 0) {
              settings_.report(count.source(), fmt::format("the most of '{}' is a whole number of at least 0", op.str()));
            } else {
              limits.push_back({std::string(op.str()), *number, false, settings_.origin_of(op.source())});
            }
          }
        });
  }

  void read_forbidden(const toml::node& value, std::vector<OperatorLimit>& limits) {
    const toml::array* patterns = value.as_array();
    if (patterns == nullptr)
      return settings_.report(value.source(), "'forbid' is a list of operators: [\"Loop\", \"com.microsoft:*\"]");
    for (const toml::node& pattern : *patterns)
      limits.push_back({settings_.text_of(pattern, "an operator"), 0, true, settings_.origin_of(pattern.source())});
  }

  void read_layers(const toml::node& value, std::vector<LayerBudget>& layers) {
    const toml::table* table = settings_.table_of(value, "'layer'");
    if (table == nullptr) return;
    for (const auto& [pattern, limits] : *table) {
      LayerBudget layer;
      layer.pattern = pattern.str();
      layer.origin = settings_.origin_of(pattern.source());
      const std::string what = fmt::format("[model.layer.\"{}\"]", layer.pattern);
      if (const toml::table* keys = settings_.table_of(limits, what))
        settings_.for_each_key(*keys, what, kLimitKeys,
                               [&](std::string_view key, const toml::node& limit, const TextOrigin& /*at*/) {
                                 read_limits(key, limit, true, layer.limits);
                               });
      layers.push_back(std::move(layer));
    }
  }

  /// \param key max, min, warn or growth
  void read_limits(std::string_view key, const toml::node& value, bool of_layers, Limits& limits) {
    const toml::table* table = settings_.table_of(value, fmt::format("'{}'", key));
    if (table == nullptr) return;
    for (const auto& [name, limit] : *table) {
      const std::optional<Metric> metric = metric_named(name.str());
      if (!metric) {
        settings_.report(name.source(), fmt::format("there is no figure '{}'", name.str()),
                         suggestion_for(name.str(), metric_names()));
      } else if (of_layers && !layer_metric(*metric)) {
        settings_.report(name.source(), fmt::format("'{}' is a figure of whole models, not of layers", name.str()),
                         names_of_layer_metrics());
      } else if (key == "growth") {
        read_growth(*metric, limit, settings_.origin_of(name.source()), limits.growth);
      } else {
        auto& list = key == "max" ? limits.max : key == "min" ? limits.min : limits.warn;
        if (const std::optional<Dim> amount = amount_at(*metric, limit, key == "min"))
          list.push_back({*metric, *amount, settings_.origin_of(name.source())});
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
      settings_.report(value.source(), fmt::format("'{}' is at least 0", name_of(metric)));
      return std::nullopt;
    }
    const auto text = value.value_exact<std::string>();
    if (!text) {
      settings_.report(value.source(), fmt::format("'{}' is a whole number, or a text such as {}", name_of(metric),
                                                   is_bytes(metric) ? "\"6.5 MiB\"" : "\"3.2M\""));
      return std::nullopt;
    }
    auto amount = parse_amount(*text, is_bytes(metric), round_up);
    if (const auto* error = std::get_if<AmountError>(&amount)) {
      settings_.report(value.source(), error->message, is_bytes(metric) ? "for example \"6.5 MiB\"" : "for example \"3.2M\"");
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
      settings_.for_each_key(*table, what, kGrowthKeys,
                             [&](std::string_view key, const toml::node& part, const TextOrigin& /*at*/) {
                               if (key == "pct") {
                                 growth.share = share_at(part);
                               } else {
                                 growth.amount = amount_at(metric, part, false);
                               }
                             });
      if (table->empty()) settings_.report(value.source(), fmt::format("{} needs `pct`, `abs` or both", what));
    } else if (value.is_string()) {
      growth.share = share_at(value);
    } else {
      settings_.report(value.source(), fmt::format("{} is a table such as {{ pct = \"+2%\", abs = \"+20M\" }}", what));
    }
    if (growth.share || growth.amount) list.push_back(std::move(growth));
  }

  std::optional<GrowthLimit::Share> share_at(const toml::node& value) {
    const auto text = value.value_exact<std::string>();
    const auto share = parse_percent(text.value_or(""));
    if (const auto* error = std::get_if<AmountError>(&share)) {
      settings_.report(value.source(), text ? error->message : "a share of the baseline is a text", "pct = \"+2%\"");
      return std::nullopt;
    }
    return std::get<GrowthLimit::Share>(share);
  }

  SettingsText settings_;
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
