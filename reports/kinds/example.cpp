#include "reports/kinds/example.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

bool is_open(const Quantity& quantity) { return !quantity.value.integer(); }

/// Every quantity of the summaries, which are what the words of the point speak of.
std::vector<const Dim*> open_quantities(const std::vector<Section>& sections) {
  std::vector<const Dim*> open;
  for (const Section& section : sections) {
    const auto* summary = std::get_if<Summary>(&section.content);
    if (summary == nullptr) continue;
    for (const SummaryLine& line : *summary) {
      const auto* quantity = std::get_if<Quantity>(&line.value);
      if (quantity != nullptr && is_open(*quantity)) open.push_back(&quantity->value);
    }
  }
  return open;
}

/// Sizes that the words name; the table of sizes has the others.
constexpr std::size_t kNamed = 4;

/// `batch = 1, length = 512`, those of inputs first.
std::string words_of(std::vector<const Symbol*> symbols, const Bindings& sizes) {
  std::stable_sort(symbols.begin(), symbols.end(), [](const Symbol* a, const Symbol* b) { return a->origin < b->origin; });
  std::string words;
  for (std::size_t i = 0; i < symbols.size() && i < kNamed; ++i)
    words += fmt::format("{}{} = {}", i == 0 ? "" : ", ", symbols[i]->id, sizes.at(symbols[i]->id).text());
  return symbols.size() > kNamed ? words + " ..." : words;
}

void fill_in(Summary& summary, const SizePoint& point) {
  for (SummaryLine& line : summary) {
    const auto* quantity = std::get_if<Quantity>(&line.value);
    if (quantity == nullptr || !is_open(*quantity)) continue;
    if (std::optional<Dim> number = point.value_of(quantity->value))
      line.example = Quantity{std::move(*number), quantity->at_least};
  }
}

}  // namespace

void add_example(std::vector<Section>& sections, const Figures& figures) {
  // The lines on structure are words more than quantities: they stay whole.
  for (Section& section : sections)
    section.is_brief = std::holds_alternative<Summary>(section.content) && section.id != "structure";
  const std::vector<const Dim*> open = open_quantities(sections);
  if (open.empty()) return;
  const ExamplePoint& point = figures.analysis().example_point();
  const std::vector<const Symbol*> used = point.used_in(open, figures.network().symbols);
  if (used.empty()) return;
  const auto example = std::make_shared<const Example>(Example{point, words_of(used, point.sizes())});
  for (Section& section : sections) {
    section.example = example;
    if (auto* summary = std::get_if<Summary>(&section.content)) fill_in(*summary, point);
    if (auto* table = std::get_if<Table>(&section.content)) table->example = example;
  }
  const std::string_view exception = point.keeps_assumptions ? "" : ", where not all that the model assumes holds";
  sections.insert(sections.begin(),
                  {"example", "", Remark{fmt::format("Numbers at {}{}; --set changes them.", example->words, exception)}});
}

}  // namespace macroscope
