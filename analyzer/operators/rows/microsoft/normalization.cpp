// Normalizations of com.microsoft: behind a residual, an embedding or a quantisation, with a gate or an activation.
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"
#include "analyzer/operators/rows/microsoft/fused.h"

namespace macroscope {
namespace {

/// Vectors that are given for each place along the last axis.
template <std::size_t... vectors>
void check_features(const OpContext& context) {
  if (!context.shape(0).known()) return;
  for (const std::size_t index : {vectors...}) {
    if (!context.shape(index).known()) continue;
    require_rank(context, index, 1);
    context.must_equal(context.shape(index)[0], last_of(context.shape(0)), "features of the scale, shift or bias");
  }
}

/// Results: the normalized sum, statistics that only training asks for, the sum itself.
DataType residual_type(const OpContext& context, std::size_t output) {
  return output == 1 || output == 2 ? DataType::float32 : context.dtype(0);
}

constexpr Lines kSkipLayer{
    .text =
        "X, skip, gamma, beta, bias -> Y, mean, inv_std, sum |"
        "sum[i..] = X[i..] + skip[..] + bias?[..]; s[i/axis..] += sum[i..]; mean[i/axis..] = s[i/axis..] / count;"
        "d[i..] = sum[i..] - mean[i/axis..]; q[i/axis..] += Mul(d[i..], d[i..]);"
        "inv_std[i/axis..] = Pow(q[i/axis..] / count + epsilon, -0.5);"
        "Y[i..] = d[i..] * inv_std[i/axis..] * gamma[..] + beta?[..]",
    .check =
        [](const OpContext& context) {
          require_same_dtype(context, {0, 1, 2, 3, 4});
          check_features<2, 3, 4>(context);
        },
    .dtype = residual_type,
    .axes = axis_maps::tokens};

constexpr Lines kSkipSimplified{
    .text =
        "X, skip, gamma, bias -> Y, mean, inv_std, sum |"
        "sum[i..] = X[i..] + skip[..] + bias?[..]; mean[i/axis..] = 0; q[i/axis..] += Mul(sum[i..], sum[i..]);"
        "inv_std[i/axis..] = Pow(q[i/axis..] / count + epsilon, -0.5); Y[i..] = sum[i..] * inv_std[i/axis..] * gamma[..]",
    .check =
        [](const OpContext& context) {
          require_same_dtype(context, {0, 1, 2, 3});
          check_features<2, 3>(context);
        },
    .dtype = residual_type,
    .axes = axis_maps::tokens};

constexpr Lines kSimplified{
    .text =
        "X, scale -> Y, inv_std | q[i/axis:..] += Mul(X[i..], X[i..]);"
        "inv_std[i/axis:..] = Pow(q[i/axis:..] / count + epsilon, -0.5); Y[i..] = X[i..] * inv_std[i/axis:..] * scale[..]",
    .dtype =
        [](const OpContext& context, std::size_t output) {
          if (output == 1) return DataType::float32;
          return context.dtype(1) == DataType::unknown ? context.dtype(0) : context.dtype(1);
        },
    .axes = axis_maps::tokens};

// Embeddings: words, positions and, where given, segments are looked up, added and normalized.

template <std::size_t result>
DataType embedded_type(const OpContext& context, std::size_t output) {
  return output == 1 ? DataType::int32 : context.dtype(result);
}

constexpr Lines kEmbed{
    .text =
        "ids, segments, words, positions, segment_table, gamma, beta, mask -> Y, mask_index, sum |"
        "mask_index[b] += ids[b,t]; sum[b,t,e] = words[@ids,e] + positions[@t,e] + segment_table?[@segments,e];"
        "s[b,t] += sum[b,t,e]; m[b,t] = s[b,t] / count; d[b,t,e] = sum[b,t,e] - m[b,t]; q[b,t] += Mul(d[b,t,e], d[b,t,e]);"
        "v[b,t] = Pow(q[b,t] / count + epsilon, -0.5); Y[b,t,e] = d[b,t,e] * v[b,t] * gamma[e] + beta[e]",
    .dtype = embedded_type<2>,
    .axes = axis_maps::tokens};

constexpr Lines kQuantizedEmbed{
    .text =
        "ids, segments, words, positions, segment_table, gamma, beta, mask, words_scale, positions_scale -> Y, mask_index |"
        "mask_index[b] += ids[b,t];"
        "a[b,t,e] = DequantizeLinear(words[@ids,e], words_scale[..]) + DequantizeLinear(positions[@t,e], positions_scale[..]);"
        "when segments: a[b,t,e] = a[b,t,e] + DequantizeLinear(segment_table[@segments,e], segments_scale);"
        "f[e] = DequantizeLinear(gamma[e], gamma_scale); g[e] = DequantizeLinear(beta[e], beta_scale);"
        "s[b,t] += a[b,t,e]; m[b,t] = s[b,t] / count; d[b,t,e] = a[b,t,e] - m[b,t]; q[b,t] += Mul(d[b,t,e], d[b,t,e]);"
        "v[b,t] = Pow(q[b,t] / count + epsilon, -0.5); Y[b,t,e] = d[b,t,e] * v[b,t] * f[e] + g[e]",
    .dtype = embedded_type<8>,
    .axes = axis_maps::tokens};

// Groups of channels.

std::vector<Fact> group_shape(const OpContext& context) {
  require_inputs(context, 3);
  const std::int64_t groups = positive(context, "groups");
  const Shape& shape = context.shape(0);
  if (shape.known()) {
    require_rank_at_least(context, 0, 2);
    const Dim& channels = context.integer("channels_last", 1) != 0 ? last_of(shape) : shape[1];
    exact_share(context, channels, groups, "channels over groups");
    for (const std::size_t index : {1U, 2U})
      if (context.shape(index).known())
        context.must_equal(context.shape(index).elements(), channels, "entries of the scale or shift");
  }
  const Fact result = Fact::tensor(context.dtype(0), shape);
  return {result, result};
}

/// Samples n, groups g, and k elements in each.
void group_loops(const OpContext& context, LoopExtents& extents) {
  const Shape& shape = context.known_shape(0);
  const std::int64_t groups = positive(context, "groups");
  const std::size_t channels = context.integer("channels_last", 1) != 0 ? shape.rank() - 1 : 1;
  Dim elements = exact_share(context, shape[channels], groups, "channels over groups");
  for (std::size_t axis = 1; axis < shape.rank(); ++axis)
    if (axis != channels) elements *= shape[axis];
  extents.set("n", shape[0]);
  extents.set("g", groups);
  extents.set("k", elements);
}

constexpr Lines kGroup{.text =
                           "X, gamma, beta | s[n,g] += X[n,g,k]; m[n,g] = s[n,g] / count; d[n,g,k] = X[n,g,k] - m[n,g];"
                           "q[n,g] += Mul(d[n,g,k], d[n,g,k]); v[n,g] = Pow(q[n,g] / count + epsilon, -0.5);"
                           "Y[n,g,k] = d[n,g,k] * v[n,g] * gamma[g,k] + beta[g,k]; when activation=1: Y[n,g,k] = Swish(Y[n,g,k])",
                       .loops = group_loops,
                       .shape = group_shape};

constexpr Lines kSkipGroup{
    .text =
        "X, gamma, beta, skip, bias | h[n,g,k] = X[n,g,k] + skip[n,g,k] + bias?[g,k];"
        "s[n,g] += h[n,g,k]; m[n,g] = s[n,g] / count; d[n,g,k] = h[n,g,k] - m[n,g];"
        "q[n,g] += Mul(d[n,g,k], d[n,g,k]); v[n,g] = Pow(q[n,g] / count + epsilon, -0.5);"
        "Y[n,g,k] = d[n,g,k] * v[n,g] * gamma[g,k] + beta[g,k]; when activation=1: Y[n,g,k] = Swish(Y[n,g,k])",
    .loops = group_loops,
    .shape = group_shape};

// Root mean squares of parts of the last axis.

constexpr Lines kBranchwise{
    .text =
        "X, scale | b < num_branches=1; q[r..,b] += Mul(X[r..,b*w], X[r..,b*w]);"
        "v[r..,b] = Pow(q[r..,b] / count + epsilon, -0.5); Y[r..,b*w] = X[r..,b*w] * v[r..,b] * scale?[..]",
    .axes = axis_maps::tokens};

bool is_sigmoid_gated(const OpContext& context) {
  return choice(context, "activation", "silu", {"silu", "swish", "sigmoid"}) == "sigmoid";
}

constexpr Lines kGated{
    .text =
        "X, scale, gate | let u[w] = scale[w]; q[r..,g] += Mul(X[r..,g*w], X[r..,g*w]);"
        "v[r..,g] = Pow(q[r..,g] / count + epsilon, -0.5); z[r..,g*w] = X[r..,g*w] * v[r..,g] * u[w];"
        "when sigmoid: Y[r..,g*w] = z[r..,g*w] * Sigmoid(gate[..]); when not sigmoid: Y[r..,g*w] = z[r..,g*w] * Swish(gate[..])",
    .conditions = {{{"sigmoid", is_sigmoid_gated}}},
    .axes = axis_maps::tokens};

constexpr Lines kOrdered{
    .text =
        "X, x_scale, scale, shift, y_scale | x[i..] = DequantizeLinear(X[i..], x_scale[..]); s[i/axis:..] += x[i..];"
        "m[i/axis:..] = s[i/axis:..] / count; d[i..] = x[i..] - m[i/axis:..]; q[i/axis:..] += Mul(d[i..], d[i..]);"
        "v[i/axis:..] = Pow(q[i/axis:..] / count + epsilon, -0.5);"
        "z[i..] = d[i..] * v[i/axis:..] * scale[..] + shift?[..]; Y[i..] = QuantizeLinear(z[i..], y_scale[..])",
    .axes = axis_maps::tokens};

/// [batch, sequence, heads, width of the slice]
Shape rotated_slice(const OpContext& context) {
  const Shape& shape = context.shape(0);
  require_rank(context, 0, 4);
  const std::int64_t width = context.integer("input_width", 0);
  return shape.known() && width > 0 ? with_last(shape, width) : shape;
}

std::vector<Fact> rotary_norm_shape(const OpContext& context) {
  require_inputs(context, 5);
  const DataType dtype = context.integer("output_fp16", 0) != 0 ? DataType::float16 : DataType::bfloat16;
  const Shape slice = rotated_slice(context);
  Shape result = Shape::unknown();
  if (slice.known()) {
    const bool flat = context.integer("flatten_batch", 0) != 0;
    result = flat ? Shape{1, slice[0] * slice[1], slice[2] * slice[3]} : Shape{slice[0], slice[1], slice[2] * slice[3]};
  }
  return {Fact::tensor(dtype, result), Fact::tensor(DataType::float32, slice)};
}

/// Rows r of e elements, p of them rotated.
void rotary_norm_loops(const OpContext& context, LoopExtents& extents) {
  const Shape slice = rotated_slice(context);
  if (!slice.known()) throw Unknown();
  extents.set("r", rows_of(slice));
  extents.set("e", last_of(slice));
  extents.set("p", positive(context, "rotary_embedding_dim"));
}

constexpr Lines kRotaryNorm{
    .text =
        "X, scale, cosines, sines | q[r] += Mul(X[r,e], X[r,e]); v[r] = Pow(q[r] / count + epsilon, -0.5);"
        "n[r,e] = X[r,e] * v[r] * scale[..]; Y[r,p] = n[r,p] * cosines[..] + n[r,p+1] * sines[..]",
    .loops = rotary_norm_loops,
    .shape = rotary_norm_shape,
    .axes = axis_maps::tokens};

std::vector<Fact> engram_shape(const OpContext& context) {
  require_inputs(context, 5);
  require_rank(context, 0, 4);
  require_rank(context, 2, 3);
  const Fact result = Fact::tensor(context.dtype(0), context.shape(0));
  return {result, result};
}

/// A gate of the likeness of key and query.
constexpr Lines kEngram{
    .text =
        "K, Q, V, W -> Y, N | a[r..] += Mul(K[r..,e], K[r..,e]); b[r..] = Pow(a[r..] / count + epsilon, -0.5);"
        "k[r..,e] = K[r..,e] * b[r..] * W[..];"
        "c[r..] += Mul(Q[r..,e], Q[r..,e]); d[r..] = Pow(c[r..] / count + epsilon, -0.5); q[r..,e] = Q[r..,e] * d[r..] * W[..];"
        "s[r..] += Mul(k[r..,e], q[r..,e]); t[r..] = s[r..] / width;"
        "g[r..] = Sigmoid(Sign(t[r..]) * Sqrt(Max(Abs(t[r..]), 0.000001))); Y[r..,e] = g[r..] * V[..];"
        "when N: f[r..] += Mul(Y[r..,e], Y[r..,e]); when N: h[r..] = Pow(f[r..] / count + epsilon, -0.5);"
        "when N: N[r..,e] = Y[r..,e] * h[r..] * W[..]",
    .shape = engram_shape};

constexpr Operator kNormalizationRows[] = {
    {.name = "BranchwiseRMSNorm", .meaning = line_body<kBranchwise>, .roles = "data weight", .derives = "RMSNormalization"},
    {.name = "EmbedLayerNormalization",
     .meaning = line_body<kEmbed>,
     .roles = "data*2 weight*4 bias data*2",
     .channels = ChannelAxis::lost,
     .derives = "LayerNormalization"},
    {.name = "EngramGate", .meaning = line_body<kEngram>, .roles = "data*3 weight"},
    {.name = "GatedRMSNorm", .meaning = line_body<kGated>, .roles = "data weight data", .derives = "RMSNormalization"},
    {.name = "GroupNorm", .meaning = line_body<kGroup>, .roles = "data weight bias", .derives = "GroupNormalization"},
    {.name = "QEmbedLayerNormalization",
     .meaning = line_body<kQuantizedEmbed>,
     .roles = "data*2 weight*4 bias data quantisation",
     .channels = ChannelAxis::lost,
     .derives = "LayerNormalization"},
    {.name = "QOrderedLayerNormalization",
     .meaning = line_body<kOrdered>,
     .roles = "data quantisation weight bias quantisation",
     .derives = {"LayerNormalization", {0, 2, 3}}},
    {.name = "RMSNormRotary",
     .meaning = line_body<kRotaryNorm>,
     .roles = "data weight data constant*3",
     .derives = "RMSNormalization"},
    {.name = "SimplifiedLayerNormalization",
     .meaning = line_body<kSimplified>,
     .roles = "data weight",
     .derives = "RMSNormalization"},
    {.name = "SkipGroupNorm",
     .meaning = line_body<kSkipGroup>,
     .roles = "data weight bias data bias",
     .derives = "GroupNormalization"},
    {.name = "SkipLayerNormalization",
     .meaning = line_body<kSkipLayer>,
     .roles = "data*2 weight bias*2",
     .derives = {"LayerNormalization", {0, 2, 3}}},
    {.name = "SkipSimplifiedLayerNormalization",
     .meaning = line_body<kSkipSimplified>,
     .roles = "data*2 weight bias",
     .derives = {"RMSNormalization", {0, 2}}},
};

// onnxruntime keeps this one in ONNX's own domain as well.
constexpr Operator kRowsOfOnnx[] = {
    {.name = "SimplifiedLayerNormalization",
     .meaning = line_body<kSimplified>,
     .roles = "data weight",
     .derives = "RMSNormalization"},
};

}  // namespace

Family families::microsoft_normalization() { return {"com.microsoft", "normalization", kNormalizationRows}; }
Family families::microsoft_normalization_of_onnx() { return {"", "normalization of onnxruntime", kRowsOfOnnx}; }

}  // namespace macroscope
