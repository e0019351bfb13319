// Does the program give each formula of tests/formulas/cases.json the value that the package and the page give it?
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>

#include "analyzer/algebra/dim.h"
#include "analyzer/algebra/evaluation.h"
#include "catch.h"
#include "places.h"

using namespace macroscope;
using nlohmann::json;

namespace {

json cases() {
  std::ifstream file(testing::source_directory() + "/tests/formulas/cases.json");
  return json::parse(file);
}

/// Empty where something is divided by 0.
std::optional<Dim> value_of(const std::string& text, const Bindings& sizes) {
  const std::variant<Dim, DimParseError> formula = Dim::parse(text);
  REQUIRE(std::holds_alternative<Dim>(formula));
  try {
    return std::get<Dim>(formula).substitute(sizes);
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

}  // namespace

TEST_CASE("formulas have the values that Python's fractions give them", "[dim][formulas]") {
  const json values = cases().at("values");
  CHECK(values.size() > 150);
  for (const json& each : values) {
    const std::string text = each.at("text");
    CAPTURE(text);
    Bindings sizes;
    for (const auto& [name, size] : each.at("sizes").items()) sizes.emplace(name, std::stoll(size.get<std::string>()));
    const std::optional<Dim> value = value_of(text, sizes);
    const std::optional<std::string> found = value ? std::optional(value->text()) : std::nullopt;
    const std::optional<std::string> wanted =
        each.at("value").is_null() ? std::nullopt : std::optional(each.at("value").get<std::string>());
    CHECK(found == wanted);
    // The shorter way where all sizes are one number.
    const auto is_first = [&](const auto& size) { return size.second == sizes.begin()->second; };
    if (!sizes.empty() && std::all_of(sizes.begin(), sizes.end(), is_first)) {
      const std::optional<Int128> at_once = value_at(std::get<Dim>(Dim::parse(text)), *sizes.begin()->second.number());
      CHECK((at_once ? std::optional(Dim::of_int128(*at_once).text()) : std::nullopt) == wanted);
    }
  }
}

TEST_CASE("what is no formula for the package is none for the program", "[dim][formulas]") {
  const json refused = cases().at("refused");
  for (const json& text : refused) {
    CAPTURE(text.get<std::string>());
    CHECK(std::holds_alternative<DimParseError>(Dim::parse(text.get<std::string>())));
  }
}
