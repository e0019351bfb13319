#include "analyzer/budget/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "analyzer/algebra/nominal_estimate.h"
#include "analyzer/budget/layer_pattern.h"
#include "analyzer/comparison/comparison.h"
#include "analyzer/diagnostics/suggestion.h"

namespace macroscope {
namespace {

/// Layers and operators that a verdict names.
constexpr std::size_t kNamed = 3;

std::string first_of(const std::map<std::string, std::size_t>& operators) {
  std::string text;
  std::size_t named = 0;
  for (const auto& [op, count] : operators) {
    if (named++ == kNamed) return fmt::format("{} and {} more", text, operators.size() - kNamed);
    text += fmt::format("{}{}", text.empty() ? "" : ", ", op);
  }
  return text;
}

std::optional<double> share_of(const Dim& part, const Dim& whole) {
  if (!part.integer() || !whole.integer() || whole.is(0)) return std::nullopt;
  return approximate(part) / approximate(whole);
}

/// Judges one model; `pattern` empty: the whole of it.
class Judge {
 public:
  Judge(const ModelRecord& model, UnknownPolicy unknown, const ModelRecord* baseline)
      : model_(model), unknown_(unknown), baseline_(baseline) {
    if (baseline_ != nullptr) changes_ = compare_layers(*baseline_, model_);
  }

  void judge(const Limits& limits, const std::string& pattern) {
    for (const Limit& limit : limits.max) judge_max(limit, Rule::max, pattern);
    for (const Limit& limit : limits.min) judge_min(limit, pattern);
    for (const Limit& limit : limits.warn) judge_max(limit, Rule::warn, pattern);
    for (const GrowthLimit& growth : limits.growth) judge_growth(growth, pattern);
  }

  void judge(const LayerBudget& budget) {
    const bool is_any = std::any_of(model_.layers.begin(), model_.layers.end(), [&](const LayerRecord& layer) {
      return matches_layer(budget.pattern, layer.name, layer.path);
    });
    const std::size_t first = verdicts_.size();
    judge(budget.limits, budget.pattern);
    if (is_any) return;
    for (std::size_t i = first; i < verdicts_.size(); ++i) {
      Verdict& verdict = verdicts_[i];
      verdict.outcome = verdict.rule == Rule::warn ? Outcome::warned : Outcome::undecided;
      verdict.reason =
          fmt::format("no layer of the model is called '{}'{}", budget.pattern, suggestion_for_layers(budget.pattern));
      verdict.actual.reset();
      verdict.missed_by.reset();
    }
  }

  /// `decoder/*` of a model whose decoder is `model/decoder`.
  std::string suggestion_for_layers(const std::string& pattern) const {
    const std::string head = pattern.substr(0, pattern.find_first_of("*?/"));
    if (head.empty()) return {};
    for (const LayerRecord& layer : model_.layers) {
      for (const std::string_view name : {std::string_view(layer.path), std::string_view(layer.name)}) {
        const std::string_view whole = without_slash(name);
        for (std::size_t at = whole.find("/" + head); at != std::string_view::npos; at = whole.find("/" + head, at + 1)) {
          const std::string longer = fmt::format("{}/{}", whole.substr(0, at), pattern);
          if (matches_layer(longer, layer.name, layer.path)) return fmt::format("; did you mean '{}'?", longer);
        }
      }
    }
    return {};
  }

  void judge(const OperatorLimit& limit) {
    Verdict verdict;
    verdict.rule = limit.is_forbidden ? Rule::forbid : Rule::max_operator;
    verdict.subject = limit.pattern;
    verdict.origin = limit.origin;
    std::map<std::string, std::size_t> found;
    std::size_t count = 0;
    for (const auto& [op, times] : model_.operators) {
      if (!matches_operator(limit.pattern, op)) continue;
      found.emplace(op, times);
      count += times;
    }
    verdict.actual = Quantity{Dim::of_size(count)};
    verdict.limit = Quantity{limit.is_forbidden ? Dim(0) : Dim(limit.most)};
    if (at_most(*verdict.actual, *verdict.limit) == Decision::breaks) {
      verdict.outcome = Outcome::failed;
      verdict.missed_by = verdict.actual->value - verdict.limit->value;
      if (!found.contains(limit.pattern)) verdict.reason = "the model has " + first_of(found);
      for (const LayerRecord& layer : model_.layers) {
        if (verdict.largest.size() == kNamed) break;
        if (matches_operator(limit.pattern, layer.op)) verdict.largest.push_back({shown(layer), layer.op, std::nullopt});
      }
    }
    verdicts_.push_back(std::move(verdict));
  }

