#include "analyzer/operators/catalogue.h"
#include "analyzer/operators/derivation.h"

#include <fmt/format.h>

#include "analyzer/operators/notation/formula.h"
#include "catch.h"

namespace macroscope {
namespace {

constexpr std::int64_t kNewest = 1000;

TEST_CASE("Every row says what it computes, itself or by the operator that it derives from") {
  for (const Family& family : catalogue())
    for (const Operator& row : family.operators) {
      INFO(row.domain << " " << row.name);
      CHECK(says_meaning(row));
      CHECK(row.name.find(' ') == std::string_view::npos);
      if (row.derives.name.empty()) continue;
      const Operator* origin = find_operator({}, row.derives.name, kNewest);
      REQUIRE(origin != nullptr);
      for (int trait = 0; trait <= static_cast<int>(Trait::reads_shape); ++trait)
        CHECK((!origin->traits.has(static_cast<Trait>(trait)) || row.traits.has(static_cast<Trait>(trait))));
    }
}

TEST_CASE("All nests of a row read as many operands") {
  for (const Family& family : catalogue())
    for (const Operator& row : family.operators) {
      const auto* loops = std::get_if<Loops>(&row.meaning);
      if (loops == nullptr) continue;
      INFO(row.domain << " " << row.name);
      const std::size_t operands = formula_of(loops->nests.front().formula).operands.size();
      for (const Nest& nest : loops->nests) CHECK(formula_of(nest.formula).operands.size() == operands);
    }
}

TEST_CASE("A row without a meaning takes that of its origin, with its operands where it says they stand") {
  const Operator row = completed({.name = "Scaled", .derives = {"Conv", {0, 3, 8}}, .activation = {"Gelu"}});
  const auto& loops = std::get<Loops>(row.meaning);
  CHECK(loops.operands[0] == 0);
  CHECK(loops.operands[1] == 3);
  CHECK(loops.bias == 8);
  CHECK(row.traits.has(Trait::convolution));
  CHECK(row.activation.name == "Gelu");
}

TEST_CASE("A row that derives from nothing there is stays as it is") {
  CHECK_FALSE(says_meaning(completed({.name = "Odd", .derives = "NoSuchOperator"})));
  CHECK_FALSE(says_meaning(completed({.name = "Odd"})));
}

TEST_CASE("What a fused operator says itself is not overwritten") {
  const Operator* fused = find_operator("com.microsoft", "FusedConv", kNewest);
  REQUIRE(fused != nullptr);
  CHECK(std::get<Loops>(fused->meaning).summand == 3);
  CHECK(fused->traits.has(Trait::convolution));
  CHECK(fused->roles.of(3) == OperandRole::data);
}

}  // namespace
}  // namespace macroscope
