// Gradients of a convolution whose taps are moved by offsets: by the definition, on a small map, and against differences of the loss.
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "analyzer/operators/gradients/gradient_macs.h"
#include "catch.h"
#include "counted_number.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::current_sum;
using testing::GroupedSum;
using testing::NetworkBuilder;
using testing::Number;

constexpr int kChannels = 2, kOutputs = 3, kExtent = 5, kTaps = 4, kPlaces = 4, kPositions = kPlaces * kPlaces;

/// A 2x2 kernel over a map of 5x5, one group, all of it doubles that a number generator of a line fills.
struct Layer {
  std::vector<double> data, weights, offsets, mask, seed;

  Layer() {
    std::uint64_t state = 7;
    const auto fill = [&](std::vector<double>& numbers, int count, double scale) {
      for (int index = 0; index < count; ++index) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        numbers.push_back(scale * (static_cast<double>(state >> 40U) / 16777216.0 - 0.5));
      }
    };
    fill(data, kChannels * kExtent * kExtent, 2);
    fill(weights, kOutputs * kChannels * kTaps, 2);
    fill(offsets, 2 * kTaps * kPositions, 0.8);  // less than half a pixel, so that differences stay on one side of a kink
    fill(mask, kTaps * kPositions, 2);
    fill(seed, kOutputs * kPositions, 2);
    for (double& offset : offsets) offset += 0.45;  // well inside a cell of the grid
  }

  [[nodiscard]] double at(int channel, int y, int x) const {
    const bool is_inside = y >= 0 && y < kExtent && x >= 0 && x < kExtent;
    return is_inside ? data[static_cast<std::size_t>((channel * kExtent + y) * kExtent + x)] : 0;
  }

  struct Sample {
    double value = 0;
    std::array<double, 2> slope{};
  };
  /// Bilinear, and how it changes with each coordinate.
  [[nodiscard]] Sample sample(int channel, int tap, int position) const {
    const auto offset = [&](int axis) { return offsets[static_cast<std::size_t>((2 * tap + axis) * kPositions + position)]; };
    const double y = position / kPlaces + tap / 2 + offset(0), x = position % kPlaces + tap % 2 + offset(1);
    const int top = static_cast<int>(std::floor(y)), left = static_cast<int>(std::floor(x));
    const double down = y - top, right = x - left;
    const double a = at(channel, top, left), b = at(channel, top, left + 1), c = at(channel, top + 1, left),
                 d = at(channel, top + 1, left + 1);
    return {(1 - down) * ((1 - right) * a + right * b) + down * ((1 - right) * c + right * d),
            {(1 - right) * (c - a) + right * (d - b), (1 - down) * (b - a) + down * (d - c)}};
  }

  /// The sum of all outputs, each times its seed.
  [[nodiscard]] double loss() const {
    double sum = 0;
    for (int output = 0; output < kOutputs; ++output)
      for (int position = 0; position < kPositions; ++position)
        for (int channel = 0; channel < kChannels; ++channel)
          for (int tap = 0; tap < kTaps; ++tap)
            sum += seed_of(output, position) * weight(output, channel, tap) * mask_of(tap, position) *
                   sample(channel, tap, position).value;
    return sum;
  }

  [[nodiscard]] double seed_of(int output, int position) const {
    return seed[static_cast<std::size_t>(output * kPositions + position)];
  }
  [[nodiscard]] double weight(int output, int channel, int tap) const {
    return weights[static_cast<std::size_t>((output * kChannels + channel) * kTaps + tap)];
  }
  [[nodiscard]] double mask_of(int tap, int position) const {
    return mask[static_cast<std::size_t>(tap * kPositions + position)];
  }
};

struct Written {
  std::vector<Number> weights, samples, offsets, mask;
  /// Multiply-accumulates of each.
  std::int64_t of_weights = 0, of_samples = 0, of_offsets = 0, of_mask = 0;
};

template <typename Body>
std::int64_t macs_of(Body body) {
  current_sum = GroupedSum();
  body();
  return current_sum.macs;
}

