#include "reports/check/check_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/notation/amount_text.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

std::string plain(std::optional<Metric> metric, const Dim& amount) {
  return grouped(amount) + (metric && is_bytes(*metric) ? " B" : "");
}

/// With its short form, where it has one.
std::string figure(std::optional<Metric> metric, const Quantity& quantity) {
  std::string text = (quantity.at_least ? "at least " : "") + plain(metric, quantity.value);
  const std::string rounded = metric && is_bytes(*metric) ? short_bytes(quantity.value) : short_count(quantity.value);
  if (!rounded.empty() && quantity.value.integer()) text += fmt::format(" ({})", rounded);
  return text;
}

std::string missed(const Verdict& verdict) {
  const std::string limit = plain(verdict.metric, verdict.limit->value);
  std::string what = fmt::format("over the maximum of {}", limit);
  if (verdict.rule == Rule::min) what = fmt::format("under the minimum of {}", limit);
  if (verdict.rule == Rule::warn) what = fmt::format("over the {} that it warns from", limit);
  if (verdict.rule == Rule::growth) what = fmt::format("over the {} that it may grow to", limit);
  std::string text = fmt::format(", {} by {}", what, plain(verdict.metric, *verdict.missed_by));
  if (verdict.missed_share)
    text += *verdict.missed_share < 10 ? fmt::format(" ({:.3g} %)", 100 * *verdict.missed_share)
                                       : fmt::format(" ({:.0f} times)", *verdict.missed_share);
  return text;
}

std::string of_layer(const std::string& layer, const std::string& op) {
  return layer == op ? layer : fmt::format("{} ({})", layer, op);
}

std::string list_of(const std::vector<Contribution>& largest, std::optional<Metric> metric) {
  std::string text;
  for (const Contribution& one : largest) {
    text += (text.empty() ? "" : "; ") + of_layer(one.layer, one.op);
    if (one.amount) text += " " + plain(metric, one.amount->value);
    if (one.share) text += fmt::format(", {} %", percent(std::min(*one.share, 1.0)));
  }
  return text;
}

std::string signed_text(std::optional<Metric> metric, const Dim& amount) {
  const std::optional<Int128> number = amount.integer();
  return (number && *number < 0 ? "" : "+") + plain(metric, amount);
}

}  // namespace

OutcomeCounts count_outcomes(const CheckReport& report) {
  OutcomeCounts counts{};
  for (const ModelVerdicts& model : report.models)
    for (const Verdict& verdict : model.verdicts) ++counts[static_cast<std::size_t>(verdict.outcome)];
  return counts;
}

std::string words_for(const OutcomeCounts& counts) {
  std::string text;
  for (std::size_t i = kOutcomes; i > 0; --i) {
    const std::size_t count = counts[i - 1];
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(count), name_of(static_cast<Outcome>(i - 1)));
  }
  return text.empty() ? "nothing to check" : text;
}

std::string words_for(const std::map<std::string, std::string>& bindings) {
  std::string text;
  for (const auto& [name, value] : bindings) text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name, value);
  return text;
}

std::vector<std::string> error_lines(const ModelVerdicts& model) {
  constexpr std::size_t kMost = 10;
  std::vector<std::string> lines;
  for (const Diagnostic& error : model.errors) {
    if (lines.size() + 1 == kMost && model.errors.size() > kMost) {
      lines.push_back(fmt::format("and {} more", grouped(model.errors.size() - lines.size())));
      break;
    }
    const std::string place = text_of(error.origin);
    lines.push_back(fmt::format("{}: {}{}{}", error.code, error.message, place.empty() ? "" : ", at ", place));
  }
  if (lines.empty()) lines.emplace_back("the model cannot be read or has errors");
  return lines;
}

