// Amounts of budgets: are they read exactly, and is what is none refused for what it is?
#include "configuration/amount.h"

#include <string>

#include "catch.h"

namespace macroscope {
namespace {

std::string amount(std::string_view text, bool is_bytes = false, bool round_up = false) {
  const auto read = parse_amount(text, is_bytes, round_up);
  if (const auto* number = std::get_if<Dim>(&read)) return number->text();
  return std::get<AmountError>(read).message;
}

std::string percent_of(std::string_view text) {
  const auto read = parse_percent(text);
  if (const auto* error = std::get_if<AmountError>(&read)) return error->message;
  const auto& share = std::get<GrowthLimit::Share>(read);
  return std::to_string(share.over) + "/" + std::to_string(share.under);
}

}  // namespace

TEST_CASE("amounts may have spaces around them, a sign, groups of digits and a part behind a point", "[configuration]") {
  CHECK(amount("  12 k ") == "12000");
  CHECK(amount("+12k") == "12000");
  CHECK(amount("1_000_000") == "1000000");
  CHECK(amount("2.25M") == "2250000");
  CHECK(amount("3 KiB", true) == "3072");
  CHECK(amount("1.0001 KiB", true, true) == "1025");
  CHECK(amount("1.0001 KiB", true, false) == "1024");
}

TEST_CASE("what is no amount is refused with the reason", "[configuration]") {
  CHECK(amount("") == "'' begins with no digit");
  CHECK(amount("k") == "'k' begins with no digit");
  CHECK(amount("+") == "'+' begins with no digit");
  CHECK(amount(".5k") == "'.5k' begins with no digit");
  CHECK(amount("1__0") == "'__0' is no unit: k M G T P");
  CHECK(amount("1_") == "'_' is no unit: k M G T P");
  CHECK(amount("1.") == "'.' is no unit: k M G T P");
  CHECK(amount("1.2.3") == "'.3' is no unit: k M G T P");
  CHECK(amount("5 Q", true) == "'Q' is no unit: k M G T P, or B KiB MiB GiB TiB");
  CHECK(amount("5 GiB") == "'5 GiB' is a number of bytes, and this figure is none");
  CHECK(amount("1234567890123456789") == "'1234567890123456789' has more than 18 digits");
}

TEST_CASE("a share of a baseline is an exact fraction", "[configuration]") {
  CHECK(percent_of("2%") == "2/100");
  CHECK(percent_of("+0.5 %") == "5/1000");
  CHECK(percent_of("2") == "'2' is no share of the baseline such as \"+2%\"");
  CHECK(percent_of("-2%") == "'-2%' begins with no digit");
  CHECK(percent_of("0.000001%") == "1/100000000");
  CHECK(percent_of("0.0000001%") == "'0.0000001%' has more than 6 decimals");
}

}  // namespace macroscope
