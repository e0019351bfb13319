#include "analyzer/operators/roles.h"

#include "catch.h"

namespace macroscope {
namespace {

TEST_CASE("The last role stands for all further operands") {
  constexpr Roles roles = "data weight bias";
  CHECK(roles.of(0) == OperandRole::data);
  CHECK(roles.of(1) == OperandRole::weight);
  CHECK(roles.of(2) == OperandRole::bias);
  CHECK(roles.of(100) == OperandRole::bias);
}

TEST_CASE("A role may be said for several operands, and a group for all further ones") {
  constexpr Roles roles = "quantisation*2 [data quantisation*2]";
  for (const std::size_t operand : {0U, 1U, 3U, 4U, 6U, 7U, 300U, 301U}) CHECK(roles.of(operand) == OperandRole::quantisation);
  for (const std::size_t operand : {2U, 5U, 8U, 302U}) CHECK(roles.of(operand) == OperandRole::data);
  CHECK(roles.first(OperandRole::data) == 2U);
  CHECK_FALSE(roles.first(OperandRole::weight));
}

TEST_CASE("Every role is read by its name") {
  for (int role = 0; role <= static_cast<int>(OperandRole::packed); ++role) {
    const auto of = static_cast<OperandRole>(role);
    CHECK(Roles(name_of(of)).of(0) == of);
  }
}

TEST_CASE("What is no list of roles is refused") {
  for (const char* words :
       {"", "xwb", "data wieght", "data*0", "data*29", "data*", "data*x", "[data", "data [weight] bias", "data  weight"}) {
    INFO(words);
    CHECK_THROWS_AS(Roles(words), std::invalid_argument);
  }
}

}  // namespace
}  // namespace macroscope
