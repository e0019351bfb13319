#include "reports/tables/layer_tree.h"

#include "catch.h"
#include "sample_models.h"

namespace macroscope {
namespace {

const std::vector<Metric> kAll{Metric::parameters, Metric::macs,       Metric::effective_macs,
                               Metric::flops,      Metric::bytes_read, Metric::bytes_written};

/// What rows directly below one parent add up to, from `begin`.
Quantity sum_of(const LayerTree& tree, std::size_t begin, std::uint32_t level, Metric metric) {
  Sum sum;
  for (std::size_t i = begin; i < tree.rows().size() && tree.rows()[i].level >= level; ++i)
    if (tree.rows()[i].level == level) sum.add(tree.of(tree.rows()[i], metric));
  return *sum.quantity();
}

void check_sums(const Figures& figures, const LayerTree& tree) {
  for (const Metric metric : kAll) {
    CHECK(sum_of(tree, 0, 0, metric).value == figures.total(metric)->value);
    for (std::size_t i = 0; i < tree.rows().size(); ++i) {
      const LayerTree::Row& row = tree.rows()[i];
      const bool has_rows_below = i + 1 < tree.rows().size() && tree.rows()[i + 1].level > row.level;
      if (has_rows_below) CHECK(sum_of(tree, i + 1, row.level + 1, metric).value == tree.of(row, metric)->value);
    }
  }
}

std::uint32_t layers_in(const LayerTree& tree) {
  std::uint32_t layers = 0;
  for (const LayerTree::Row& row : tree.rows())
    if (row.level == 0) layers += row.layers;
  return layers;
}

/// A chain of dense layers in modules `block0/part0` ..., some directly in their block, some in none.
Network nested_modules() {
  testing::NetworkBuilder net;
  net.input("x", {Dim::symbol("N"), 8});
  std::vector<std::string> paths;
  std::string before = "x";
  for (int i = 0; i < 30; ++i) {
    const std::string weight = "w" + std::to_string(i);
    const std::string after = "y" + std::to_string(i);
    net.weight(weight, {8, 8}).node("MatMul", {before, weight}, {after});
    before = after;
    const std::string block = "block" + std::to_string(i / 10);
    paths.push_back(i % 10 == 0 ? "" : i % 5 == 0 ? block : block + "/part" + std::to_string(i % 3));
  }
  return testing::with_paths(net.take(), paths);
}

}  // namespace

TEST_CASE("However rows are rolled up, sorted and folded, they add up to the totals and no layer is lost") {
  const int model = GENERATE(0, 1, 2);
  const Analysis analysis = analyze(model == 0   ? testing::small_cnn()
                                    : model == 1 ? nested_modules()
                                                 : testing::incomplete_model(),
                                    {});
  const Figures figures(analysis, "m");
  const std::size_t depth = GENERATE(0U, 1U, 2U, 9U);
  const std::size_t top = GENERATE(0U, 1U, 3U, 7U);
  const bool is_sorted = GENERATE(false, true);
  const LayerTree tree(figures, {depth, is_sorted ? std::optional(Metric::macs) : std::nullopt, top, kAll});
  check_sums(figures, tree);
  CHECK(layers_in(tree) == analysis.network.main().nodes.size());
}

TEST_CASE("The largest layers stay, the others become one row, and one layer alone is not folded") {
  const Analysis analysis = analyze(testing::small_cnn(), {});
  const Figures figures(analysis, "m");
  const LayerTree two(figures, {0, std::nullopt, 2, kAll});
  REQUIRE(two.rows().size() == 3);
  CHECK(two.rows()[0].index == 0);  // in the model's order, though the second is dearer
  CHECK(two.rows()[1].index == 2);
  CHECK(two.rows()[2].kind == RowKind::others);
  CHECK(two.rows()[2].layers == 4);
  CHECK(LayerTree(figures, {0, std::nullopt, 5, kAll}).rows().size() == 6);
}

TEST_CASE("Sorting puts the largest first on every level") {
  const Analysis analysis = analyze(testing::small_cnn(), {});
  const Figures figures(analysis, "m");
  const LayerTree layers(figures, {0, Metric::parameters, 0, kAll});
  CHECK(layers.rows().front().index == 2);  // 36,928 parameters
  const LayerTree modules(figures, {1, Metric::macs, 0, kAll});
  REQUIRE(modules.rows().size() == 2);
  CHECK(modules.rows().front().path == "body");
  CHECK(modules.rows().front().layers == 4);
}

TEST_CASE("Paths of thousands of parts nest no deeper than a bound") {
  std::string path;
  for (int i = 0; i < 5000; ++i) path += "a/";
  testing::NetworkBuilder net;
  net.input("x", {1}).node("Relu", {"x"}, {"y"});
  const Analysis analysis = analyze(testing::with_paths(net.take(), {path}), {});
  const LayerTree tree(Figures(analysis, "m"), {100000, std::nullopt, 0, kAll});
  CHECK(tree.rows().size() < 100);
}

TEST_CASE("Shares of symbolic quantities are told where they are one number") {
  const Dim n = Dim::symbol("N");
  CHECK(constant_share(n * 3, n * 4) == 0.75);
  CHECK(constant_share(Dim(1), Dim(4)) == 0.25);
  CHECK(constant_share(Dim(0), n * n + 1) == 0.0);
  CHECK(constant_share((n * n + 1) * 3, (n * n + 1) * 12) == 0.25);
  CHECK_FALSE(constant_share(n, n * n).has_value());
  CHECK_FALSE(constant_share(n, n + 1).has_value());
  CHECK_FALSE(constant_share(Dim(0), Dim(0)).has_value());
}

}  // namespace macroscope
