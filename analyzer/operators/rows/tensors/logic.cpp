#include "analyzer/operators/contents/constant_folding.h"
#include "analyzer/operators/families.h"

namespace macroscope {
namespace {

constexpr PerElement compares(ElementFold fold) {
  return {.effort = {.compare = 1}, .result = Result::boolean, .operands = 2, .fold = fold};
}
constexpr PerElement connects(ElementFold fold) { return {.result = Result::boolean, .operands = 2, .fold = fold}; }
constexpr PerElement kBitwise{.operands = 2};

constexpr Operator kRows[] = {
    {"And", connects(folds::both)},
    {"BitShift", PerElement{.operands = 2, .fold = folds::shift}, "x", 11},
    {"BitwiseAnd", kBitwise, "x", 18},
    {"BitwiseNot", PerElement{}, "x", 18},
    {"BitwiseOr", kBitwise, "x", 18},
    {"BitwiseXor", kBitwise, "x", 18},
    {"Equal", compares(folds::is_equal)},
    {"Greater", compares(folds::is_greater)},
    {"GreaterOrEqual", compares(folds::is_greater_or_equal), "x", 12},
    {"IsInf", PerElement{.effort = {.compare = 2}, .result = Result::boolean}, "x", 10,
     "2 compares per element: with either infinity"},
    {"IsNaN", PerElement{.effort = {.compare = 1}, .result = Result::boolean}, "x", 9, "1 compare per element: with itself"},
    {"Less", compares(folds::is_less)},
    {"LessOrEqual", compares(folds::is_less_or_equal), "x", 12},
    {"Not", PerElement{.result = Result::boolean, .fold = folds::opposite}},
    {"Or", connects(folds::either)},
    {"Xor", connects(folds::one_only)},
};

}  // namespace

Family families::logic() noexcept { return {"", "logic", kRows}; }

}  // namespace macroscope
