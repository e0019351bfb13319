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

constexpr Operator kRows[] = {
    {"ReduceL1", Loops{.nest = {kSum}, .per_point = {.compare = 1}}, "xc"},
    {"ReduceL2", Loops{.nest = {kSum}, .per_point = {.mul = 1}, .per_output = {.special = 1}}, "xc"},
    {"ReduceLogSum", Loops{.nest = {kSum}, .per_output = {.special = 1}}, "xc"},
    {"ReduceLogSumExp", Loops{.nest = {kSum}, .per_point = {.add = 1, .compare = 1, .special = 1}, .per_output = {.special = 1}},
     "xc"},
    {"ReduceMax", Loops{.nest = {kMax}, .fold = max_of}, "xc"},
    {"ReduceMean", Loops{.nest = {kSum}, .per_output = {.mul = 1}}, "xc"},
    {"ReduceMin", Loops{.nest = {kMax}, .fold = min_of}, "xc"},
    {"ReduceProd", Loops{.nest = {kProduct}, .fold = product_of}, "xc"},
    {"ReduceSum", Loops{.nest = {kSum}, .fold = sum_of}, "xc"},
    {"ReduceSumSquare", Loops{.nest = {kSum}, .per_point = {.mul = 1}}, "xc"},
};

}  // namespace

Family families::reduction() noexcept { return {"", "reduction", kRows}; }

}  // namespace macroscope
