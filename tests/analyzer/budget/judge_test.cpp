#include "analyzer/budget/judge.h"

#include <array>
#include <random>

#include "catch.h"

namespace macroscope {
namespace {

ModelRecord model_of(const std::optional<Quantity>& macs) {
  ModelRecord model;
  model.totals[static_cast<std::size_t>(Metric::macs)] = macs;
  return model;
}

Quantity exactly(const Dim& value) { return {value, false}; }
Quantity at_least_of(const Dim& value) { return {value, true}; }

LayerRecord layer(std::string name, std::string op, std::int64_t macs, std::string shapes = "[1, 8]") {
  LayerRecord layer;
  layer.name = std::move(name);
  layer.op = std::move(op);
  layer.shapes = std::move(shapes);
  for (const Metric metric : kLayerMetrics) layer.amounts[*layer_metric(metric)] = exactly(0);
  layer.amounts[*layer_metric(Metric::macs)] = exactly(macs);
  return layer;
}

TEST_CASE("A pattern that means no layer suggests the module it was meant to be in") {
  ModelRecord model = model_of(exactly(30));
  model.layers = {layer("/model/decoder/conv", "Conv", 20), layer("/model/encoder/conv", "Conv", 10)};
  model.layers[0].path = "model/decoder";
  model.layers[1].path = "model/encoder";
  const auto reason = [&](const std::string& pattern) {
    ModelBudget budget;
    LayerBudget& part = budget.layers.emplace_back();
    part.pattern = pattern;
    part.limits.max.push_back({Metric::macs, Dim(5), {}});
    return judge(model, budget, UnknownPolicy::fail, nullptr).front().reason;
  };
  CHECK(reason("decoder/*") == "no layer of the model is called 'decoder/*'; did you mean 'model/decoder/*'?");
  CHECK(reason("head/*") == "no layer of the model is called 'head/*'");
}

ModelBudget with_max(Metric metric, const Dim& value) {
  ModelBudget budget;
  budget.limits.max.push_back({metric, value, {}});
  return budget;
}

Outcome outcome_of(const std::optional<Quantity>& macs, const ModelBudget& budget, UnknownPolicy unknown = UnknownPolicy::fail) {
  const std::vector<Verdict> verdicts = judge(model_of(macs), budget, unknown, nullptr);
  REQUIRE(verdicts.size() == 1);
  return verdicts.front().outcome;
}

TEST_CASE("at most: a number, a lower bound, a quantity with symbols") {
  const Dim n = Dim::symbol("n");
  CHECK(at_most(exactly(5), exactly(5)) == Decision::keeps);
  CHECK(at_most(exactly(6), exactly(5)) == Decision::breaks);
  CHECK(at_most(at_least_of(5), exactly(5)) == Decision::open);
  CHECK(at_most(at_least_of(6), exactly(5)) == Decision::breaks);
  CHECK(at_most(exactly(n), exactly(n + 1)) == Decision::keeps);
  CHECK(at_most(exactly(n + 1), exactly(n)) == Decision::breaks);
  CHECK(at_most(exactly(n * 2), exactly(n + 10)) == Decision::open);
}

TEST_CASE("A decision with numbers put in is never contradicted by the one with symbols") {
  std::mt19937 random(7);
  std::uniform_int_distribution<std::int64_t> factor(0, 4), value(1, 40);
  const Dim n = Dim::symbol("n");
  for (int round = 0; round < 2000; ++round) {
    const std::array<std::int64_t, 4> k{factor(random), value(random), factor(random), value(random)};
    const Decision open = at_most(exactly(n * k[0] + k[1]), exactly(n * k[2] + k[3]));
    const std::int64_t at = value(random);
    const Decision closed = at_most(exactly(at * k[0] + k[1]), exactly(at * k[2] + k[3]));
    REQUIRE((open == Decision::open || open == closed));
  }
}

TEST_CASE("A limit fails above, passes below, and a lower bound never passes") {
  const ModelBudget budget = with_max(Metric::macs, 100);
  CHECK(outcome_of(exactly(100), budget) == Outcome::passed);
  CHECK(outcome_of(exactly(101), budget) == Outcome::failed);
  CHECK(outcome_of(at_least_of(101), budget, UnknownPolicy::allow) == Outcome::failed);
  CHECK(outcome_of(at_least_of(1), budget) == Outcome::undecided);
  CHECK(outcome_of(at_least_of(1), budget, UnknownPolicy::warn) == Outcome::warned);
  CHECK(outcome_of(at_least_of(1), budget, UnknownPolicy::allow) == Outcome::allowed);
  CHECK(outcome_of(std::nullopt, budget) == Outcome::undecided);
  CHECK(outcome_of(exactly(Dim::symbol("n")), budget) == Outcome::undecided);
}

TEST_CASE("A failure says by how much and which layers hold most") {
  ModelRecord model = model_of(exactly(200));
  model.layers = {layer("a", "Conv", 30), layer("b", "Conv", 100), layer("c", "Conv", 20), layer("d", "Conv", 50)};
  const std::vector<Verdict> verdicts = judge(model, with_max(Metric::macs, 160), UnknownPolicy::fail, nullptr);
  REQUIRE(verdicts.size() == 1);
  CHECK(verdicts[0].missed_by->is(40));
  CHECK(*verdicts[0].missed_share == Approx(0.25));
  REQUIRE(verdicts[0].largest.size() == 3);
  CHECK(verdicts[0].largest[0].layer == "b");
  CHECK(*verdicts[0].largest[0].share == Approx(0.5));
  CHECK(verdicts[0].largest[2].layer == "a");
}

TEST_CASE("Growth fails only where share and amount are both exceeded") {
  const auto grown_to = [](std::int64_t macs, GrowthLimit limit) {
    ModelBudget budget;
    limit.metric = Metric::macs;
    budget.limits.growth.push_back(std::move(limit));
    const ModelRecord before = model_of(exactly(1000));
    return judge(model_of(exactly(macs)), budget, UnknownPolicy::fail, &before).front().outcome;
  };
  GrowthLimit both;
  both.share = GrowthLimit::Share{2, 100};
  both.amount = Dim(50);
  CHECK(grown_to(1049, both) == Outcome::passed);  // past 2 %, not past 50
  CHECK(grown_to(1050, both) == Outcome::passed);
  CHECK(grown_to(1051, both) == Outcome::failed);
  GrowthLimit share;
  share.share = GrowthLimit::Share{2, 100};
  CHECK(grown_to(1020, share) == Outcome::passed);
  CHECK(grown_to(1021, share) == Outcome::failed);
  CHECK(grown_to(900, share) == Outcome::passed);
  ModelBudget budget;
  budget.limits.growth.push_back(both);
  CHECK(judge(model_of(exactly(5)), budget, UnknownPolicy::fail, nullptr).front().outcome == Outcome::skipped);
}

TEST_CASE("A part of the model has a budget of its own") {
  ModelRecord model;
  model.layers = {layer("stem/Conv", "Conv", 500), layer("head/a", "Gemm", 40), layer("head/b", "Gemm", 70)};
  ModelBudget budget;
  budget.layers.push_back({"head/*", {{{Metric::macs, 100, {}}}, {}, {}, {}}, {}});
  budget.layers.push_back({"tail/*", {{{Metric::macs, 100, {}}}, {}, {}, {}}, {}});
  const std::vector<Verdict> verdicts = judge(model, budget, UnknownPolicy::fail, nullptr);
  REQUIRE(verdicts.size() == 2);
  CHECK(verdicts[0].outcome == Outcome::failed);
  CHECK(verdicts[0].actual->value.is(110));
  CHECK(verdicts[1].outcome == Outcome::undecided);  // no layer is called that: never a pass
}

TEST_CASE("Operators may be forbidden or counted") {
  ModelRecord model;
  model.operators = {{"Conv", 3}, {"Transpose", 5}, {"com.microsoft:FusedConv", 2}};
  ModelBudget budget;
  budget.operators = {
      {"com.microsoft:*", 0, true, {}}, {"Loop", 0, true, {}}, {"Transpose", 4, false, {}}, {"Conv", 3, false, {}}};
  const std::vector<Verdict> verdicts = judge(model, budget, UnknownPolicy::fail, nullptr);
  REQUIRE(verdicts.size() == 4);
  CHECK(verdicts[0].outcome == Outcome::failed);
  CHECK(verdicts[0].reason == "the model has com.microsoft:FusedConv");
  CHECK(verdicts[1].outcome == Outcome::passed);
  CHECK(verdicts[2].outcome == Outcome::failed);
  CHECK(verdicts[2].missed_by->is(1));
  CHECK(verdicts[3].outcome == Outcome::passed);
}

}  // namespace
}  // namespace macroscope
