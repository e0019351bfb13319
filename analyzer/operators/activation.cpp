#include "analyzer/operators/activation.h"

#include <algorithm>
#include <iterator>

#include "analyzer/operators/catalogue.h"

namespace macroscope {
namespace {

struct Named {
  /// As runtimes write it.
  std::string_view alias;
  AppliedActivation activation;
};

constexpr Effort kGelu{.add = 1, .mul = 3, .special = 1};
constexpr Effort kGeluByTanh{.add = 2, .mul = 6, .special = 1};

/// Activations by the names that attributes of fused operators use, where ONNX has no operator of that name or it does other work per element.
constexpr Named kNamed[] = {
    {"Clip", {"Clip", {.compare = 2}}},
    {"FastGelu", {"Gelu", kGeluByTanh}},
    {"GELU", {"Gelu", kGelu}},
    {"Gelu", {"Gelu", kGelu}},
    {"RELU", {"Relu", {.compare = 1}, Saves::result}},
    {"Softmax", {"Softmax", {.add = 2, .div = 1, .compare = 1, .special = 1}, Saves::result}},
    {"gelu", {"Gelu", kGelu}},
    {"relu", {"Relu", {.compare = 1}, Saves::result}},
    {"relu2", {"", {.mul = 1, .compare = 1}, Saves::result}},
    {"relu_squared", {"", {.mul = 1, .compare = 1}, Saves::result}},
    {"sigmoid", {"Sigmoid", {.add = 1, .div = 1, .special = 1}, Saves::result}},
    {"silu", {"Swish", {.add = 1, .mul = 1, .div = 1, .special = 1}}},
    {"swish", {"Swish", {.add = 1, .mul = 1, .div = 1, .special = 1}}},
    {"tanh", {"Tanh", {.special = 1}, Saves::result}},
};

constexpr std::string_view kNoActivation[] = {"", "NONE", "Identity", "identity", "none"};

}  // namespace

std::optional<AppliedActivation> activation_named(std::string_view name) {
  if (std::find(std::begin(kNoActivation), std::end(kNoActivation), name) != std::end(kNoActivation)) return std::nullopt;
  const auto named =
      std::find_if(std::begin(kNamed), std::end(kNamed), [name](const Named& entry) { return entry.alias == name; });
  if (named != std::end(kNamed)) return named->activation;
  constexpr std::int64_t kNewest = 1000;
  const Operator* row = find_operator({}, name, kNewest);
  const PerElement* meaning = row == nullptr ? nullptr : std::get_if<PerElement>(&row->meaning);
  require(meaning != nullptr && meaning->operands == 1, "bad-attribute", "'{}' is no activation", name);
  return AppliedActivation{row->name, meaning->effort, row->saves == Saves::by_meaning ? Saves::operands : row->saves};
}

std::optional<AppliedActivation> activation_of(const Operator& row, const OpContext& context) {
  if (!row.activation.name.empty()) return activation_named(row.activation.name);
  return row.activation.attribute.empty() ? std::nullopt : activation_named(context.text(row.activation.attribute, ""));
}

}  // namespace macroscope
