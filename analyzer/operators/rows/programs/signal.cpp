#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"

namespace macroscope {
namespace {

constexpr std::int64_t kAxisOperandSince = 20;

// DFT.  The last axis holds a number's real and imaginary part, or the real part alone.

bool is_onesided(const OpContext& context) { return context.integer("onesided", 0) != 0; }
bool is_inverse(const OpContext& context) { return context.integer("inverse", 0) != 0; }

void check_parts(const OpContext& context, const Dim& parts, bool is_real) {
  require(equal(parts, 1) != Certainty::never || (!is_real && equal(parts, 2) != Certainty::never), "shape-mismatch",
          "the last axis has extent {}, {}", parts, is_real ? "a one-sided transform needs real input: 1" : "not 1 or 2");
  if (is_real) context.must_equal(parts, 1, "real input");
}

/// The axis that is transformed; empty where only the data can tell it.
std::optional<std::size_t> transformed_axis(const OpContext& context, std::size_t rank) {
  std::optional<std::int64_t> axis;
  if (context.version() < kAxisOperandSince) {
    axis = context.integer("axis", 1);
  } else if (!context.has_input(2)) {
    axis = -2;
  } else if (const std::optional<Dim> given = scalar_of(context, 2)) {
    axis = given->number();
  }
  if (!axis) return std::nullopt;
  const std::size_t from_front = OpContext::axis_of(*axis, rank);
  require(from_front + 1 < rank, "bad-axis", "axis {} of rank {} holds real and imaginary part", *axis, rank);
  return from_front;
}

/// Length of the signal that is transformed; empty where only the data can tell it.
std::optional<Dim> transform_length(const OpContext& context, const Dim& extent) {
  if (context.has_input(1)) return scalar_of(context, 1);
  return is_onesided(context) && is_inverse(context) ? (extent - 1) * 2 : extent;
}

std::vector<Fact> dft_shape(const OpContext& context) {
  require_inputs(context, 1);
  const Shape& shape = context.shape(0);
  if (!shape.known()) return {Fact::tensor(context.dtype(0))};
  require_rank_at_least(context, 0, 2);
  const bool to_half = is_onesided(context) && !is_inverse(context);
  check_parts(context, shape[shape.rank() - 1], to_half);
  std::vector<Dim> dims(shape.begin(), shape.end());
  dims.back() = is_onesided(context) && is_inverse(context) ? 1 : 2;
  if (const auto axis = transformed_axis(context, shape.rank())) {
    const std::optional<Dim> length = transform_length(context, shape[*axis]);
    dims[*axis] = !length ? fresh_extent(context, 0, *axis) : to_half ? floor_div(*length, 2) + 1 : *length;
  } else if (context.has_input(1) || is_onesided(context)) {
    for (std::size_t any = 0; any + 1 < dims.size(); ++any) dims[any] = fresh_extent(context, 0, any);
  }
  return {Fact::tensor(context.dtype(0), Shape(dims))};
}

/// By the definition: each of f bins is a sum over n numbers of the signal, once with cosines and once with sines; p parts of a result.
constexpr std::string_view kTransform =
    "X | when real: a[f] += X[f,n] * cosine; when real: b[f] += X[f,n] * sine;"
    "when not real: a[f] += X[f,n] * cosine - X[f,n] * sine; when not real: b[f] += X[f,n] * sine + X[f,n] * cosine;"
    "Y[f,p] = a[f]; when inverse: Y[f,p] = scale * Y[f,p]";

bool is_real(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  return shape[shape.rank() - 1].is(1);
}

void dft_loops(const OpContext& context, LoopExtents& loops) {
  const Shape& shape = context.known_shape(0);
  const Shape& result = context.output(0).type.shape;
  const auto axis = transformed_axis(context, shape.rank());
  const auto length = axis ? transform_length(context, shape[*axis]) : std::nullopt;
  if (!length || !result.known()) throw Unknown();
  loops.set("f", product(result.dims().first(result.rank() - 1)));
  loops.set("n", *length);
  loops.set("p", result[result.rank() - 1]);
}

// STFT.

std::optional<Dim> frame_length(const OpContext& context) {
  if (context.has_input(3)) return scalar_of(context, 3);
  if (context.has_input(2)) return context.shape(2).known() ? std::optional<Dim>(context.shape(2)[0]) : std::nullopt;
  return context.shape(0).known() ? std::optional<Dim>(context.shape(0)[1]) : std::nullopt;
}

std::vector<Fact> stft_shape(const OpContext& context) {
  require_inputs(context, 2);
  require_rank(context, 2, 1);
  const Shape& signal = context.shape(0);
  if (!signal.known()) return {Fact::tensor(context.dtype(0))};
  // A real signal may come without the axis of its one part.
  require(signal.rank() == 2 || signal.rank() == 3, "bad-rank", "the signal has {} axes, not 3", signal.rank());
  const bool onesided = context.integer("onesided", 1) != 0;
  if (signal.rank() == 3) check_parts(context, signal[2], false);
  const auto length = frame_length(context);
  const auto step = scalar_of(context, 1);
  if (length && context.shape(2).known()) context.must_equal(context.shape(2)[0], *length, "length of window and frame");
  require(!step || at_least(*step, 1) != Certainty::never, "bad-operand", "the frame step is {}", step ? step->text() : "");
  const Dim frames =
      length && step ? floor_div(at_least_zero(context, signal[1] - *length, signal[1]), *step) + 1 : fresh_extent(context, 0, 1);
  const Dim bins = !length ? fresh_extent(context, 0, 2) : onesided ? floor_div(*length, 2) + 1 : *length;
  return {Fact::tensor(context.dtype(0), Shape{signal[0], frames, bins, 2})};
}

/// Of r frames, each of n numbers of c parts.
void stft_loops(const OpContext& context, LoopExtents& loops) {
  const Shape& signal = context.known_shape(0);
  const Shape& result = context.output(0).type.shape;
  const auto length = frame_length(context);
  if (!length || !result.known()) throw Unknown();
  const Dim frames = result[0] * result[1];
  loops.set("r", frames);
  loops.set("c", signal.rank() == 3 ? signal[2] : Dim(1));
  loops.set("n", *length);
  loops.set("f", frames * result[2]);
}

bool is_real_signal(const OpContext& context) {
  const Shape& signal = context.known_shape(0);
  return signal.rank() != 3 || signal[2].is(1);
}

// Windows and filter banks.

DataType output_type(const OpContext& context) { return dtype_attribute(context, "output_datatype", DataType::float32); }

std::vector<Fact> window_shape(const OpContext& context) {
  require_inputs(context, 1);
  const auto size = scalar_of(context, 0);
  return {Fact::tensor(output_type(context), checked_shape({size ? *size : fresh_extent(context, 0, 0)}))};
}

Work per_output(const OpContext& context, const Effort& effort) {
  Work work;
  if (is_floating(context.output(0).type.dtype)) work.add(effort, elements_of(context.output(0)));
  return work;
}

constexpr Lines kRaisedCosine{.text = "size | Y[n] = a - b * Cos(c * n)", .shape = window_shape, .axes = axis_maps::nothing};
constexpr Lines kBlackman{
    .text = "size | Y[n] = a - b * Cos(c * n) + d * Cos(e * n)", .shape = window_shape, .axes = axis_maps::nothing};

std::vector<Fact> mel_shape(const OpContext& context) {
  require_inputs(context, 5);
  const auto bands = scalar_of(context, 0);
  const auto length = scalar_of(context, 1);
  return {Fact::tensor(output_type(context), checked_shape({length ? floor_div(*length, 2) + 1 : fresh_extent(context, 0, 0),
                                                            bands ? *bands : fresh_extent(context, 0, 1)}))};
}

Work mel_work(const OpContext& context) {
  Work work = per_output(context, {.add = 2, .div = 2, .compare = 2});
  const Shape& result = context.output(0).type.shape;
  if (is_floating(context.output(0).type.dtype)) work.add({.add = 2, .mul = 2, .div = 2, .special = 1}, result[1] + 2);
  return work;
}

/// Every bin reads the whole signal.
AxisMap dft_axes(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  const auto axis = transformed_axis(context, shape.rank());
  if (!axis) throw Unknown();
  std::vector<AccessMap> axes = axis_maps::whole_between(shape, *axis, *axis + 1);
  axes.back() = AccessMap::whole(shape[shape.rank() - 1]);
  AxisMap map;
  map.reads(0, 0, std::move(axes));
  return map;
}

/// A frame reads the samples that it lies over.
AxisMap stft_axes(const OpContext& context) {
  const Shape& signal = context.known_shape(0);
  const auto length = frame_length(context), step = scalar_of(context, 1);
  if (!length || !step) throw Unknown();
  std::vector<AccessMap> axes{AccessMap::along(0), AccessMap::along(1, *step, 0, *length - 1)};
  if (signal.rank() > 2) axes.push_back(AccessMap::whole(signal[2]));
  AxisMap map;
  map.reads(0, 0, std::move(axes));
  if (context.has_input(2)) map.reads(0, 2, {AccessMap::whole(*length)});
  return map;
}

constexpr Lines kDft{
    .text = kTransform, .conditions = {{{"real", is_real}}}, .loops = dft_loops, .shape = dft_shape, .axes = dft_axes};
constexpr Lines kStft{.text =
                          "X, step, window | when window: x[r,n,c] = X[r,n,c] * window[n];"
                          "when real: a[f] += X[f,n] * cosine; when real: b[f] += X[f,n] * sine;"
                          "when not real: a[f] += X[f,n] * cosine - X[f,n] * sine;"
                          "when not real: b[f] += X[f,n] * sine + X[f,n] * cosine; Y[f] = a[f]",
                      .conditions = {{{"real", is_real_signal}}},
                      .loops = stft_loops,
                      .shape = stft_shape,
                      .axes = stft_axes};

constexpr Operator kSignalRows[] = {
    {.name = "BlackmanWindow", .meaning = line_body<kBlackman>, .roles = "constant", .since = 17},
    {.name = "DFT", .meaning = line_body<kDft>, .roles = "data constant", .since = 17, .saves = Saves::nothing},
    {.name = "HammingWindow", .meaning = line_body<kRaisedCosine>, .roles = "constant", .since = 17},
    {.name = "HannWindow", .meaning = line_body<kRaisedCosine>, .roles = "constant", .since = 17},
    {"MelWeightMatrix", Rules{mel_shape, mel_work, axis_maps::nothing}, "constant", 17,
     "2 add, 2 div, 2 compare per element; 1 special, 2 mul, 2 div, 2 add for each of bands + 2 edges"},
    {.name = "STFT", .meaning = line_body<kStft>, .roles = "data constant", .since = 17},
};

}  // namespace

Family families::signal() { return {"", "signal", kSignalRows}; }

}  // namespace macroscope
