#include "reports/kinds/second_sources.h"

#include <algorithm>
#include <array>

namespace macroscope {
namespace {

// tests/conformance/onnx_node_cases_test.py holds these lists to what the tests confirm.

constexpr std::array<std::string_view, 1> kWithoutShapeCase{"ai.onnx.preview.training:Gradient"};
constexpr std::array<std::string_view, 4> kWithoutCostCase{
    "MaxRoiPool",
    "ai.onnx.ml:TreeEnsemble",
    "ai.onnx.preview.training:Gradient",
    "com.microsoft:PackedSparseAttentionIndexer",
};

}  // namespace

bool has_shape_case(std::string_view shown_operator) noexcept {
  return std::find(kWithoutShapeCase.begin(), kWithoutShapeCase.end(), shown_operator) == kWithoutShapeCase.end();
}

bool has_cost_case(std::string_view shown_operator) noexcept {
  return std::find(kWithoutCostCase.begin(), kWithoutCostCase.end(), shown_operator) == kWithoutCostCase.end();
}

}  // namespace macroscope
