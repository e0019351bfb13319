#include "reports/tables/totals.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "catch.h"
#include "golden.h"
#include "reports/formats/formats.h"
#include "reports/kinds/analysis_report.h"
#include "reports/tables/totals_table.h"
#include "sample_models.h"

namespace macroscope {
namespace {

using Json = nlohmann::json;

/// Quantities among the totals by their places; what is no quantity is left out.
void add_places(const std::vector<Total>& totals, const std::string& group, std::map<std::string, Quantity>& places) {
  for (const Total& total : totals) {
    const std::string place = group + std::string(total.key);
    if (const auto* inner = std::get_if<std::vector<Total>>(&total.value)) add_places(*inner, place + ".", places);
    if (const auto* quantity = std::get_if<std::optional<Quantity>>(&total.value); quantity != nullptr && *quantity)
      places.emplace(place, **quantity);
  }
}

const Json& resolved(const Json& schema, const Json& part) {
  const auto reference = part.find("$ref");
  return reference == part.end() ? part : schema.at(Json::json_pointer(reference->get<std::string>().substr(1)));
}

/// The property of the schema that is at a place among the totals.
const Json& property_at(const Json& schema, std::string place) {
  const Json* part = &schema.at("/$defs/document/properties/totals"_json_pointer);
  for (std::size_t dot = place.find('.'); dot != std::string::npos; dot = place.find('.')) {
    part = &resolved(schema, part->at("properties").at(place.substr(0, dot)));
    place.erase(0, dot + 1);
  }
  return part->at("properties").at(place);
}

std::string row_of_document(Metric metric) {
  std::string expected;
  for (const std::string_view name : names_in_expectations())
    if (metric_expected_as(name) == metric) expected += fmt::format("{}`{}`", expected.empty() ? "" : ", ", name);
  const std::string place = place_in_totals(metric).empty() ? "" : fmt::format("`{}`", place_in_totals(metric));
  const auto columns = columns_of_layers();
  const bool is_column = std::find(columns.begin(), columns.end(), metric) != columns.end();
  return fmt::format("| `{}` | {} | {} | {} | {} | {} | {} | {} |\n", name_of(metric), words_for(metric),
                     is_bytes(metric) ? "bytes" : "", is_column ? "yes" : "", is_recorded(metric) ? "yes" : "", place, expected,
                     convention_of(metric));
}

}  // namespace

TEST_CASE("The totals of a model have every metric in its place, with its value") {
  const Analysis analysis = analyze(testing::small_cnn(), {});
  const Figures figures(analysis, "m.onnx");
  std::map<std::string, Quantity> places;
  add_places(totals_of(figures), "", places);
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const auto metric = static_cast<Metric>(i);
    if (place_in_totals(metric).empty() || metric == Metric::biases_left_out) continue;
    INFO(name_of(metric));
    const auto found = places.find(std::string(place_in_totals(metric)));
    REQUIRE(found != places.end());
    CHECK(found->second.value == figures.total(metric).value().value);
  }
}

TEST_CASE("Totals of an incomplete model are lower bounds but for what is stored") {
  const Analysis analysis = analyze(testing::incomplete_model(), {});
  const Figures figures(analysis, "m.onnx");
  std::map<std::string, Quantity> places;
  add_places(totals_of(figures), "", places);
  for (const char* place : {"macs", "flops", "macs_by_dtype.float32", "flops_by_kind.add", "activation_bytes", "peak.bytes",
                            "training.macs", "training.saved_bytes"}) {
    INFO(place);
    CHECK(places.at(place).at_least);
  }
  for (const char* place : {"parameters", "weight_bytes", "training.gradient_bytes"}) CHECK_FALSE(places.at(place).at_least);
}

TEST_CASE("The schema describes every total in the words of the table") {
  const Json schema = Json::parse(testing::content_of(testing::source_directory() + "/docs/macroscope-1.schema.json"));
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const auto metric = static_cast<Metric>(i);
    if (place_in_totals(metric).empty()) continue;
    INFO(name_of(metric));
    CHECK(property_at(schema, std::string(place_in_totals(metric))).at("description") == convention_of(metric));
  }
}

TEST_CASE("golden: docs/quantities.md lists the table of quantities") {
  std::string page =
      "# Quantities\n\nEverything that is counted, by its name in columns, budgets and lock files. This page is made of the "
      "table in\n"
      "[analyzer/record/metric_table.cpp](../analyzer/record/metric_table.cpp); [counting.md](counting.md) says more of each.\n\n"
      "| name | in words | unit | column of layers | budgets | place in the JSON totals | in `expect` | how it is counted |\n"
      "|---|---|---|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < kMetrics; ++i) page += row_of_document(static_cast<Metric>(i));
  testing::check_golden("../../docs/quantities.md", page);
}

}  // namespace macroscope
