#include "analyzer/network/data_type.h"

#include "catch.h"

namespace macroscope {
namespace {

TEST_CASE("data types round-trip through their names", "[data_type]") {
  for (int number = 1; number < kDataTypeCount; ++number) {
    const DataType type = data_type_of(number);
    INFO("number " << number);
    REQUIRE(data_type_named(name_of(type)) == type);
  }
  CHECK(name_of(DataType::float8_e4m3fn) == "float8_e4m3fn");
  CHECK(name_of(DataType::boolean) == "bool");
}

TEST_CASE("a number or name of no type names none", "[data_type]") {
  CHECK(data_type_of(-1) == DataType::unknown);
  CHECK(data_type_of(kDataTypeCount) == DataType::unknown);
  CHECK_FALSE(data_type_named("float").has_value());
}

}  // namespace
}  // namespace macroscope
