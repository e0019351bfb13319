#include "analyzer/operators/contents/constant_folding.h"
#include "analyzer/operators/families.h"

namespace macroscope {
namespace {

constexpr PerElement compares(ElementFold fold) {
  return {.effort = {.compare = 1}, .result = Result::boolean, .operands = 2, .fold = fold};
}
constexpr PerElement connects(ElementFold fold) { return {.result = Result::boolean, .operands = 2, .fold = fold}; }
constexpr PerElement kBitwise{.operands = 2};

constexpr Operator kLogicRows[] = {
    {"And", connects(folds::both)},
    {.name = "BitShift", .meaning = PerElement{.operands = 2, .fold = folds::shift}, .since = 11},
    {.name = "BitwiseAnd", .meaning = kBitwise, .since = 18},
    {.name = "BitwiseNot", .meaning = PerElement{}, .since = 18},
    {.name = "BitwiseOr", .meaning = kBitwise, .since = 18},
    {.name = "BitwiseXor", .meaning = kBitwise, .since = 18},
    {"Equal", compares(folds::is_equal)},
    {"Greater", compares(folds::is_greater)},
    {.name = "GreaterOrEqual", .meaning = compares(folds::is_greater_or_equal), .since = 12},
    {.name = "IsInf",
     .meaning = PerElement{.effort = {.compare = 2}, .result = Result::boolean},
     .since = 10,
     .cost = "2 compares per element: with either infinity"},
    {.name = "IsNaN",
     .meaning = PerElement{.effort = {.compare = 1}, .result = Result::boolean},
     .since = 9,
     .cost = "1 compare per element: with itself"},
    {"Less", compares(folds::is_less)},
    {.name = "LessOrEqual", .meaning = compares(folds::is_less_or_equal), .since = 12},
    {"Not", PerElement{.result = Result::boolean, .fold = folds::opposite}},
    {"Or", connects(folds::either)},
    {"Xor", connects(folds::one_only)},
};

}  // namespace

Family families::logic() { return {"", "logic", kLogicRows}; }

}  // namespace macroscope
