// Receptive fields as closed forms.
#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

AxisField field_of(const Analysis& analysis, std::string_view name, std::size_t axis = 0) {
  const Graph& graph = analysis.network.main();
  for (TensorId tensor = 0; tensor < graph.tensors.size(); ++tensor)
    if (graph.tensors[tensor].name == name) return analysis.receptive_fields().of(tensor, analysis.shapes).at(0).axes.at(axis);
  return {};
}

TEST_CASE("A field over an open size is a number, and the padding of both sides shows in its start") {
  NetworkBuilder net;
  net.input("x", {1, 4, Dim::symbol("N")}).weight("w", {4, 4, 3});
  net.node("Conv", {"x", "w"}, {"a"}, {net.integers("pads", {4, 4}), net.integers("dilations", {4})});
  net.node("Conv", {"a", "w"}, {"y"}, {net.integers("pads", {1, 1}), net.integers("strides", {2})});
  const Analysis analysis = analyze(net.take(), {});
  const AxisField field = field_of(analysis, "y");
  CHECK(field.size == Dim(9 + 2));
  CHECK(field.jump.text() == "2");
  CHECK(field.start.text() == "-5");
}

TEST_CASE("Causal attention reaches back to the first position") {
  NetworkBuilder net(23);
  const Dim length = Dim::symbol("S");
  net.input("x", {1, 2, length, 8});
  net.node("Attention", {"x", "x", "x"}, {"y"}, {net.integer("is_causal", 1)});
  const Analysis analysis = analyze(net.take(), {});
  const AxisField field = field_of(analysis, "y");
  CHECK(field.before);
  CHECK(field.size == length);
  CHECK(field.start.text() == "1 - S");
}

TEST_CASE("A window of symbolic size has a polynomial for its field") {
  const Dim k = Dim::symbol("k");
  NetworkBuilder net;
  net.input("x", {1, 1, 100}).input("w", {1, 1, k});
  net.node("Conv", {"x", "w"}, {"a"}).node("Conv", {"a", "w"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(field_of(analysis, "y").size == 2 * k - 1);
}

TEST_CASE("Tokens of a map are unknown beside each other, and all of it once they are mixed") {
  NetworkBuilder net;
  net.input("x", {1, 3, 32, 32}).weight("w", {16, 3, 4, 4}).list("shape", {1, 16, 64});
  net.node("Conv", {"x", "w"}, {"p"}, {net.integers("strides", {4, 4})})
      .node("Reshape", {"p", "shape"}, {"t"})
      .node("Softmax", {"t"}, {"y"}, {net.integer("axis", 2)});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(field_of(analysis, "t", 0).jump.text() == "1/2");  // a row of 8 tokens moves by 4
  CHECK(field_of(analysis, "t", 1).kind == AxisField::Kind::unknown);
  CHECK(field_of(analysis, "y", 0).kind == AxisField::Kind::all);
  CHECK(field_of(analysis, "y", 1).kind == AxisField::Kind::all);
}

}  // namespace
}  // namespace macroscope
