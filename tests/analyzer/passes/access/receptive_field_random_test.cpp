// Random networks against the walk over every tap.
#include <optional>
#include <random>

#include "catch.h"
#include "network_builder.h"
#include "traced_tensor.h"

namespace macroscope {
namespace {

using namespace testing;

/// A network and its trace, grown layer by layer.
class RandomNet {
 public:
  RandomNet(unsigned seed, std::size_t axes) : random_(seed), axes_(axes), traced_(start_of(axes)) {
    std::vector<Dim> dims;
    for (const std::int64_t extent : traced_.shape) dims.emplace_back(extent);
    net_.input("t0", dims);
  }

  void grow() {
    switch (below(14)) {
      case 0:
        return conv(1 + below(3), 1 + below(2), 1 + below(2), below(2), below(2));
      case 1:
        return conv(3, 1, 1, 1, 1);
      case 2:
        return pool(2 + below(2), 1 + below(2), below(2));
      case 3:
        return transposed();
      case 4:
        return joined(below(2) == 0);
      case 5:
        return sliced(below(3), 1 + below(2));
      case 6:
        return padded(below(3), below(2));
      case 7:
        return resized(2 + below(2));
      case 8:
        return axes_ == 2 ? depth_to_space() : conv(2, 1, 2, 0, 1);
      case 9:
        return axes_ == 2 ? space_to_depth() : pool(3, 2, 1);
      case 10:
        return axes_ == 2 ? exchanged() : regrouped();
      case 11:
        return mixed_in_windows(2 + below(3));
      case 12:
        return interpolated();
      default:
        return regrouped();
    }
  }

  [[nodiscard]] const Traced& traced() const { return traced_; }
  /// Which axis of the result follows an axis of the input.
  [[nodiscard]] std::size_t axis_of(std::size_t axis) const { return is_exchanged_ ? 1 - axis : axis; }
  [[nodiscard]] bool is_small() const { return *std::min_element(traced_.shape.begin() + 2, traced_.shape.end()) < 12; }
  [[nodiscard]] bool is_large() const { return traced_.elements.size() > 60'000; }
  Network take() { return net_.take(); }
  [[nodiscard]] std::string last() const { return name(count_); }
  std::string story;

 private:
  static Traced start_of(std::size_t axes) {
    return Traced::input(axes == 1 ? std::vector<std::int64_t>{1, 4, 120} : std::vector<std::int64_t>{1, 4, 56, 50});
  }
  std::int64_t below(std::int64_t n) { return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random_); }
  static std::string name(int n) { return "t" + std::to_string(n); }
  std::string next() { return name(++count_); }
  [[nodiscard]] std::vector<std::int64_t> each(std::int64_t value) const { return std::vector<std::int64_t>(axes_, value); }
  [[nodiscard]] std::vector<std::int64_t> ends(std::int64_t begin, std::int64_t end) const {
    std::vector<std::int64_t> pads(axes_, begin);
    pads.insert(pads.end(), axes_, end);
    return pads;
  }
  std::string weight(std::int64_t outer, std::int64_t inner, std::int64_t kernel) {
    const std::string made = "w" + std::to_string(count_) + "_" + std::to_string(weights_++);
    std::vector<std::int64_t> dims{outer, inner};
    dims.insert(dims.end(), axes_, kernel);
    net_.weight(made, dims);
    return made;
  }
  bool fits(const TracedWindow& window) const {
    for (std::size_t axis = 2; axis < traced_.shape.size(); ++axis)
      if (traced_.shape[axis] + window.begin + window.end < (window.kernel - 1) * window.dilation + 1) return false;
    return true;
  }
  std::vector<Attribute> attributes(const TracedWindow& window) {
    return {net_.integers("strides", each(window.stride)), net_.integers("dilations", each(window.dilation)),
            net_.integers("pads", ends(window.begin, window.end))};
  }

