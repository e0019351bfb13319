#include "reports/kinds/comparison_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "analyzer/algebra/nominal_estimate.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

/// Beyond these a factor says more than a percentage.
constexpr double kTimes = 3;
constexpr std::size_t kMostOperators = 3;

std::string amount_text(Metric metric, const Dim& amount) {
  std::string text = is_bytes(metric) ? short_bytes(amount) : short_count(amount);
  if (!text.empty()) return text;
  return is_bytes(metric) ? grouped(amount) + " B" : grouped(amount);
}

/// `12 -> 24 attention layers`, `12 attention layers gone`, `3 attention layers new`.
std::string counted_change(std::size_t before, std::size_t after, std::string_view noun) {
  if (after == 0) return fmt::format("{} gone", counted(before, noun));
  if (before == 0) return fmt::format("{} new", counted(after, noun));
  return fmt::format("{} -> {} {}s", grouped(before), grouped(after), noun);
}

class Words {
 public:
  explicit Words(const Comparison& comparison)
      : before_(comparison.before()), after_(comparison.after()), comparison_(comparison) {}

  std::string sentence() {
    layers();
    operator_sets();
    sizes();
    weights();
    dtypes();
    operators();
    macs();
    if (parts_.empty()) return "The two models are the same in every layer.";
    return fmt::format("{}.", fmt::join(parts_, ", "));
  }

 private:
  void add(std::string part) { parts_.push_back(std::move(part)); }

  static std::size_t count_of(const ModelRecord& model, std::string_view kind) {
    return static_cast<std::size_t>(std::count_if(model.layers.begin(), model.layers.end(), [&](const LayerRecord& layer) {
      return layer.kind == kind && !layer.weight_dtype.empty();
    }));
  }

  void layers() {
    if (before_.attentions != after_.attentions) add(counted_change(before_.attentions, after_.attentions, "attention layer"));
    static constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
        {"convolution", "convolution"}, {"recurrent", "recurrent layer"}, {"dense", "dense layer"}};
    for (const auto& [kind, noun] : kKinds) {
      const std::size_t before = count_of(before_, kind);
      const std::size_t after = count_of(after_, kind);
      if (before != after) add(counted_change(before, after, noun));
    }
    const bool has_attention = before_.attentions > 0 && after_.attentions > 0;
    if (has_attention && before_.width && after_.width && *before_.width != *after_.width)
      add(fmt::format("width {} -> {}", grouped(*before_.width), grouped(*after_.width)));
  }

  void operator_sets() {
    for (const auto& [domain, version] : after_.operator_sets) {
      const auto old = before_.operator_sets.find(domain);
      if (old != before_.operator_sets.end() && old->second != version)
        add(fmt::format("{} {} -> {}", domain.empty() ? "opset" : domain, old->second, version));
    }
  }

  void sizes() {
    const auto count = [](const ModelRecord& model) {
      return std::count_if(model.layers.begin(), model.layers.end(), [](const LayerRecord& layer) { return layer.is_on_sizes; });
    };
    const auto change = count(after_) - count(before_);
    if (change == 0) return;
    const auto nodes = static_cast<std::size_t>(std::abs(change));
    add(fmt::format("{}{} of shape arithmetic{}", grouped(nodes), nodes == 1 ? " node" : " nodes",
                    change < 0 ? " gone" : " more"));
  }

  void weights() { figure(Metric::weight_bytes, "weights"); }
  void macs() { figure(Metric::macs, "MACs"); }

  /// `weights 51.6 MiB -> 12.9 MiB, /4.0`; where that reads the same on both sides the change alone.
  void figure(Metric metric, std::string_view noun) {
    const std::optional<Quantity> before = comparison_.at_example(before_.total(metric));
    const std::optional<Quantity> after = comparison_.at_example(after_.total(metric));
    const std::string change = change_in_words(before, after);
    if (change.empty()) return;
    const std::string from = amount_text(metric, before->value);
    const std::string to = amount_text(metric, after->value);
    add(from == to ? fmt::format("{} {}", noun, change) : fmt::format("{} {} -> {} ({})", noun, from, to, change));
  }

  /// `47 layers float32 -> uint8`, the most frequent change.
  void dtypes() {
    std::map<std::pair<std::string, std::string>, std::size_t> changes;
    for (const LayerComparison& layer : comparison_.layers()) {
      if (!layer.match.before || !layer.match.after) continue;
      const std::string& from = before_.layers[*layer.match.before].weight_dtype;
      const std::string& to = after_.layers[*layer.match.after].weight_dtype;
      if (!from.empty() && !to.empty() && from != to) ++changes[{from, to}];
    }
    for (const auto& [dtypes, count] : changes)
      add(fmt::format("{} {} -> {}", counted(count, "layer"), dtypes.first, dtypes.second));
  }

  /// Operators that there are many more or fewer of, where no other words speak of them.
  void operators() {
    std::vector<std::pair<std::size_t, std::string>> changes;
    const auto of = [](const std::map<std::string, std::size_t>& counts, const std::string& op) {
      const auto found = counts.find(op);
      return found == counts.end() ? std::size_t{0} : found->second;
    };
    std::map<std::string, std::size_t> all = before_.operators;
    all.insert(after_.operators.begin(), after_.operators.end());
    for (const auto& [op, ignored] : all) {
      if (is_spoken_of(op) || !does_arithmetic(op)) continue;
      const std::size_t before = of(before_.operators, op);
      const std::size_t after = of(after_.operators, op);
      if (before != after) changes.emplace_back(std::max(before, after) - std::min(before, after), op);
    }
    std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (std::size_t i = 0; i < changes.size() && i < kMostOperators; ++i) {
      const std::string& op = changes[i].second;
      add(fmt::format("{} {} -> {}", op, grouped(of(before_.operators, op)), grouped(of(after_.operators, op))));
    }
  }

  bool does_arithmetic(const std::string& op) const {
    for (const ModelRecord* model : {&before_, &after_})
      for (const LayerRecord& layer : model->layers)
        if (const auto& flops = layer.of(Metric::flops); layer.op == op && flops && !flops->value.is(0)) return true;
    return false;
  }

  /// Weighted layers and shape arithmetic have words of their own.
  bool is_spoken_of(const std::string& op) const {
    for (const ModelRecord* model : {&before_, &after_})
      for (const LayerRecord& layer : model->layers)
        if (layer.op == op && (layer.is_on_sizes || (!layer.kind.empty() && !layer.weight_dtype.empty()))) return true;
    return false;
  }

  const ModelRecord& before_;
  const ModelRecord& after_;
  const Comparison& comparison_;
  std::vector<std::string> parts_;
};

}  // namespace

std::string comparison_in_words(const Comparison& comparison) { return Words(comparison).sentence(); }

std::string change_in_words(const std::optional<Quantity>& before, const std::optional<Quantity>& after) {
  if (!before || !after || before->value == after->value) return {};
  const std::optional<double> ratio = constant_share(after->value, before->value);
  if (!ratio || !std::isfinite(*ratio)) return {};
  if (*ratio >= kTimes) return fmt::format("x{:.{}f}", *ratio, *ratio < 10 ? 1 : 0);
  if (*ratio > 0 && *ratio <= 1 / kTimes) return fmt::format("/{:.{}f}", 1 / *ratio, *ratio > 0.1 ? 1 : 0);
  return fmt::format("{:+.3g} %", 100 * (*ratio - 1));
}

}  // namespace macroscope
