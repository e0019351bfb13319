#include "configuration/device_file.h"

#include "catch.h"

namespace macroscope {
namespace {

std::string text_of_quantity(std::string_view text) {
  const std::optional<Dim> quantity = quantity_in(text);
  return quantity ? quantity->text() : "none";
}

constexpr std::string_view kWhole = R"(
name = "chip"
source = "its data sheet"
bandwidth = "2039 GB/s"
memory = 1024
[peak]
float32 = 1.95e13
int8 = "624 TOPS"
)";

/// `line:column message` of the first mistake.
std::string mistake_in(const std::string& text) {
  const DeviceFile file = read_device_file(text);
  if (file.diagnostics.empty()) return {};
  CHECK_FALSE(file.device);
  const auto& origin = std::get<TextOrigin>(file.diagnostics.front().origin);
  return std::to_string(origin.line) + ":" + std::to_string(origin.column) + " " + file.diagnostics.front().message;
}

std::string with(const std::string& from, const std::string& to) {
  std::string text(kWhole);
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("A quantity of a data sheet is a whole number") {
  CHECK(text_of_quantity("19.5 T") == "19500000000000");
  CHECK(text_of_quantity("312TFLOPS") == "312000000000000");
  CHECK(text_of_quantity("1978.9 TFLOP/s") == "1978900000000000");
  CHECK(text_of_quantity("2039 GB/s") == "2039000000000");
  CHECK(text_of_quantity("80 GiB") == "85899345920");
  CHECK(text_of_quantity("80 GB") == "80000000000");
  CHECK(text_of_quantity("1.5 KiB") == "1536");
  CHECK(text_of_quantity(" 7 ") == "7");
  CHECK(text_of_quantity("5 FLOPS") == "5");
  CHECK(text_of_quantity("1 E") == "1000000000000000000");
  for (const std::string_view wrong :
       {"", "T", "19.5", "1.2.3 T", "-5 T", "5 X", "5 GB/h", "1e9", "1234567890123456", "GB", "5 Ti GB"})
    CHECK(text_of_quantity(wrong) == "none");
}

TEST_CASE("A device file gives rates by type") {
  const DeviceFile file = read_device_file(kWhole);
  REQUIRE(file.device);
  CHECK(file.device->name == "chip");
  CHECK(file.device->bandwidth.text() == "2039000000000");
  CHECK(file.device->memory->text() == "1024");
  CHECK(Device::rate_of(file.device->peak, DataType::float32)->text() == "19500000000000");
  CHECK(Device::rate_of(file.device->peak, DataType::int8)->text() == "624000000000000");
  CHECK_FALSE(Device::rate_of(file.device->peak, DataType::float16));
  CHECK(file.device->elementwise.empty());
}

TEST_CASE("A mistake in a device file has its place") {
  CHECK(mistake_in(with("memory", "memroy")) == "5:1 a device has no key 'memroy'");
  CHECK(mistake_in(with("name = \"chip\"", "")) == "1:1 a device needs the key 'name'");
  CHECK(mistake_in(with("\"chip\"", "3")) == "2:8 'name' is a text in quotes");
  CHECK(mistake_in(with("float32", "fp32")) == "7:1 'fp32' is no type of elements");
  CHECK(mistake_in(with("1024", "0")).starts_with("5:10 'memory' is a number from 1"));
  CHECK(mistake_in(with("1024", "1e30")).starts_with("5:10 'memory' is a number from 1"));
  CHECK(mistake_in(with("1024", "nan")).starts_with("5:10 'memory' is a number from 1"));
  CHECK(mistake_in(with("1024", "[1]")).starts_with("5:10 'memory' is a number from 1"));
  CHECK(mistake_in(with("[peak]", "[peek]")).starts_with("6:"));
  CHECK(mistake_in("name = ").starts_with("1:"));
}

}  // namespace macroscope