  void conv(std::int64_t kernel, std::int64_t stride, std::int64_t dilation, std::int64_t begin, std::int64_t end) {
    const TracedWindow window{kernel, stride, dilation, begin, end};
    if (!fits(window)) return;
    const std::string from = last(), w = weight(4, traced_.shape[1], kernel);
    net_.node("Conv", {from, w}, {next()}, attributes(window));
    traced_ = windowed(traced_, window, 4, false);
    story += fmt::format(" conv({},{},{},{},{})", kernel, stride, dilation, begin, end);
  }
  void pool(std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
    const TracedWindow window{kernel, stride, 1, pad, pad};
    if (!fits(window)) return;
    const std::string from = last();
    std::vector<Attribute> all = attributes(window);
    all.push_back(net_.integers("kernel_shape", each(kernel)));
    net_.node("MaxPool", {from}, {next()}, all);
    traced_ = windowed(traced_, window, traced_.shape[1], true);
    story += fmt::format(" pool({},{},{})", kernel, stride, pad);
  }
  /// With a kernel less than the stride some elements meet no tap: the bias alone is there.
  void transposed() {
    if (is_large()) return;
    const std::int64_t stride = 1 + below(3), kernel = 1 + below(stride + 3), dilation = stride == 2 ? 1 : 1 + below(2);
    const TracedWindow window{kernel, stride, dilation, below(2), below(2)};
    const std::string from = last(), w = weight(traced_.shape[1], 4, kernel);
    net_.node("ConvTranspose", {from, w}, {next()}, attributes(window));
    traced_ = spread(std::move(traced_), window, 4);
    story += fmt::format(" transposed({},{},{},{},{})", kernel, stride, dilation, window.begin, window.end);
  }
  /// Beside a convolution that keeps the extents: their sum, or their channels together.
  void joined(bool adds) {
    const bool is_even = below(2) == 0;
    const TracedWindow window{is_even ? 2 : 3, 1, 1, 1, is_even ? 0 : 1};
    const std::string from = last(), w = weight(traced_.shape[1], traced_.shape[1], window.kernel), other = next();
    net_.node("Conv", {from, w}, {other}, attributes(window));
    const Traced beside = windowed(traced_, window, traced_.shape[1], false);
    if (adds) {
      net_.node("Add", {from, other}, {next()});
      traced_ = united(std::move(traced_), beside);
    } else {
      net_.node("Concat", {from, other}, {next()}, {net_.integer("axis", 1)});
      std::vector<std::int64_t> shape = traced_.shape;
      const std::int64_t channels = shape[1];
      shape[1] *= 2;
      Traced both(shape, traced_.axes());
      both.for_each([&](Place at, ReadSpans& element) {
        const bool is_first = at[1] < channels;
        at[1] %= channels;
        Traced::read(element, is_first ? traced_ : beside, at);
      });
      traced_ = both;
    }
    story += adds ? " add" : " concat";
  }
  void sliced(std::int64_t start, std::int64_t step) {
    const std::string from = last(), id = std::to_string(count_);
    std::vector<std::int64_t> axes(axes_), shape = traced_.shape;
    for (std::size_t axis = 0; axis < axes_; ++axis) {
      axes[axis] = static_cast<std::int64_t>(axis) + 2;
      shape[axis + 2] = (shape[axis + 2] - 1 - start + step - 1) / step;
    }
    net_.list("start" + id, each(start)).list("end" + id, each(-1)).list("axes" + id, axes).list("step" + id, each(step));
    net_.node("Slice", {from, "start" + id, "end" + id, "axes" + id, "step" + id}, {next()});
    traced_ = moved(traced_, shape, [&](Place at) {
      for (std::size_t axis = 2; axis < at.size(); ++axis) at[axis] = start + at[axis] * step;
      return at;
    });
    story += fmt::format(" slice({},{})", start, step);
  }
  void padded(std::int64_t begin, std::int64_t end) {
    const std::string from = last(), id = std::to_string(count_);
    std::vector<std::int64_t> pads(2 * (axes_ + 2), 0), shape = traced_.shape;
    for (std::size_t axis = 2; axis < axes_ + 2; ++axis) {
      pads[axis] = begin;
      pads[axis + axes_ + 2] = end;
      shape[axis] += begin + end;
    }
    net_.list("pads" + id, pads).node("Pad", {from, "pads" + id}, {next()});
    traced_ = moved(traced_, shape, [&](Place at) {
      for (std::size_t axis = 2; axis < at.size(); ++axis) at[axis] -= begin;
      return at;
    });
    story += fmt::format(" pad({},{})", begin, end);
  }
  void resized(std::int64_t scale) {
    if (is_large()) return;
    const std::string from = last(), id = std::to_string(count_);
    Reals scales{1.0, 1.0};
    std::vector<std::int64_t> shape = traced_.shape;
    for (std::size_t axis = 0; axis < axes_; ++axis) {
      scales.emplace_back(static_cast<double>(scale));
      shape[axis + 2] *= scale;
    }
    net_.stored("scales" + id, {static_cast<std::int64_t>(axes_ + 2)}, DataType::float32, Value(scales));
    net_.node("Resize", {from, "", "scales" + id}, {next()},
              {net_.text("coordinate_transformation_mode", "asymmetric"), net_.text("nearest_mode", "floor")});
    traced_ = moved(traced_, shape, [&](Place at) {
      for (std::size_t axis = 2; axis < at.size(); ++axis) at[axis] /= scale;
      return at;
    });
    story += fmt::format(" resize({})", scale);
  }
  /// Twice as large, each element between two.
  void interpolated() {
    if (is_large()) return;
    const std::string from = last(), id = std::to_string(count_);
    Reals scales{1.0, 1.0};
    std::vector<std::int64_t> shape = traced_.shape;
    for (std::size_t axis = 0; axis < axes_; ++axis) {
      scales.emplace_back(2.0);
      shape[axis + 2] *= 2;
    }
    net_.stored("scales" + id, {static_cast<std::int64_t>(axes_ + 2)}, DataType::float32, Value(scales));
    net_.node("Resize", {from, "", "scales" + id}, {next()}, {net_.text("mode", "linear")});
    const auto corner = [&](bool is_upper) {
      return moved(traced_, shape, [&](Place at) {
        for (std::size_t axis = 2; axis < at.size(); ++axis)
          at[axis] = std::clamp<std::int64_t>((2 * at[axis] + 3) / 4 - (is_upper ? 0 : 1), 0, traced_.shape[axis] - 1);
        return at;
      });
    };
    traced_ = united(corner(false), corner(true));
    story += " interpolate";
  }
  /// The last axis is cut into windows; within one every element reads all.
  void mixed_in_windows(std::int64_t window) {
    const std::size_t last_axis = axes_ + 1;
    if (traced_.shape[last_axis] % window != 0) return;
    const std::string from = last(), id = std::to_string(count_), cut = next(), mixed = next();
    std::vector<std::int64_t> apart = traced_.shape;
    apart[last_axis] /= window;
    apart.push_back(window);
    net_.list("apart" + id, apart).list("together" + id, traced_.shape).weight("mix" + id, {window, window});
    net_.node("Reshape", {from, "apart" + id}, {cut});
    net_.node("MatMul", {cut, "mix" + id}, {mixed});
    net_.node("Reshape", {mixed, "together" + id}, {next()});
    Traced whole(traced_.shape, traced_.axes());
    for (std::int64_t other = 0; other < window; ++other)
      whole = united(std::move(whole), moved(traced_, traced_.shape, [&](Place at) {
                       at[last_axis] = at[last_axis] / window * window + other;
                       return at;
                     }));
    traced_ = std::move(whole);
    story += fmt::format(" windows({})", window);
  }
  void depth_to_space() {
    if (traced_.shape[1] % 4 != 0 || is_large()) return;
    const std::string from = last();
    const bool is_outside = below(2) == 0;
    const std::int64_t channels = traced_.shape[1] / 4;
    net_.node("DepthToSpace", {from}, {next()}, {net_.integer("blocksize", 2), net_.text("mode", is_outside ? "DCR" : "CRD")});
    traced_ = moved(traced_, {1, channels, traced_.shape[2] * 2, traced_.shape[3] * 2}, [&](const Place& at) {
      const std::int64_t block = at[2] % 2 * 2 + at[3] % 2;
      return Place{0, is_outside ? block * channels + at[1] : at[1] * 4 + block, at[2] / 2, at[3] / 2};
    });
    story += is_outside ? " depth_to_space(DCR)" : " depth_to_space(CRD)";
  }
  void space_to_depth() {
    if (traced_.shape[2] % 2 != 0 || traced_.shape[3] % 2 != 0) return;
    const std::string from = last();
    const std::int64_t channels = traced_.shape[1];
    net_.node("SpaceToDepth", {from}, {next()}, {net_.integer("blocksize", 2)});
    traced_ = moved(traced_, {1, channels * 4, traced_.shape[2] / 2, traced_.shape[3] / 2}, [&](const Place& at) {
      const std::int64_t block = at[1] / channels;
      return Place{0, at[1] % channels, at[2] * 2 + block / 2, at[3] * 2 + block % 2};
    });
    story += " space_to_depth";
  }
  void exchanged() {
    const std::string from = last();
    net_.node("Transpose", {from}, {next()}, {net_.integers("perm", {0, 1, 3, 2})});
    traced_ = moved(traced_, {1, traced_.shape[1], traced_.shape[3], traced_.shape[2]}, [](const Place& at) {
      return Place{0, at[1], at[3], at[2]};
    });
    is_exchanged_ = !is_exchanged_;
    story += " transpose";
  }
  /// The last axis is cut in two, halves change places with the channels, and are joined with them: what exporters write for space to depth.
  void regrouped() {
    const std::size_t last_axis = axes_ + 1;
    if (traced_.shape[last_axis] % 2 != 0) return;
    const std::string from = last(), id = std::to_string(count_), cut = next(), turned = next();
    std::vector<std::int64_t> apart = traced_.shape, order, together = traced_.shape;
    apart[last_axis] /= 2;
    apart.push_back(2);
    order = {0, static_cast<std::int64_t>(last_axis) + 1};
    for (std::size_t axis = 1; axis <= last_axis; ++axis) order.push_back(static_cast<std::int64_t>(axis));
    together[1] *= 2;
    together[last_axis] /= 2;
    net_.list("apart" + id, apart).list("together" + id, together);
    net_.node("Reshape", {from, "apart" + id}, {cut});
    net_.node("Transpose", {cut}, {turned}, {net_.integers("perm", order)});
    net_.node("Reshape", {turned, "together" + id}, {next()});
    const std::int64_t channels = traced_.shape[1];
    traced_ = moved(traced_, together, [&](Place at) {
      at[last_axis] = at[last_axis] * 2 + at[1] / channels;
      at[1] %= channels;
      return at;
    });
    story += " regroup";
  }