  std::vector<Verdict> take() { return std::move(verdicts_); }

 private:
  static std::string shown(const LayerRecord& layer) { return layer.name.empty() ? layer.op : layer.name; }

  static std::optional<Quantity> amount_of(const ModelRecord& model, Metric metric, const std::string& pattern) {
    if (pattern.empty()) return model.total(metric);
    Quantity sum;
    try {
      for (const LayerRecord& layer : model.layers) {
        if (!matches_layer(pattern, layer.name, layer.path)) continue;
        const std::optional<Quantity>& amount = layer.of(metric);
        if (amount) sum.value += amount->value;
        sum.at_least = sum.at_least || !amount || amount->at_least;
      }
    } catch (const AlgebraError&) {
      return std::nullopt;
    }
    return sum;
  }

  Verdict verdict_for(Rule rule, Metric metric, const TextOrigin& origin, const std::string& pattern) const {
    Verdict verdict;
    verdict.rule = rule;
    verdict.metric = metric;
    verdict.layers = pattern;
    verdict.origin = origin;
    verdict.actual = amount_of(model_, metric, pattern);
    if (baseline_ != nullptr) verdict.baseline = amount_of(*baseline_, metric, pattern);
    return verdict;
  }

  void judge_max(const Limit& limit, Rule rule, const std::string& pattern) {
    Verdict verdict = verdict_for(rule, limit.metric, limit.origin, pattern);
    verdict.limit = Quantity{limit.value};
    decide(verdict, rule == Rule::warn ? Outcome::warned : Outcome::failed, false);
  }

  void judge_min(const Limit& limit, const std::string& pattern) {
    Verdict verdict = verdict_for(Rule::min, limit.metric, limit.origin, pattern);
    verdict.limit = Quantity{limit.value};
    decide(verdict, Outcome::failed, true);
  }

  void judge_growth(const GrowthLimit& growth, const std::string& pattern) {
    Verdict verdict = verdict_for(Rule::growth, growth.metric, growth.origin, pattern);
    if (baseline_ == nullptr || !verdict.baseline) {
      verdict.outcome = Outcome::skipped;
      verdict.reason = baseline_ == nullptr ? "there is no baseline to compare with: --baseline FILE.json"
                                            : fmt::format("the baseline does not tell its {}", name_of(growth.metric));
      verdicts_.push_back(std::move(verdict));
      return;
    }
    try {
      Dim allowed = growth.amount.value_or(Dim(0));
      if (growth.share) {
        const Dim share = floor_div(verdict.baseline->value * Dim(growth.share->over), Dim(growth.share->under));
        allowed = growth.amount ? max(share, allowed) : share;
      }
      verdict.limit = Quantity{verdict.baseline->value + allowed, verdict.baseline->at_least};
    } catch (const AlgebraError&) {
      verdict.actual.reset();
    }
    decide(verdict, Outcome::failed, false);
  }

  /// \param broken what comes of a verdict whose limit is missed
  /// \param is_min the limit is the least that is wanted
  void decide(Verdict& verdict, Outcome broken, bool is_min) {
    Decision decision = Decision::open;
    try {
      if (verdict.actual && verdict.limit)
        decision = is_min ? at_least(*verdict.actual, verdict.limit->value) : at_most(*verdict.actual, *verdict.limit);
      if (decision == Decision::breaks) {
        verdict.missed_by = is_min ? verdict.limit->value - verdict.actual->value : verdict.actual->value - verdict.limit->value;
        verdict.missed_share = share_of(*verdict.missed_by, verdict.limit->value);
      }
    } catch (const AlgebraError&) {
      decision = Decision::open;
    }
    if (decision == Decision::open) {
      leave_open(verdict);
    } else if (decision == Decision::breaks) {
      verdict.outcome = broken;
      explain(verdict, is_min);
    }
    verdicts_.push_back(std::move(verdict));
  }

  static Decision at_least(const Quantity& actual, const Dim& limit) {
    const Certainty certainty = macroscope::at_least(actual.value, limit);
    if (certainty == Certainty::always) return Decision::keeps;
    return certainty == Certainty::never && !actual.at_least ? Decision::breaks : Decision::open;
  }

