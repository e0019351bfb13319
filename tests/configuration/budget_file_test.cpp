#include "configuration/budget_file.h"

#include <string>
#include <utility>

#include "catch.h"
#include "configuration/amount.h"

namespace macroscope {
namespace {

TEST_CASE("every key of a budget file is read") {
  const BudgetFile file = read_budget_file(R"(schema = 1
[defaults]
unknown = "warn"
[[model]]
path = "models/*.onnx"
bind = { N = 1, H = 640 }
max  = { parameters = "3.2M", weight_bytes = "6.5 MiB" }
min  = { receptive_field = 224 }
warn = { macs = "4.0G" }
growth = { macs = { pct = "+2.5%", abs = "+20M" } }
[model.ops]
forbid = ["Loop", "com.microsoft:*"]
max.Transpose = 4
[model.layer."head/*"]
max = { macs = "0.9G" }
)");
  REQUIRE(file.diagnostics.empty());
  CHECK(file.budget.unknown == UnknownPolicy::warn);
  REQUIRE(file.budget.models.size() == 1);
  const ModelBudget& model = file.budget.models.front();
  CHECK(model.path == "models/*.onnx");
  CHECK(model.bindings.size() == 2);
  REQUIRE(model.limits.max.size() == 2);
  CHECK(model.limits.max[0].value.is(3'200'000));
  CHECK(model.limits.max[1].value.is(6'815'744));
  CHECK(model.limits.max[1].origin.line == 7);
  CHECK(model.limits.min.front().value.is(224));
  CHECK(model.limits.warn.front().value.is(4'000'000'000));
  REQUIRE(model.limits.growth.size() == 1);
  CHECK(model.limits.growth.front().share->over * 1000 == model.limits.growth.front().share->under * 25);
  CHECK(model.limits.growth.front().amount->is(20'000'000));
  REQUIRE(model.operators.size() == 3);
  CHECK(model.operators.back().most == 4);
  CHECK(model.layers.front().pattern == "head/*");
  CHECK(model.layers.front().limits.max.front().value.is(900'000'000));
}

TEST_CASE("each kind of mistake has its line, and says what was meant") {
  const std::pair<std::string, std::string> mistakes[] = {
      {"schema = 1\n[[model]]\nmaxx = { macs = 1 }\n", "max"},
      {"schema = 1\n[[model]]\nmax = { mac = 1 }\n", "macs"},
      {"schema = 1\n[defaults]\nunknown = \"fial\"\n", "fail"},
      {"schema = 1\n[[model]]\nmax = { macs = \"4 GiB\" }\n", ""},
      {"schema = 2\n", ""},
      {"schema = 1\n[[model]]\nmax = { macs = \"many\" }\n", ""},
      {"schema = 1\n[[model]]\nmax = { macs = -1 }\n", ""},
      {"schema = 1\n[[model]\n", ""},
      {"schema = 1\n[[model]]\ngrowth = { macs = { pct = \"2x\" } }\n", ""},
      {"schema = 1\n[[model]]\n[model.ops]\nforbid = \"Loop\"\n", ""},
  };
  for (const auto& [text, meant] : mistakes) {
    INFO(text);
    const BudgetFile file = read_budget_file(text);
    REQUIRE(has_errors(file.diagnostics));
    const Diagnostic& diagnostic = file.diagnostics.front();
    const auto* origin = std::get_if<TextOrigin>(&diagnostic.origin);
    REQUIRE(origin != nullptr);
    CHECK(origin->line >= 1);
    CHECK(origin->line <= 4);
    CHECK((diagnostic.message + diagnostic.help).find(meant) != std::string::npos);
  }
}

TEST_CASE("amounts are read exactly, and rounded to the safe side") {
  const auto amount = [](std::string_view text, bool is_bytes, bool round_up) {
    const auto read = parse_amount(text, is_bytes, round_up);
    return std::holds_alternative<Dim>(read) ? std::get<Dim>(read).text() : "refused";
  };
  CHECK(amount("1500", false, false) == "1500");
  CHECK(amount("4.4G", false, false) == "4400000000");
  CHECK(amount("1.0000001k", false, false) == "1000");
  CHECK(amount("1.0000001k", false, true) == "1001");
  CHECK(amount("6.5 MiB", true, false) == "6815744");
  CHECK(amount("6.5 MB", true, false) == "6500000");
  CHECK(amount("", false, false) == "refused");
  CHECK(amount("1e", false, false) == "refused");
  CHECK(amount("999999999999999999999999999999999999999999", false, false) == "refused");
}

}  // namespace
}  // namespace macroscope
