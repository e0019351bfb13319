// Activations of com.microsoft, alone or behind a bias or a residual.
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"
#include "analyzer/operators/rows/microsoft/fused.h"

namespace macroscope {
namespace {

constexpr Lines kFastGelu{.text =
                              "X, bias | b[i..] = X[i..] + bias?[..]; t[i..] = b[i..] + 0.044715 * b[i..] * b[i..] * b[i..];"
                              "Y[i..] = 0.5 * b[i..] * (1 + Tanh(0.7979 * t[i..]))",
                          .axes = axis_maps::elementwise};

constexpr Lines kScaledSilu{.text = "Y[i..] = Swish(alpha * X[i..])", .axes = axis_maps::elementwise};

constexpr Lines kBiasSoftmax{.text =
                                 "X, bias | b[i..] = X[i..] + bias[..]; m[i/axis:=1..] max= b[i..];"
                                 "e[i..] = Exp(b[i..] - m[i/axis:=1..]); s[i/axis:=1..] += e[i..];"
                                 "Y[i..] = e[i..] / s[i/axis:=1..]"};

// The last axis is cut into a value and its gate.

constexpr Lines kBiasSplitGelu{
    .text = "X, bias | p < 2; b[r..,p*h] = X[r..,p*h] + bias[..]; Y[r..,h] = b[r..,0*h] * Gelu(b[r..,1*h])"};

std::vector<Fact> halved_shape(const OpContext& context) {
  require_inputs(context, 1);
  const Shape& shape = context.shape(0);
  if (!shape.known()) return {Fact::tensor(context.dtype(0))};
  return {Fact::tensor(context.dtype(0), with_last(shape, exact_share(context, last_of(shape), 2, "half of the last axis")))};
}

std::vector<Fact> swiglu_shape(const OpContext& context) {
  return context.has_input(1) ? like_first(context) : halved_shape(context);
}

bool is_limited(const OpContext& context) { return context.real("limit", 0) > 0; }

constexpr Lines kSwiGlu{
    .text =
        "X, V | when limited: g[i..] = Min(X[..], limit); when limited: v[i..] = Max(-limit, Min(limit, X[..]));"
        "Y[i..] = Swish(X[..] * activation_alpha?) * (X[..] + activation_beta?)",
    .conditions = {{{"limited", is_limited}}},
    .shape = swiglu_shape};

// Dropout behind a bias and a residual; a comparison with the ratio, the mask and the scale.

template <std::size_t input>
bool is_training(const OpContext& context) {
  return context.scalar(input) == Dim(1);
}

DataType dropout_type(const OpContext& context, std::size_t output) { return output == 1 ? DataType::boolean : context.dtype(0); }

/// 32 elements of the mask in each integer.
std::vector<Fact> bitmask_dropout_shape(const OpContext& context) {
  constexpr int kBits = 32;
  std::vector<Fact> results = like_first(context);
  const Shape& shape = context.shape(0);
  results.push_back(
      Fact::tensor(DataType::uint32, shape.known() ? Shape{ceil_div(shape.elements(), kBits)} : Shape{context.fresh(1)}));
  return results;
}

constexpr Lines kBiasDropout{
    .text =
        "X, bias, residual, ratio, training -> Y, mask | s[i..] = X[i..] + bias[..] + residual?[..];"
        "when training: m[i..] = random < ratio; when not training: m[i..] = 1; mask[i..] = Cast(m[i..]);"
        "when training: Y[i..] = s[i..] * m[i..] * scale; when not training: Y[i..] = s[i..]",
    .conditions = {{{"training", is_training<4>}}},
    .dtype = dropout_type};
constexpr Lines kBitmaskBiasDropout{
    .text =
        "X, bias, residual, ratio, training -> Y, mask | s[i..] = X[i..] + bias[..] + residual?[..];"
        "when training: m[i..] = random < ratio; when not training: m[i..] = 1; mask[w] = Cast(m[..]);"
        "when training: Y[i..] = s[i..] * m[i..] * scale; when not training: Y[i..] = s[i..]",
    .conditions = {{{"training", is_training<4>}}},
    .shape = bitmask_dropout_shape};
constexpr Lines kBitmaskDropout{
    .text =
        "X, ratio, training -> Y, mask | when training: m[i..] = random < ratio; when not training: m[i..] = 1;"
        "mask[w] = Cast(m[..]); when training: Y[i..] = X[i..] * m[i..] * scale; when not training: Y[i..] = X[i..]",
    .conditions = {{{"training", is_training<2>}}},
    .shape = bitmask_dropout_shape};

/// With a weight the gate is the sigmoid of a product with it, one for each row.
constexpr Lines kGatedAdd{.text =
                              "X, V, G, W | when W: p[r..] += G[r..,k] * W[..]; when W: g[r..] = Sigmoid(p[r..]);"
                              "when W: Y[i..] = X[i..] + V[i/some..] * g[..];"
                              "when not W: Y[i..] = X[i..] + V[i/some..] * G[..]"};

constexpr Operator kActivationRows[] = {
    {.name = "BiasAdd",
     .meaning = PerElement{.effort = {.add = 2}, .operands = 3, .shaped_by_first = true},
     .roles = "data bias data",
     .traits = {Trait::affine, Trait::sums},
     .saves = Saves::nothing},
    {.name = "BiasDropout", .meaning = line_body<kBiasDropout>, .roles = "data bias data constant*2", .saves = Saves::nothing},
    {.name = "BiasGelu",
     .meaning = PerElement{.effort = kGeluByErf + Effort{.add = 1}, .operands = 2, .shaped_by_first = true},
     .roles = "data bias",
     .derives = "Gelu"},
    {.name = "BiasSoftmax", .meaning = line_body<kBiasSoftmax>, .saves = Saves::result},
    {.name = "BiasSplitGelu", .meaning = line_body<kBiasSplitGelu>, .roles = "data bias"},
    {.name = "BitmaskBiasDropout",
     .meaning = line_body<kBitmaskBiasDropout>,
     .roles = "data bias data constant*2",
     .saves = Saves::nothing},
    {.name = "BitmaskDropout", .meaning = line_body<kBitmaskDropout>, .roles = "data constant*2", .saves = Saves::nothing},
    {.name = "FastGelu", .meaning = line_body<kFastGelu>, .roles = "data bias", .derives = "Gelu"},
    {.name = "GatedAdd", .meaning = line_body<kGatedAdd>, .roles = "data*3 weight"},
    {.name = "Gelu", .meaning = PerElement{.effort = kGeluByErf}, .derives = "Gelu"},
    {.name = "QuickGelu", .meaning = PerElement{.effort = kSilu + Effort{.mul = 1}}, .derives = "Gelu"},
    {.name = "ScaledSiLU", .meaning = line_body<kScaledSilu>, .roles = "data constant", .traits = Trait::elementwise},
    {.name = "SwiGLU", .meaning = line_body<kSwiGlu>, .derives = "SwiGLU"},
};

}  // namespace

Family families::microsoft_activation() { return {"com.microsoft", "activation", kActivationRows}; }

}  // namespace macroscope
