#include "frontends/dsl/layers/windowed.h"

#include <fmt/format.h>

#include <algorithm>

namespace macroscope::dsl {
namespace {

bool all_are(const std::vector<Dim>& sizes, std::int64_t number) {
  return std::all_of(sizes.begin(), sizes.end(), [&](const Dim& size) { return size.is(number); });
}

}  // namespace

Shape map_shape(const GraphBuilder& build, Handle x) {
  return input_shape(build, x, 3, 5, "[batch, channels, 1 to 3 spatial axes]");
}

Windowed::Windowed(GraphBuilder& build, const LayerCall& call, const Shape& input, bool stride_is_kernel) : build_(build) {
  const std::size_t axes = input.rank() - 2;
  kernel_ = call.sizes("kernel", axes, 1, 1);
  strides_ = stride_is_kernel && !call.has("stride") ? kernel_ : call.sizes("stride", axes, 1, 1);
  dilations_ = call.has("dilation") ? call.sizes("dilation", axes, 1, 1) : std::vector<Dim>(axes, 1);
  read_pads(call);
}

void Windowed::read_pads(const LayerCall& call) {
  const std::size_t axes = kernel_.size();
  pads_.assign(2 * axes, 0);
  if (const auto word = call.word("pad")) {
    const std::string_view how = call.word("pad", {"same", "valid", "causal"}, "valid");
    is_same_ = how == "same";
    if (how != "causal") return;
    if (axes != 1) refuse("bad-argument", fmt::format("causal padding is for 1 axis, and here are {}", axes), "pad");
    pads_[0] = (kernel_[0] - 1) * dilations_[0];
    return;
  }
  if (const auto list = call.list("pad"); list && list->size() != 1) {
    if (list->size() != axes && list->size() != 2 * axes)
      refuse("bad-argument",
             fmt::format("pad has {} entries for {} spatial axes; it is one for each, or the begins and then the ends",
                         list->size(), axes),
             "pad");
    for (std::size_t side = 0; side < 2 * axes; ++side) pads_[side] = (*list)[side % list->size()];
  } else {
    pads_.assign(2 * axes, call.sizes("pad", list ? 1 : axes, 0, 0).front());
  }
  for (const Dim& pad : pads_)
    if (at_least(pad, 0) == Certainty::never)
      refuse("bad-argument", fmt::format("pad is at least 0, and not {}; crop takes away", pad.text()), "pad");
}

std::vector<Attribute> Windowed::attributes() const {
  std::vector<Attribute> attributes{build_.sizes("kernel_shape", kernel_)};
  if (!all_are(strides_, 1)) attributes.push_back(build_.sizes("strides", strides_));
  if (!all_are(dilations_, 1)) attributes.push_back(build_.sizes("dilations", dilations_));
  if (is_same_) attributes.push_back(build_.text("auto_pad", "SAME_UPPER"));
  if (!is_same_ && !all_are(pads_, 0)) attributes.push_back(build_.sizes("pads", pads_));
  return attributes;
}

void Windowed::pad_by_numbers(const Shape& input) {
  if (!is_same_) return;
  is_same_ = false;
  for (std::size_t axis = 0; axis < kernel_.size(); ++axis) {
    const Dim& extent = input[axis + 2];
    const Dim reach = (kernel_[axis] - 1) * dilations_[axis] + 1;
    Dim total = reach - 1;
    if (!strides_[axis].is(1)) total = max((ceil_div(extent, strides_[axis]) - 1) * strides_[axis] + reach - extent, 0);
    pads_[axis] = floor_div(total, 2);
    pads_[axis + kernel_.size()] = total - pads_[axis];
  }
}

}  // namespace macroscope::dsl