std::string subject_of(const Verdict& verdict) {
  if (verdict.rule == Rule::lock) return verdict.subject.empty() ? "lock" : fmt::format("lock: {}", verdict.subject);
  if (verdict.rule == Rule::expect) return fmt::format("expect {}", verdict.subject);
  if (!verdict.metric) return fmt::format("operator {}", verdict.subject);
  const std::string figure = std::string(words_for(*verdict.metric));
  const std::string words = verdict.rule == Rule::growth ? fmt::format("growth of {}", figure) : figure;
  return verdict.layers.empty() ? words : fmt::format("{} of {}", words, verdict.layers);
}

std::string sentence_of(const Verdict& verdict) {
  if (verdict.rule == Rule::lock) return verdict.outcome == Outcome::passed ? "as in the lock file" : verdict.reason;
  if (verdict.rule == Rule::expect) return verdict.reason;
  std::string text;
  if (verdict.rule == Rule::forbid) {
    text = verdict.outcome == Outcome::passed ? "forbidden, and not there"
                                              : fmt::format("forbidden, and there {} times", grouped(verdict.actual->value));
    if (verdict.outcome != Outcome::passed && verdict.actual->value.is(1)) text = "forbidden, and there once";
  } else {
    text = verdict.actual ? figure(verdict.metric, *verdict.actual) : "not known";
    if (verdict.missed_by) {
      text += missed(verdict);
    } else if (verdict.limit) {
      text +=
          fmt::format("; at {} {}", verdict.rule == Rule::min ? "least" : "most", plain(verdict.metric, verdict.limit->value));
    }
  }
  return verdict.reason.empty() ? text : fmt::format("{}: {}", text, verdict.reason);
}

std::vector<std::string> details_of(const Verdict& verdict, std::string_view file) {
  std::vector<std::string> lines;
  lines.insert(lines.end(), verdict.workings.begin(), verdict.workings.end());
  if (!verdict.largest.empty()) lines.push_back("largest: " + list_of(verdict.largest, verdict.metric));
  if (verdict.baseline && verdict.actual && (verdict.missed_by || !verdict.changes.empty())) {
    std::string changes;
    for (const LayerChange& change : verdict.changes)
      changes += fmt::format("{}{} {} {}", changes.empty() ? ": " : "; ", name_of(change.kind), of_layer(change.layer, change.op),
                             signed_text(verdict.metric, change.difference));
    lines.push_back(fmt::format("the baseline has {}{}", plain(verdict.metric, verdict.baseline->value), changes));
  }
  if (const std::string line = accepting_line(verdict); !line.empty() && verdict.origin.line > 0)
    lines.push_back(fmt::format("to accept it, {}:{}: {}", file, verdict.origin.line, line));
  return lines;
}

std::string accepting_line(const Verdict& verdict) {
  if (verdict.outcome != Outcome::failed && verdict.outcome != Outcome::warned) return {};
  if (verdict.rule == Rule::forbid) return fmt::format("take {} out of `forbid`", toml_text(verdict.subject));
  if (verdict.rule == Rule::max_operator) return fmt::format("{} = {}", toml_text(verdict.subject), verdict.actual->value.text());
  if (!verdict.metric || !verdict.actual || !verdict.missed_by) return {};
  if (verdict.rule == Rule::growth) {
    const std::string amount = amount_at_least(*verdict.metric, verdict.actual->value - verdict.baseline->value);
    return amount.empty() ? std::string()
                          : fmt::format("{} = {{ abs = {} }}, or write the baseline anew", name_of(*verdict.metric), amount);
  }
  const std::string amount = verdict.rule == Rule::min ? amount_at_most(*verdict.metric, verdict.actual->value)
                                                       : amount_at_least(*verdict.metric, verdict.actual->value);
  return amount.empty() ? std::string() : fmt::format("{} = {}", name_of(*verdict.metric), amount);
}

std::string rule_id(const Verdict& verdict) {
  if (verdict.rule == Rule::forbid) return "forbidden-operator";
  if (verdict.rule == Rule::max_operator) return "operator-max";
  if (verdict.rule == Rule::lock) return "lock";
  if (verdict.rule == Rule::expect) return "expectation";
  return fmt::format("{}-{}", name_of(*verdict.metric), name_of(verdict.rule));
}

}  // namespace macroscope
