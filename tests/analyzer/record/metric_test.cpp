#include "analyzer/record/metric_table.h"

#include <algorithm>
#include <set>
#include <string>

#include "analyzer/record/metric_values.h"
#include "catch.h"
#include "network_builder.h"

namespace macroscope {

TEST_CASE("Every metric has its row, with words, a convention and a way to read it") {
  REQUIRE(metric_table().size() == kMetrics);
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const MetricRow& row = metric_table()[i];
    INFO(row.name);
    CHECK(row.metric == static_cast<Metric>(i));
    CHECK_FALSE(row.words.empty());
    CHECK_FALSE(row.convention.empty());
    const int ways = (row.of_cost != nullptr ? 1 : 0) + (row.of_training != nullptr ? 1 : 0) + (row.of_model != nullptr ? 1 : 0);
    CHECK(ways == (row.metric == Metric::file_bytes ? 0 : 1));  // only who reads a file knows its size
    CHECK(row.uses.column == (!row.share_title.empty()));
    CHECK((!row.uses.column || row.of_cost != nullptr || row.of_layer != nullptr));
  }
}

TEST_CASE("No two metrics share a name, a place among the totals, or a name in expectations") {
  std::set<std::string_view> names, places, expected;
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const auto metric = static_cast<Metric>(i);
    CHECK(names.insert(name_of(metric)).second);
    if (!place_in_totals(metric).empty()) CHECK(places.insert(place_in_totals(metric)).second);
  }
  for (const std::string_view name : names_in_expectations()) {
    CHECK(expected.insert(name).second);
    CHECK(metric_expected_as(name));
  }
  CHECK_FALSE(metric_expected_as(""));
  CHECK_FALSE(metric_expected_as("weight"));
}

TEST_CASE("Budgets name what records keep, and nothing else") {
  for (const std::string_view name : metric_names()) CHECK(is_recorded(metric_named(name).value()));
  CHECK_FALSE(metric_named("special"));
  CHECK_FALSE(metric_named("saved_bytes"));
  for (const Metric metric : kLayerMetrics) CHECK(is_recorded(metric));
}

TEST_CASE("Values are those of a convolution counted by hand") {
  testing::NetworkBuilder net;
  net.input("x", {1, 3, 8, 8}).weight("w", {4, 3, 3, 3}).node("Conv", {"x", "w"}, {"y"}).output("y");
  const Analysis analysis = analyze(net.take(), {});
  const auto total = [&](Metric metric) { return total_of(analysis, metric).value().value.text(); };
  CHECK(total(Metric::parameters) == "108");  // 4*3*3*3
  CHECK(total(Metric::macs) == "3888");       // 4*6*6*27
  CHECK(total(Metric::flops) == "7776");
  CHECK(total(Metric::activation_bytes) == "576");  // 4*6*6 floats
  CHECK(total(Metric::training_macs) == "7776");    // forward, and the gradient of the weight: an input needs none
  CHECK(total(Metric::receptive_field) == "3");
  CHECK(total(Metric::nodes) == "1");
  CHECK(amount_of_layer(analysis, Metric::weight_bytes, 0, 0).value().value.text() == "432");
  CHECK_FALSE(amount_of_layer(analysis, Metric::nodes, 0, 0));
  CHECK_FALSE(total_of(analysis, Metric::file_bytes));
}

}  // namespace macroscope
