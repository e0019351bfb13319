#include "analyzer/operators/gradients/derivative.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace macroscope {
namespace {

/// `{alpha}`, `{gamma}` and `{epsilon}` stand for attributes; their values otherwise are in the row.
struct Row {
  std::string_view op;
  /// By input.
  std::array<std::string_view, 3> text{};
  double alpha = 0;
  double gamma = 0;
  std::array<std::string_view, 3> operands{};
  std::string_view words = {};
};

constexpr std::array<std::string_view, 3> kNormOperands{"x", "s", "b"};
constexpr std::string_view kBatch = "with y = (x - m) / sqrt(v + {epsilon}), mean m and variance v over the batch and the map";
constexpr std::string_view kRow =
    "with y = (x - m) / sqrt(v + {epsilon}), mean m and variance v over what is normalized together";

constexpr Row kRows[] = {
    {"Abs", {"dL/dz * ([x > 0] - [x < 0])"}},
    {"Add", {"dL/dz", "dL/dz"}},
    {"Atan", {"dL/dz / (1 + x^2)"}},
    {"BatchNormalization",
     {"s / sqrt(v + {epsilon}) * (dL/dz - mean(dL/dz) - y * mean(y * dL/dz))", "sum(y * dL/dz)", "sum(dL/dz)"},
     0,
     0,
     kNormOperands,
     kBatch},
    {"Celu", {"dL/dz * ([x > 0] + [x <= 0] * exp(x / {alpha}))"}, 1},
    {"Cos", {"dL/dz * -sin(x)"}},
    {"Div", {"dL/dz / b", "dL/dz * -z / b"}},
    {"Dropout", {"dL/dz"}},
    {"Elu", {"dL/dz * ([x > 0] + [x <= 0] * (z + {alpha}))"}, 1},
    {"Erf", {"dL/dz * 2 / sqrt(pi) * exp(-x^2)"}},
    {"Exp", {"dL/dz * z"}},
    {"HardSigmoid", {"dL/dz * {alpha} * [0 < z] * [z < 1]"}, 0.2},
    {"HardSwish", {"dL/dz * ([x >= 3] + [-3 < x] * [x < 3] * (2 * x + 3) / 6)"}},
    {"Identity", {"dL/dz"}},
    {"LayerNormalization",
     {"1 / sqrt(v + {epsilon}) * (s * dL/dz - mean(s * dL/dz) - y * mean(y * s * dL/dz))", "sum(y * dL/dz)", "sum(dL/dz)"},
     0,
     0,
     kNormOperands,
     kRow},
    {"LeakyRelu", {"dL/dz * ([x > 0] + {alpha} * [x <= 0])"}, 0.01},
    {"Log", {"dL/dz / x"}},
    {"Mul", {"dL/dz * b", "dL/dz * a"}},
    {"Neg", {"-dL/dz"}},
    {"PRelu", {"dL/dz * ([x > 0] + w * [x <= 0])", "dL/dz * x * [x <= 0]"}, 0, 0, {"x", "w", ""}},
    {"Reciprocal", {"dL/dz * -z^2"}},
    {"Relu", {"dL/dz * [x > 0]"}},
    {"Selu",
     {"dL/dz * ({gamma} * [x > 0] + [x <= 0] * (z + {gamma} * {alpha}))"},
     1.67326319217681884765625,
     1.05070102214813232421875},
    {"Sigmoid", {"dL/dz * z * (1 - z)"}},
    {"Sin", {"dL/dz * cos(x)"}},
    {"Softmax", {"z * (dL/dz - sum(z * dL/dz))"}, 0, 0, {}, "with the sum along the axis of the softmax"},
    {"Softplus", {"dL/dz / (1 + exp(-x))"}},
    {"Softsign", {"dL/dz / (1 + abs(x))^2"}},
    {"Sqrt", {"dL/dz / (2 * z)"}},
    {"Sub", {"dL/dz", "-dL/dz"}},
    {"Tanh", {"dL/dz * (1 - z^2)"}},
};

const Row* row_of(const OpContext& context) {
  if (!context.node().domain.empty()) return nullptr;
  const auto* found =
      std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& row) { return row.op == context.node().op; });
  return found == std::end(kRows) ? nullptr : found;
}

void put_in(std::string& text, std::string_view name, double value) {
  const std::string slot = fmt::format("{{{}}}", name);
  for (std::size_t at = text.find(slot); at != std::string::npos; at = text.find(slot, at))
    text.replace(at, slot.size(), fmt::format("{:.6g}", value));
}

}  // namespace

std::optional<ElementDerivative> derivative_of(const OpContext& context, std::size_t input) {
  const Row* row = row_of(context);
  if (row == nullptr || input >= row->text.size() || row->text[input].empty()) return std::nullopt;
  const bool has_two = !row->text[1].empty();
  const std::string_view usual = !has_two ? "x" : input == 0 ? "a" : "b";
  ElementDerivative derivative{std::string(row->operands[input].empty() ? usual : row->operands[input]),
                               std::string(row->text[input]), std::string(row->words)};
  for (std::string* text : {&derivative.text, &derivative.words}) {
    put_in(*text, "alpha", context.real("alpha", row->alpha));
    put_in(*text, "gamma", context.real("gamma", row->gamma));
    put_in(*text, "epsilon", context.real("epsilon", 1e-5));
  }
  return derivative;
}

}  // namespace macroscope
