// Layers that work element by element.
#include <fmt/format.h>

#include "frontends/dsl/layers/layer_call.h"

namespace macroscope::dsl {
namespace {

using Kind = ParameterKind;

/// One node without parameters, by a name that is known when the program is built.
template <std::size_t N>
struct OperatorName {
  constexpr OperatorName(const char (&text)[N]) {  // NOLINT(google-explicit-constructor): a literal
    for (std::size_t index = 0; index < N; ++index) letters[index] = text[index];
  }
  [[nodiscard]] constexpr std::string_view view() const { return {letters, N - 1}; }
  char letters[N]{};
};

template <OperatorName op>
std::vector<Handle> plain(GraphBuilder& build, const LayerCall& call) {
  return build.node(op.view(), {call.tensor("x")});
}

template <OperatorName op>
std::vector<Handle> with_alpha(GraphBuilder& build, const LayerCall& call) {
  std::vector<Attribute> attributes;
  if (call.has("alpha")) attributes.push_back(build.real("alpha", call.real("alpha", 0)));
  return build.node(op.view(), {call.tensor("x")}, attributes);
}

/// A slope for each channel, or one for all.
std::vector<Handle> prelu(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Shape& shape = build.shape_of(x);
  std::vector<Dim> slopes{1};
  if (call.has("slopes") && !call.word("slopes")) {
    const Dim one = call.size("slopes", 1);
    if (!one.is(1)) refuse("bad-argument", fmt::format("slopes is channel or 1, and not {}", one.text()), "slopes");
  } else {
    const std::string_view each = call.word("slopes", {"channel"}, "channel");
    if (shape.rank() < 2)
      refuse("bad-rank", fmt::format("a slope for each {}, and the input {} has none", each, shape.text()), "x", "slopes = 1");
    slopes.assign(shape.rank() - 1, 1);
    slopes.front() = shape[1];
  }
  return build.node("PRelu", {x, build.weight("slope", slopes)});
}

/// As Sigmoid and Mul: no runtime has Swish yet.
std::vector<Handle> silu(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  build.stand_at_part("sigmoid");
  const Handle gate = build.node("Sigmoid", {x}).front();
  build.stand_at_part("product");
  return build.node("Mul", {x, gate});
}

std::vector<Handle> gelu(GraphBuilder& build, const LayerCall& call) {
  std::vector<Attribute> attributes;
  if (call.has("approximate"))
    attributes.push_back(build.text("approximate", call.word("approximate", {"none", "tanh"}, "none")));
  return build.node("Gelu", {call.tensor("x")}, attributes);
}

std::vector<Handle> softmax(GraphBuilder& build, const LayerCall& call) {
  return build.node("Softmax", {call.tensor("x")}, {build.size("axis", call.number("axis", -1))});
}

std::vector<Handle> dropout(GraphBuilder& build, const LayerCall& call) {
  const double ratio = call.real("p", 0.5);
  if (!(ratio >= 0 && ratio < 1)) refuse("bad-argument", fmt::format("p is at least 0 and below 1, and not {}", ratio), "p");
  const Handle x = call.tensor("x");
  return build.node("Dropout", {x, build.reals("ratio", {Real(ratio)}, true)});
}

}  // namespace

std::vector<Layer> activation_layers() {
  const LayerParameter x{"x", Kind::tensor};
  return {
      {"relu", {x}, 1, plain<"Relu">},
      {"leaky_relu", {x, {"alpha", Kind::real, "0.01"}}, 1, with_alpha<"LeakyRelu">},
      {"prelu", {x, {"slopes", Kind::word, "channel"}}, 1, prelu},
      {"elu", {x, {"alpha", Kind::real, "1"}}, 1, with_alpha<"Elu">},
      {"selu", {x}, 1, plain<"Selu">},
      {"celu", {x, {"alpha", Kind::real, "1"}}, 1, with_alpha<"Celu">},
      {"gelu", {x, {"approximate", Kind::word, "none"}}, 1, gelu},
      {"silu", {x}, 1, silu},
      {"mish", {x}, 1, plain<"Mish">},
      {"hardswish", {x}, 1, plain<"HardSwish">},
      {"sigmoid", {x}, 1, plain<"Sigmoid">},
      {"tanh", {x}, 1, plain<"Tanh">},
      {"softmax", {x, {"axis", Kind::size, "-1"}}, 1, softmax},
      {"dropout", {x, {"p", Kind::real, "0.5"}}, 1, dropout},
  };
}

}  // namespace macroscope::dsl
