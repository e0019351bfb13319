// Convolutions and pooling of com.microsoft: channels last, quantised, with a sum and an activation behind, with pads from an operand.
#include "analyzer/operators/families.h"
#include "analyzer/operators/notation/nest.h"
#include "analyzer/operators/notation/window.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/microsoft/fused.h"

namespace macroscope {
namespace {

constexpr std::string_view kConvolution = "Y[n,g*o,p..] += X[n,g*c,p*stride+k*dilation-pad..] * W[g*o,c,k..]";
constexpr std::string_view kChannelsLast = "Y[n,p..,g*o] += X[n,p*stride+k*dilation-pad..,g*c] * W[g*o,c,k..]";
constexpr std::string_view kAllChannelsLast = "Y[n,p..,g*o] += X[n,p*stride+k*dilation-pad..,g*c] * W[g*o,k..,c]";

bool is_channels_last(const OpContext& context) { return context.integer("channels_last", 0) != 0; }

/// Are the weights laid out [outputs, kernel.., channels] rather than ONNX's [outputs, channels, kernel..]?  Decided by kernel_shape, or else by
/// which axis has as many channels as the input.
bool is_weight_channels_last(const OpContext& context) {
  const Shape &input = context.shape(0), &weight = context.shape(1);
  if (weight.rank() < 3 || input.rank() != weight.rank()) return false;
  if (const auto kernel = context.integer_list("kernel_shape")) {
    const auto extents = weight.dims();
    const bool fits_first = std::equal(kernel->begin(), kernel->end(), extents.begin() + 2, extents.end());
    const bool fits_last = std::equal(kernel->begin(), kernel->end(), extents.begin() + 1, extents.end() - 1);
    if (fits_first != fits_last) return fits_last;
  }
  const Dim group = context.integer("group", 1);
  return equal(weight[1] * group, last_of(input)) == Certainty::never &&
         equal(last_of(weight) * group, last_of(input)) != Certainty::never;
}

constexpr Loops kFused{.nests = kConvolution, .bias = 2, .summand = 3};
constexpr Loops kNhwc{.nests = {{kAllChannelsLast, is_weight_channels_last}, {kChannelsLast}}, .bias = 2};
constexpr Loops kNhwcFused{.nests = {{kAllChannelsLast, is_weight_channels_last}, {kChannelsLast}}, .bias = 2, .summand = 3};
constexpr Loops kQuantized{.nests = {{kChannelsLast, is_channels_last}, {kConvolution}},
                           .operands = {0, 3, 0},
                           .bias = 8,
                           .result = Result::as_given,
                           .result_input = 7};
constexpr Loops kNhwcMaxPool{.nests = "Y[n,p..,c] max= X[n,p*stride+k*dilation-pad..,c]"};
constexpr Loops kMaskedMaxPool{.nests = "Y[n,c,p..] max= X[n,c,p*stride+k*dilation-pad..]"};

// A transposed convolution whose pads are an operand: begins, then ends.

struct Transposed {
  Dim groups;
  std::vector<Window> windows;
  /// Extents of the result, empty where the pads are not known.
  std::optional<std::vector<Dim>> extents;
};

std::int64_t entry(std::optional<std::span<const std::int64_t>> list, std::size_t axis, std::int64_t otherwise) {
  return list && axis < list->size() ? (*list)[axis] : otherwise;
}

Transposed transposed_of(const OpContext& context) {
  const Shape &input = context.known_shape(0), &weight = context.known_shape(1);
  require_rank_at_least(context, 0, 3);
  require_rank(context, 1, input.rank());
  const std::size_t axes = input.rank() - 2;
  const std::optional<Integers> pads = context.has_input(2) ? list_of(context, 2) : Integers(2 * axes, Dim(0));
  require(!pads || pads->size() == 2 * axes, "bad-pads", "{} pads for {} spatial axes", pads ? pads->size() : 0, axes);
  Transposed transposed{context.integer("group", 1), {}, std::vector<Dim>{}};
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const std::int64_t stride = entry(context.integer_list("strides"), axis, 1);
    const std::int64_t dilation = entry(context.integer_list("dilations"), axis, 1);
    require(stride > 0 && dilation > 0, "bad-attribute", "strides and dilations must be above 0");
    Window window{weight[axis + 2], stride, dilation, 0, 0};
    const std::optional<Dim> begin = pads ? (*pads)[axis] : std::nullopt;
    const std::optional<Dim> end = pads ? (*pads)[axes + axis] : std::nullopt;
    if (!begin || !end) {
      transposed.extents.reset();
    } else if (transposed.extents) {
      window.pad_begin = *begin;
      window.pad_end = *end;
      const Dim further = entry(context.integer_list("output_padding"), axis, 0);
      transposed.extents->push_back((input[axis + 2] - 1) * window.stride + window.reach() + further - *begin - *end);
    }
    transposed.windows.push_back(std::move(window));
  }
  return transposed;
}

std::vector<Fact> dynamic_pads_shape(const OpContext& context) {
  require_inputs(context, 2);
  if (!context.shape(0).known() || !context.shape(1).known()) return {Fact::tensor(context.dtype(0))};
  const Transposed transposed = transposed_of(context);
  const Shape& input = context.shape(0);
  context.must_equal(input[1], context.shape(1)[0], "channels of X and W");
  std::vector<Dim> dims{input[0], context.shape(1)[1] * transposed.groups};
  for (std::size_t axis = 0; axis < transposed.windows.size(); ++axis)
    dims.push_back(transposed.extents ? (*transposed.extents)[axis] : fresh_extent(context, 0, axis + 2));
  return {Fact::tensor(context.dtype(0), checked_shape(dims))};
}

Work dynamic_pads_work(const OpContext& context) {
  const Transposed transposed = transposed_of(context);
  const Shape &input = context.known_shape(0), &weight = context.known_shape(1);
  const Dim channels = input[0] * input[1] * weight[1];
  Dim all = channels, inside = channels;
  for (std::size_t axis = 0; axis < transposed.windows.size(); ++axis) {
    const Window& window = transposed.windows[axis];
    all *= input[axis + 2] * window.kernel;
    inside *=
        transposed.extents ? taps_inside(window, input[axis + 2], (*transposed.extents)[axis]) : input[axis + 2] * window.kernel;
  }
  Work work;
  work.add_macs(all, inside, context.dtype(0));
  if (context.has_input(3)) work.add({.add = 1}, elements_of(context.output(0)));
  return work;
}

// Words of characters: each is embedded, convolved along its characters, and the largest of each filter kept.

constexpr std::size_t kWords = 0, kFilters = 1, kCharacters = 3;

std::vector<Fact> word_embedding_shape(const OpContext& context) {
  require_inputs(context, 4);
  const Shape &words = context.shape(kWords), &filters = context.shape(kFilters);
  if (!words.known() || !filters.known()) return {Fact::tensor(context.dtype(kFilters))};
  require_rank(context, kFilters, 4);
  return {Fact::tensor(context.dtype(kFilters), with_last(words, filters[0]))};
}

Work word_embedding_work(const OpContext& context) {
  const Shape &words = context.known_shape(kWords), &filters = context.known_shape(kFilters);
  require_rank(context, kFilters, 4);
  require_rank(context, kCharacters, 2);
  // W: [filters, 1, characters in a window, width of a character]
  const Dim places = rows_of(words) * (last_of(words) - filters[2] + 1) * filters[0];
  Work work;
  work.add_macs(places * filters[2] * filters[3], context.dtype(kFilters));
  work.add({.add = 1, .compare = 1, .special = 1}, places);
  return work;
}

constexpr Operator kConvolutionRows[] = {
    {.name = "ConvTransposeWithDynamicPads",
     .meaning = Rules{dynamic_pads_shape, dynamic_pads_work},
     .roles = "data weight constant bias",
     .cost = "as ConvTranspose",
     .channels = ChannelAxis::second,
     .derives = {"ConvTranspose", {0, 1, 3}}},
    {.name = "FusedConv",
     .meaning = kFused,
     .roles = "data weight bias data",
     .cost = "MACs as Conv; per element 1 add for each of bias and summand, the activation",
     .derives = "Conv",
     .activation = {.attribute = "activation"}},
    {.name = "MaxpoolWithMask", .meaning = kMaskedMaxPool, .roles = "data constant", .derives = "MaxPool"},
    {.name = "NhwcConv", .meaning = kNhwc, .roles = "data weight bias", .derives = "Conv"},
    {.name = "NhwcFusedConv",
     .meaning = kNhwcFused,
     .roles = "data weight bias data",
     .cost = "MACs as Conv; per element 1 add for each of bias and summand, the activation",
     .derives = "Conv",
     .activation = {.attribute = "activation"}},
    {.name = "NhwcMaxPool", .meaning = kNhwcMaxPool, .derives = "MaxPool"},
    {.name = "QLinearConv",
     .meaning = kQuantized,
     .roles = "data quantisation*2 weight quantisation*4 bias",
     .derives = {"Conv", {0, 3, 8}}},
    {.name = "WordConvEmbedding",
     .meaning = Rules{word_embedding_shape, word_embedding_work},
     .roles = "data weight bias weight",
     .cost = "per word, place and filter window * width MACs, 1 add, 1 special, 1 compare"},
};

}  // namespace

Family families::microsoft_convolution() { return {"com.microsoft", "convolution and pooling", kConvolutionRows}; }

}  // namespace macroscope
