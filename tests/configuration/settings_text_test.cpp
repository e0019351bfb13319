#include "configuration/settings_text.h"

#include <array>

#include "analyzer/diagnostics/suggestion.h"
#include "catch.h"

namespace macroscope {
namespace {

constexpr SettingsKind kKind{"colour-file", "a colour file"};
constexpr std::array<std::string_view, 2> kKeys{"hue", "shade"};

Diagnostics mistakes_in(const std::string& text) {
  Diagnostics diagnostics;
  SettingsText settings(text, kKind, diagnostics);
  if (const auto table = settings.parse()) settings.refuse_other_keys(*table, "a colour", kKeys);
  return diagnostics;
}

}  // namespace

TEST_CASE("Settings are of bounded size, in all and in a line") {
  CHECK(mistakes_in("hue = 1\n" + std::string(1'000'000, '\n')).empty());
  const Diagnostics too_large = mistakes_in(std::string((1U << 20U) + 1, '\n'));
  REQUIRE(too_large.size() == 1);
  CHECK(too_large[0].code == "colour-file");
  CHECK(too_large[0].message == "a colour file has 1 MiB at most");

  std::string deep = "hue = 1\nshade.";
  for (int i = 0; i < 5000; ++i) deep += "a.";
  const Diagnostics too_long = mistakes_in(deep + "b = 1\n");
  REQUIRE(too_long.size() == 1);
  CHECK(too_long[0].message == "a line of a colour file has 8192 characters at most");
  CHECK(std::get<TextOrigin>(too_long[0].origin).line == 2);
}

TEST_CASE("A mistake comes with its line, without the end that some systems give it") {
  const Diagnostics no_toml = mistakes_in("hue = 1\r\nshade = = 2\r\n");
  REQUIRE(no_toml.size() == 1);
  CHECK(std::get<TextOrigin>(no_toml[0].origin).line == 2);
  CHECK(std::get<TextOrigin>(no_toml[0].origin).source == "shade = = 2");

  const Diagnostics unknown = mistakes_in("hue = 1\nshadow = 2\n");
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].message == "a colour has no key 'shadow'");
  CHECK(unknown[0].help == suggestion_for("shadow", kKeys));
  CHECK_FALSE(unknown[0].help.empty());
  CHECK(std::get<TextOrigin>(unknown[0].origin).column == 1);
}

TEST_CASE("Letters beyond ASCII stand in quotes and comments, and elsewhere are a mistake where they are") {
  for (const char* text : {"hue = \"\u00e9\u0151\" # \u0146\nshade = '\u4e2d'\n",
                           "\"hue\" = \"\"\"\u00e9\n\\\" \u0151 \"\"\"\"\"\nshade = 'a' # 'b \u00e9\n", "\xEF\xBB\xBFhue = 1\n",
                           "hue = {\"\u00e9\" = 1, \"\u00e8\" = 2}\n"})
    CHECK(mistakes_in(text).empty());
  struct Case {
    const char* text;
    int line, column;
  };
  for (const Case& wrong : {Case{"hue = 1\n\u00e9 = 2\n", 2, 1}, Case{"hue = \"\u0151\u0151\" \u00e9\n", 1, 12},
                            Case{"hue = 9:n.\u0146\u0151\n", 1, 8}, Case{"hue = \"\"\"\\ \n \n \u00e9\"\"\"\n", 3, 2},
                            Case{"hue = 9:\"\u0146\n", 1, 8}, Case{"# \u00e9\nhue = \"\u00e9\u00e9\" = 2\n", 2, 12}}) {
    const Diagnostics mistakes = mistakes_in(wrong.text);
    REQUIRE(mistakes.size() == 1);
    const auto& origin = std::get<TextOrigin>(mistakes[0].origin);
    CHECK(std::pair(origin.line, origin.column) == std::pair(wrong.line, wrong.column));
  }
}

TEST_CASE("A value of another type is a mistake where it stands") {
  Diagnostics diagnostics;
  const std::string text = "hue = 7\nshade = \"\"\n";
  SettingsText settings(text, kKind, diagnostics);
  const auto table = settings.parse();
  REQUIRE(table);
  CHECK(settings.text_of(*table->get("hue"), "hue").empty());
  CHECK(settings.text_of(*table->get("shade"), "shade").empty());
  CHECK(settings.table_of(*table->get("hue"), "'hue'") == nullptr);
  REQUIRE(diagnostics.size() == 3);
  CHECK(diagnostics[0].message == "'hue' is a text in quotes");
  CHECK(std::get<TextOrigin>(diagnostics[1].origin).line == 2);
  CHECK(diagnostics[2].message == "'hue' is a table");
}

}  // namespace macroscope