/// By the chain rule, with every sum of products written as one.
Written gradients(const Layer& layer) {
  Written made;
  made.weights.resize(layer.weights.size());
  made.samples.resize(static_cast<std::size_t>(kChannels * kTaps * kPositions));
  made.offsets.resize(layer.offsets.size());
  made.mask.resize(layer.mask.size());
  const auto for_each = [](auto visit) {
    for (int channel = 0; channel < kChannels; ++channel)
      for (int tap = 0; tap < kTaps; ++tap)
        for (int position = 0; position < kPositions; ++position)
          visit(channel, tap, position, static_cast<std::size_t>((channel * kTaps + tap) * kPositions + position));
  };
  made.of_weights = macs_of([&] {
    for_each([&](int channel, int tap, int position, std::size_t) {
      for (int output = 0; output < kOutputs; ++output)
        accumulate(made.weights[static_cast<std::size_t>((output * kChannels + channel) * kTaps + tap)],
                   layer.seed_of(output, position), layer.mask_of(tap, position) * layer.sample(channel, tap, position).value);
    });
  });
  made.of_samples = macs_of([&] {
    for_each([&](int channel, int tap, int position, std::size_t at) {
      for (int output = 0; output < kOutputs; ++output)
        accumulate(made.samples[at], layer.seed_of(output, position), layer.weight(output, channel, tap));
    });
  });
  made.of_offsets = macs_of([&] {
    for_each([&](int channel, int tap, int position, std::size_t at) {
      for (int axis = 0; axis < 2; ++axis)
        accumulate(made.offsets[static_cast<std::size_t>((2 * tap + axis) * kPositions + position)], made.samples[at],
                   layer.mask_of(tap, position) * layer.sample(channel, tap, position).slope[static_cast<std::size_t>(axis)]);
    });
  });
  made.of_mask = macs_of([&] {
    for_each([&](int channel, int tap, int position, std::size_t at) {
      accumulate(made.mask[static_cast<std::size_t>(tap * kPositions + position)], made.samples[at],
                 layer.sample(channel, tap, position).value);
    });
  });
  return made;
}

/// The largest distance between gradients and differences of the loss.
double worst(std::vector<double> Layer::*numbers, const std::vector<Number>& written) {
  constexpr double kStep = 1e-6;
  double distance = 0;
  for (std::size_t index = 0; index < written.size(); ++index) {
    Layer above, below;
    (above.*numbers)[index] += kStep;
    (below.*numbers)[index] -= kStep;
    const double difference = (above.loss() - below.loss()) / (2 * kStep);
    distance = std::max(distance, std::abs(difference - written[index].value()));
  }
  return distance;
}

/// The node itself, with everything stored or made so that it needs a gradient.
Analysis analysed() {
  NetworkBuilder net;
  net.input("i", {1, 1, kExtent, kExtent}).weight("w0", {kChannels, 1, 1, 1}).weight("w", {kOutputs, kChannels, 2, 2});
  net.weight("offsets", {1, 2 * kTaps, kPlaces, kPlaces}).weight("mask", {1, kTaps, kPlaces, kPlaces});
  net.node("Conv", {"i", "w0"}, {"x"}).node("DeformConv", {"x", "w", "offsets", "", "mask"}, {"y"});
  AnalysisOptions options;
  options.training = TrainingOptions();
  return analyze(net.take(), {}, options);
}

TEST_CASE("The gradients of a deformed convolution are what the loss changes by") {
  const Layer layer;
  const Written made = gradients(layer);
  CHECK(worst(&Layer::weights, made.weights) < 1e-6);
  CHECK(worst(&Layer::offsets, made.offsets) < 1e-6);
  CHECK(worst(&Layer::mask, made.mask) < 1e-6);
}

TEST_CASE("Their multiply-accumulates are those of the loops that make them") {
  const Written made = gradients(Layer());
  const Analysis analysis = analysed();
  const OpContext context = site_of(analysis.network, analysis.shapes.scopes.front(), 1);
  const Dim macs = analysis.costs.nodes.front()[1].macs;
  const std::vector<OperandGradient> told = gradient_macs_of_deformed_convolution(context, macs, {true, true, true, false, true});
  REQUIRE(told.size() == 4);
  CHECK(told[0].macs == Dim(made.of_weights));
  CHECK(told[1].macs == Dim(made.of_samples));
  CHECK(told[2].macs == Dim(made.of_offsets));
  CHECK(told[3].macs == Dim(made.of_mask));
  // What is stored is learned: weights, offsets and mask; the samples' gradient is on the way to what lies before.
  CHECK(analysis.training().nodes.front()[1].weight_macs == Dim(made.of_weights + made.of_offsets + made.of_mask));
  CHECK(analysis.training().nodes.front()[1].input_macs == Dim(made.of_samples));
}

}  // namespace
}  // namespace macroscope