  void leave_open(Verdict& verdict) const {
    verdict.outcome = verdict.rule == Rule::warn ? Outcome::warned : Outcome::undecided;
    if (!verdict.actual) {
      verdict.reason = fmt::format("the {} of this model is unknown", words_for(*verdict.metric));
      return;
    }
    const std::string symbols = symbols_in(verdict);
    if (!symbols.empty()) {
      verdict.reason = fmt::format("it depends on {}: give a number in `bind` or with --set", symbols);
      return;
    }
    const bool is_of_baseline = !verdict.actual->at_least;
    verdict.reason = is_of_baseline ? "the baseline's figure is a lower bound" : reason_for_bound();
    if (is_of_baseline || verdict.rule == Rule::warn) return;
    if (unknown_ == UnknownPolicy::warn) verdict.outcome = Outcome::warned;
    if (unknown_ == UnknownPolicy::allow) verdict.outcome = Outcome::allowed;
  }

  std::string reason_for_bound() const {
    if (model_.unknown_operators.empty()) return "the figure is a lower bound: the shapes of some tensors are unknown";
    return fmt::format("the figure is a lower bound: no cost rule for {}", first_of(model_.unknown_operators));
  }

  std::string symbols_in(const Verdict& verdict) const {
    std::set<std::string> names;
    const auto add = [&](const std::optional<Quantity>& quantity) {
      if (!quantity) return;
      for (const std::string& id : quantity->value.symbols()) {
        const auto named = model_.symbols.find(id);
        names.insert(named == model_.symbols.end() ? id : named->second);
      }
    };
    add(verdict.actual);
    add(verdict.limit);
    return fmt::format("{}", fmt::join(names, ", "));
  }

  void explain(Verdict& verdict, bool is_min) const {
    if (!is_min) add_largest(verdict);
    if (baseline_ != nullptr) add_changes(verdict);
  }

  void add_largest(Verdict& verdict) const {
    if (!layer_metric(*verdict.metric)) return;
    std::vector<const LayerRecord*> layers;
    for (const LayerRecord& layer : model_.layers) {
      if (!verdict.layers.empty() && !matches_layer(verdict.layers, layer.name, layer.path)) continue;
      const std::optional<Quantity>& amount = layer.of(*verdict.metric);
      if (amount && !amount->value.is(0)) layers.push_back(&layer);
    }
    sort_largest_first(layers, [&](const LayerRecord* layer) { return nominal_weight(layer->of(*verdict.metric)->value); });
    for (std::size_t i = 0; i < std::min(kNamed, layers.size()); ++i) {
      const LayerRecord& layer = *layers[i];
      const Quantity& amount = *layer.of(*verdict.metric);
      verdict.largest.push_back({shown(layer), layer.op, amount, constant_share(amount.value, verdict.actual->value)});
    }
  }

  void add_changes(Verdict& verdict) const {
    if (!layer_metric(*verdict.metric)) return;
    for (const std::size_t place : by_effect(changes_, *verdict.metric, *baseline_, model_)) {
      if (verdict.changes.size() == kNamed) return;
      const LayerComparison& change = changes_[place];
      const LayerRecord& layer =
          change.match.after ? model_.layers[*change.match.after] : baseline_->layers[*change.match.before];
      if (!verdict.layers.empty() && !matches_layer(verdict.layers, layer.name, layer.path)) continue;
      const LayerChange::Kind kind = change.kind == ChangeKind::added     ? LayerChange::Kind::added
                                     : change.kind == ChangeKind::removed ? LayerChange::Kind::removed
                                                                          : LayerChange::Kind::changed;
      verdict.changes.push_back({kind, shown(layer), layer.op, difference(change, *verdict.metric, *baseline_, model_)->value});
    }
  }

  const ModelRecord& model_;
  UnknownPolicy unknown_;
  const ModelRecord* baseline_;
  std::vector<LayerComparison> changes_;
  std::vector<Verdict> verdicts_;
};

}  // namespace

Decision at_most(const Quantity& actual, const Quantity& limit) {
  const Certainty certainty = at_least(limit.value, actual.value);
  // What is more than is known of makes it only larger.
  if (certainty == Certainty::always) return actual.at_least ? Decision::open : Decision::keeps;
  return certainty == Certainty::never && !limit.at_least ? Decision::breaks : Decision::open;
}

std::vector<Verdict> judge(const ModelRecord& model, const ModelBudget& budget, UnknownPolicy unknown,
                           const ModelRecord* baseline) {
  Judge judge(model, unknown, baseline);
  judge.judge(budget.limits, {});
  for (const OperatorLimit& limit : budget.operators) judge.judge(limit);
  for (const LayerBudget& layers : budget.layers) judge.judge(layers);
  std::vector<Verdict> verdicts = judge.take();
  std::stable_sort(verdicts.begin(), verdicts.end(), [](const Verdict& a, const Verdict& b) {
    return std::pair(a.origin.line, a.origin.column) < std::pair(b.origin.line, b.origin.column);
  });
  return verdicts;
}

}  // namespace macroscope
