#include "frontends/dsl/graph/graph_builder.h"

#include "catch.h"
#include "layer_net.h"

namespace macroscope::testing {
namespace {

using Body = std::function<Handle(LayerNet&, Handle)>;

/// The body so often as `count` says: a number writes it out.
Analysis repeated(const Body& body, const std::vector<Dim>& input, std::optional<int> count) {
  LayerNet net;
  for (const Dim& dim : input)
    for (const std::string& symbol : dim.symbols()) net.build.symbol(symbol);
  Handle x = net.input(input);
  net.path = "repeat";
  if (!count) {
    const Dim length = net.build.symbol("L");
    net.build.stand_at({{}, "repeat", 1, 1});
    x = net.build.repeat(length, {x}, [&](const std::vector<Handle>& states) { return std::vector{body(net, states.front())}; })
            .front();
  } else {
    for (int round = 0; round < *count; ++round) x = body(net, x);
  }
  return net.analysis(x);
}

/// The closed form at several counts against the net written out.
void check_closed_form(const Body& body, const std::vector<Dim>& input) {
  const Analysis closed = repeated(body, input, std::nullopt);
  REQUIRE_FALSE(has_errors(closed.diagnostics));
  CHECK(closed.costs.complete);
  for (const int count : {1, 2, 3, 6}) {
    CAPTURE(count);
    const Analysis open = repeated(body, input, count);
    const auto at = [&](const Dim& quantity) { return quantity.substitute({{"L", count}}).text(); };
    CHECK(at(closed.parameters.total(Role::weight)) == open.parameters.total(Role::weight).text());
    CHECK(at(closed.parameters.total(Role::statistic)) == open.parameters.total(Role::statistic).text());
    CHECK(at(closed.parameters.totals.weight_bytes) == open.parameters.totals.weight_bytes.text());
    CHECK(at(closed.costs.total.macs) == open.costs.total.macs.text());
    CHECK(at(closed.costs.total.effective_macs) == open.costs.total.effective_macs.text());
    CHECK(at(closed.costs.total.flops()) == open.costs.total.flops().text());
    CHECK(at(closed.costs.total.bytes_read) == open.costs.total.bytes_read.text());
    CHECK(at(closed.costs.total.bytes_written) == open.costs.total.bytes_written.text());
    CHECK(at(closed.costs.activation_bytes) == open.costs.activation_bytes.text());
  }
}

Handle dense_layer(LayerNet& net, Handle x) {
  Handle h = net.to(x, "bn");
  h = net.to(h, "relu");
  h = net.with(h, "conv", {argument(12), argument(3)}, {{"pad", argument("same")}, {"bias", argument(false)}});
  return net.layer("concat", {argument(x), argument(h)}).front();
}

}  // namespace

TEST_CASE("a symbolic count of bodies that keep their shape multiplies") {
  check_closed_form([](LayerNet& net, Handle x) { return net.to(net.to(x, "dense", 64), "relu"); }, {4, 64});
  check_closed_form(
      [](LayerNet& net, Handle x) {
        return net.layer("add", {argument(x), argument(net.to(x, "attention", 4))}).front();
      },
      {Dim::symbol("N"), 16, 32});
}

TEST_CASE("a symbolic count of bodies that grow has closed forms") {
  check_closed_form(dense_layer, {1, 24, 7, 7});
  check_closed_form(dense_layer, {Dim::symbol("N"), Dim::symbol("c"), 14, 14});
  // Without padding a map shrinks by 2 an iteration.
  check_closed_form([](LayerNet& net, Handle x) { return net.to(x, "conv", 3, 3); }, {1, 3, 40, Dim::symbol("W")});
}

TEST_CASE("a dense block of L layers is written as a formula") {
  LayerNet net;
  const Dim c = net.build.symbol("c"), k = net.build.symbol("k"), length = net.build.symbol("L");
  const Handle x = net.input({1, c, 56, 56});
  net.build.stand_at({{}, "repeat", 1, 1});
  const auto body = [&](const std::vector<Handle>& states) {
    const Handle h =
        net.with(states.front(), "conv", {argument(k), argument(3)}, {{"pad", argument("same")}, {"bias", argument(false)}});
    return net.layer("concat", {argument(states.front()), argument(h)});
  };
  const Handle y = net.build.repeat(length, {x}, body).front();
  CHECK(net.build.type_of(y).shape[1] == c + k * length);
  const Analysis analysis = net.analysis(y);
  CHECK(analysis.parameters.total(Role::weight) == floor_div(9 * k * length * (2 * c + k * (length - 1)), 2));
}

TEST_CASE("repeats nest") {
  check_closed_form(
      [](LayerNet& net, Handle x) {
        net.build.stand_at({"repeat", "inner", 1, 1});
        return net.build
            .repeat(net.build.symbol("M"), {x},
                    [&](const std::vector<Handle>& states) { return std::vector{net.to(states.front(), "dense", 8)}; })
            .front();
      },
      {2, 8});
}

TEST_CASE("a body that follows no law is refused with its sizes") {
  const auto halving = [](LayerNet& net, Handle x) { return net.to(x, "maxpool", 2); };
  CHECK(refusal([&] {
          repeated(halving, {1, 3, 224, 224}, std::nullopt);
        }).find("[1, 3, 224, 224], then [1, 3, 112, 112]") != std::string::npos);
}

TEST_CASE("weights of a shared instance are stored once") {
  LayerNet net;
  dsl::SharedWeights weights = net.build.share("tower");
  std::vector<Handle> results;
  for (const char* name : {"a", "b"}) {
    const Handle x = net.input({1, 16}, DataType::float32, name);
    net.build.begin_shared(weights);
    results.push_back(net.to(x, "dense", 8));
    net.build.end_shared();
  }
  const Handle other = net.input({1, 20}, DataType::float32, "c");
  CHECK(refusal([&] {
          net.build.begin_shared(weights);
          net.to(other, "dense", 8);
        }) == "dense: the weight 'weight' of shared 'tower' is [8, 16] at its first use and [8, 20] here");
  const Analysis analysis = net.analysis(net.layer("add", {argument(results[0]), argument(results[1])}).front());
  CHECK(parameters_of(analysis) == "136");
  CHECK(macs_of(analysis) == "256");
}

TEST_CASE("a shared instance within a symbolic repeat is stored once as well") {
  LayerNet net;
  Handle x = net.input({1, 16});
  dsl::SharedWeights weights = net.build.share("step");
  net.build.stand_at({{}, "repeat", 1, 1});
  x = net.build
          .repeat(net.build.symbol("L"), {x},
                  [&](const std::vector<Handle>& states) {
                    net.build.begin_shared(weights);
                    const Handle y = net.to(states.front(), "dense", 16);
                    net.build.end_shared();
                    return std::vector{y};
                  })
          .front();
  const Analysis analysis = net.analysis(x);
  CHECK(parameters_of(analysis) == "272");
  CHECK(macs_of(analysis) == "256*L");
}

TEST_CASE("layers are called by their names, with numbers where they repeat") {
  LayerNet net;
  Handle x = net.input({1, 3, 8, 8});
  for (int round = 0; round < 3; ++round) x = net.to(x, "conv", 3, 1);
  x = net.to(x, "silu");
  net.build.output(x, "y");
  const Network network = net.build.take();
  std::vector<std::string> names;
  for (const Node& node : network.main().nodes) names.emplace_back(node.name);
  CHECK(names == std::vector<std::string>{"conv", "conv_2", "conv_3", "silu/sigmoid", "silu/product"});
  CHECK(network.main().tensors[network.main().outputs.front()].name == "y");
  CHECK(network.main().stored.front().name == "conv.weight");
}

}  // namespace macroscope::testing
