#include <algorithm>
#include <string>

#include "reports/notation/number_text.h"

#include "catch.h"

namespace macroscope {
namespace {

Dim expression(std::string_view text) { return std::get<Dim>(Dim::parse(text)); }

}  // namespace

TEST_CASE("Digits are grouped in numbers and in expressions") {
  CHECK(grouped(Dim(0)) == "0");
  CHECK(grouped(Dim(999)) == "999");
  CHECK(grouped(Dim(1000)) == "1,000");
  CHECK(grouped(Dim(-1234567)) == "-1,234,567");
  CHECK(grouped(expression("4089184256*batch")) == "4,089,184,256*batch");
  CHECK(grouped(expression("2048*seq10000")) == "2048*seq10000");
  CHECK(grouped(power(Dim(10), 30)) == "1,000,000,000,000,000,000,000,000,000,000");
  // Between arguments a comma would mislead.
  CHECK(grouped(expression("max(40000*N, 50000*M)")).find("40,000") == std::string::npos);
}

TEST_CASE("Short forms keep three digits, rounded to nearest") {
  CHECK(short_count(Dim(9999)).empty());
  CHECK(short_count(Dim(12345)) == "12.3 K");
  CHECK(short_count(Dim(73856)) == "73.9 K");
  CHECK(short_count(Dim(4089184256)) == "4.09 G");
  CHECK(short_count(Dim(999499)) == "999 K");
  CHECK(short_count(Dim(999500)) == "1.00 M");
  CHECK(short_count(power(Dim(10), 30)) == "1.00 Q");
  CHECK(short_count(expression("84934656*batch*seq + 18432*batch*seq^2")).find("84.9M*batch*seq") != std::string::npos);
}

TEST_CASE("Bytes are shortened by powers of 1024") {
  CHECK(short_bytes(Dim(1023)).empty());
  CHECK(short_bytes(Dim(1024)) == "1.00 KiB");
  CHECK(short_bytes(Dim(102228128)) == "97.5 MiB");
  CHECK(short_bytes(Dim(1023 * 1024)) == "1.00 MiB");
  CHECK(short_bytes(Dim(1) * 1024 * 1024 * 1024 * 13) == "13.0 GiB");
  CHECK(short_bytes(expression("4*N")).empty());
}

TEST_CASE("An expression is shown whole, rounded, or by its beginning, and says which") {
  const Dim cost = expression("84934656*batch*sequence + 18432*batch*sequence^2");
  CHECK_FALSE(fitted(cost, 100).is_shortened);
  const Fitted factored = fitted(cost, 40);
  CHECK_FALSE(factored.is_shortened);
  CHECK(factored.text.size() <= 40);
  std::string parsed = factored.text;
  parsed.erase(std::remove(parsed.begin(), parsed.end(), ','), parsed.end());
  CHECK(expression(parsed) == cost);
  for (const std::size_t columns : {8U, 14U, 20U, 30U}) {
    const Fitted shown = fitted(cost, columns);
    CHECK(shown.is_shortened);
    CHECK(shown.text.size() <= columns + 2);  // the ellipsis takes three bytes and one column
  }
  // A number is never cut.
  CHECK(fitted(Dim(4089184256), 5).text == "4,089,184,256");
}

TEST_CASE("Shares have one decimal, and a small one is not 0") {
  CHECK(percent(1) == "100.0");
  CHECK(percent(0.1234) == "12.3");
  CHECK(percent(0.0001) == "<0.1");
  CHECK(percent(0).empty());
}

}  // namespace macroscope
