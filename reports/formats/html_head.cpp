#include "reports/formats/html_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

std::string facts_of(const Figures& figures) {
  const Network& network = figures.network();
  const Costs& costs = figures.analysis().costs;
  const ModelInformation& information = network.information;
  std::string text(information.format == "onnx" ? "ONNX" : information.format);
  for (const OperatorSet& set : network.operator_sets)
    text += fmt::format(" · {} {}", set.domain.empty() ? "opset" : set.domain, set.version);
  if (!information.producer.empty()) text += fmt::format(" · {} {}", information.producer, information.producer_version);
  return text + fmt::format(" · {}, {}", counted(costs.node_count, "node"),
                            costs.costed_count == costs.node_count ? "all costed" : grouped(costs.costed_count) + " costed");
}

/// Sizes that the totals depend on come first, the inputs' before those that only the data fixes: that is what a reader wants to change.
std::vector<const Symbol*> by_importance(const Figures& figures) {
  std::vector<Dim> totals;
  for (const Metric metric : columns_of_layers())
    if (std::optional<Quantity> total = figures.total(metric)) totals.push_back(std::move(total->value));
  std::vector<const Dim*> pointers;
  pointers.reserve(totals.size());
  for (const Dim& total : totals) pointers.push_back(&total);
  const SymbolTable& table = figures.network().symbols;
  std::vector<const Symbol*> symbols = figures.analysis().example_point().used_in(pointers, table);
  std::stable_sort(symbols.begin(), symbols.end(), [](const Symbol* a, const Symbol* b) { return a->origin < b->origin; });
  const std::unordered_set<const Symbol*> first(symbols.begin(), symbols.end());
  for (const Symbol& symbol : table.all())
    if (!first.contains(&symbol)) symbols.push_back(&symbol);
  return symbols;
}

}  // namespace

const Example* example_of(const std::vector<Section>& sections) {
  const auto found =
      std::find_if(sections.begin(), sections.end(), [](const Section& section) { return section.example != nullptr; });
  return found == sections.end() ? nullptr : found->example.get();
}

void write_html_facts(const Figures& figures, const std::vector<Section>& sections, Sink& sink) {
  sink.write(fmt::format("<p class=\"facts\">{}</p>\n", html_text(facts_of(figures))));
  const Example* example = example_of(sections);
  if (example == nullptr) return;
  const Bindings& sizes = figures.analysis().example_point().sizes();
  std::string data;
  for (const Symbol* symbol : by_importance(figures)) {
    const auto size = sizes.find(symbol->id);
    if (size != sizes.end()) data += fmt::format("{}{}={}", data.empty() ? "" : " ", symbol->id, size->second.text());
  }
  sink.write(
      fmt::format("<p class=\"sizes\" data-sizes=\"{}\">Numbers at {}.</p>\n", html_text(data), html_text(example->words)));
}

}  // namespace macroscope
