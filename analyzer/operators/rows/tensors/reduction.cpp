#include "analyzer/operators/families.h"
#include "analyzer/operators/notation/nest.h"

namespace macroscope {
namespace {

constexpr std::string_view kSum = "Y[i/axes..] += X[i..]";
constexpr std::string_view kMax = "Y[i/axes..] max= X[i..]";
constexpr std::string_view kProduct = "Y[i/axes..] *= X[i..]";

std::optional<Dim> sum_of(std::span<const Dim> pair) { return pair[0] + pair[1]; }
std::optional<Dim> product_of(std::span<const Dim> pair) { return pair[0] * pair[1]; }
std::optional<Dim> max_of(std::span<const Dim> pair) { return max(pair[0], pair[1]); }
std::optional<Dim> min_of(std::span<const Dim> pair) { return min(pair[0], pair[1]); }

constexpr Operator kReductionRows[] = {
    {"ReduceL1", Loops{.nests = kSum, .per_point = {.compare = 1}}, "data constant"},
    {"ReduceL2", Loops{.nests = kSum, .per_point = {.mul = 1}, .per_output = {.special = 1}}, "data constant"},
    {"ReduceLogSum", Loops{.nests = kSum, .per_output = {.special = 1}}, "data constant"},
    {"ReduceLogSumExp", Loops{.nests = kSum, .per_point = {.add = 1, .compare = 1, .special = 1}, .per_output = {.special = 1}},
     "data constant"},
    {"ReduceMax", Loops{.nests = kMax, .fold = max_of}, "data constant"},
    {.name = "ReduceMean",
     .meaning = Loops{.nests = kSum, .mean = true, .per_output = {.mul = 1}},
     .roles = "data constant",
     .saves = Saves::nothing},
    {"ReduceMin", Loops{.nests = kMax, .minimum = true, .fold = min_of}, "data constant"},
    {"ReduceProd", Loops{.nests = kProduct, .fold = product_of}, "data constant"},
    {.name = "ReduceSum", .meaning = Loops{.nests = kSum, .fold = sum_of}, .roles = "data constant", .saves = Saves::nothing},
    {"ReduceSumSquare", Loops{.nests = kSum, .per_point = {.mul = 1}}, "data constant"},
};

}  // namespace

Family families::reduction() { return {"", "reduction", kReductionRows}; }

}  // namespace macroscope