  std::mt19937 random_;
  std::size_t axes_;
  NetworkBuilder net_;
  Traced traced_;
  int count_ = 0;
  int weights_ = 0;
  bool is_exchanged_ = false;
};

std::int64_t number(const Dim& dim) { return dim.number().value(); }

/// Per position along one axis of the result, what all elements there read along one axis of the input.
std::vector<ReadSpan> by_position(Traced traced, std::size_t axis, std::size_t of_input) {
  std::vector<ReadSpan> spans(static_cast<std::size_t>(traced.shape[axis + 2]));
  traced.for_each(
      [&](const Place& at, const ReadSpans& element) { spans[static_cast<std::size_t>(at[axis + 2])].add(element[of_input]); });
  return spans;
}

struct Outcome {
  int compared = 0, unknown = 0, interior = 0;
};

void compare(const AxisField& field, const std::vector<ReadSpan>& spans, std::int64_t extent, Outcome& outcome) {
  if (field.kind != AxisField::Kind::extent) {
    CHECK(field.kind == AxisField::Kind::unknown);  // no layer here reads a whole axis
    ++outcome.unknown;
    return;
  }
  ++outcome.compared;
  const std::int64_t size = number(field.size), jump = number(field.jump.over), per = number(field.jump.under);
  const auto low_at = [&](std::int64_t index) {
    return number(floor_div(field.start.over * per + field.start.under * jump * index, field.start.under * per));
  };
  const std::int64_t margin = size + 14;  // farther from the border than any layer's padding reaches
  const auto is_interior = [&](std::int64_t index) { return low_at(index) >= margin && low_at(index) + size <= extent - margin; };
  // A straight line through all lowest positions, or none: an upsampled map with a stride moves in steps.
  std::optional<std::int64_t> above, below;
  std::int64_t largest = 0, interior = 0;
  for (std::int64_t index = 0; index < static_cast<std::int64_t>(spans.size()); ++index) {
    const ReadSpan& span = spans[static_cast<std::size_t>(index)];
    if (span.empty() || !is_interior(index)) continue;
    const std::int64_t height = span.low * per - jump * index;
    above = std::max(above.value_or(height), height);
    below = std::min(below.value_or(height + per), height + per);
    largest = std::max(largest, span.high - span.low + 1);
    ++interior;
  }
  constexpr std::int64_t kPeriod = 12;  // of elements upsampled by 3, 2 and 2: among so many are all that there are
  const bool has_line = interior >= kPeriod && *above < *below;
  for (std::int64_t index = 0; index < static_cast<std::int64_t>(spans.size()); ++index) {
    const ReadSpan& span = spans[static_cast<std::size_t>(index)];
    CAPTURE(index, span.low, span.high, size, field.start.text(), field.jump.text());
    if (span.empty()) continue;
    CHECK(span.high - span.low + 1 <= size);
    if (!has_line) continue;
    CHECK(span.low >= low_at(index));
    CHECK(span.high < low_at(index) + size);
  }
  if (interior < kPeriod) return;
  ++outcome.interior;
  CHECK(largest == size);
}

void run(std::size_t axes, unsigned seeds) {
  Outcome outcome;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    RandomNet net(seed, axes);
    for (int layer = 0; layer < 5 && !net.is_small(); ++layer) net.grow();
    const std::vector<std::int64_t> input = axes == 1 ? std::vector<std::int64_t>{120} : std::vector<std::int64_t>{56, 50};
    const std::string last = net.last();
    const Traced traced = net.traced();
    CAPTURE(seed, net.story);
    const Analysis analysis = analyze(net.take(), {});
    REQUIRE(errors_of(analysis).empty());
    const Graph& graph = analysis.network.main();
    const auto tensor = std::find_if(graph.tensors.begin(), graph.tensors.end(), [&](const Tensor& t) { return t.name == last; });
    REQUIRE(tensor != graph.tensors.end());
    const auto fields = analysis.receptive_fields().of(static_cast<TensorId>(tensor - graph.tensors.begin()), analysis.shapes);
    REQUIRE(fields.size() == 1);
    REQUIRE(fields.front().axes.size() == axes);
    for (std::size_t axis = 0; axis < axes; ++axis)
      compare(fields.front().axes[axis], by_position(traced, net.axis_of(axis), axis), input[axis], outcome);
  }
  CAPTURE(outcome.compared, outcome.unknown, outcome.interior);
  CHECK(outcome.unknown * 5 <= outcome.compared);
  CHECK(outcome.interior * 3 >= outcome.compared);
}

TEST_CASE("Receptive fields of random 1-D networks are what walking every tap finds") { run(1, 400); }
TEST_CASE("Receptive fields of random 2-D networks are what walking every tap finds") { run(2, 120); }

}  // namespace
}  // namespace macroscope
