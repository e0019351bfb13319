#include "reports/notation/escape.h"

#include <nlohmann/json.hpp>

#include "catch.h"
#include "reports/notation/unicode.h"
#include "sample_models.h"

namespace macroscope {

TEST_CASE("A terminal never gets a control character of a model") {
  CHECK(escape_text("layer1/conv") == "layer1/conv");
  CHECK(escape_text("\x1b[31mred") == "\\x1b[31mred");
  CHECK(escape_text("a\nb\tc") == "a\\nb\\tc");
  CHECK(escape_text("\u202egnp.exe") == "\\u{202e}gnp.exe");
  CHECK(escape_text("\xff") == "\\xff");
  for (const std::string& hostile : testing::hostile_texts()) {
    const std::string shown = escape_text(hostile);
    REQUIRE(is_valid_utf8(shown));
    for (std::string_view rest = shown; !rest.empty(); rest.remove_prefix(first_character(rest).length))
      CHECK_FALSE(is_active(first_character(rest).code));
  }
}

TEST_CASE("A JSON string reads back as the text, with replacement characters for what is no UTF-8") {
  for (const std::string& hostile : testing::hostile_texts()) {
    std::string json = "\"";
    append_json(json, hostile);
    CHECK(nlohmann::json::parse(json + "\"").get<std::string>() == to_valid_utf8(hostile));
  }
}

TEST_CASE("Markdown of a hostile text holds no markup") {
  for (const std::string& hostile : testing::hostile_texts()) {
    for (const std::string& shown : {markdown_text(hostile), markdown_code(hostile)}) {
      INFO(shown);
      CHECK(shown.find('|') == std::string::npos);
      CHECK(shown.find('\n') == std::string::npos);
      CHECK(shown.find("<script") == std::string::npos);
    }
    const std::string shown = markdown_text(hostile);
    for (const char mark : {'*', '_', '[', ']', '`', '\\', '@', '~', ':', '$'}) CHECK(shown.find(mark) == std::string::npos);
  }
  CHECK(markdown_code("layer1.0/conv") == "`layer1.0/conv`");
  CHECK(markdown_code("a|b") == "<code>a&#124;b</code>");
  CHECK(markdown_text("N = 3, 50 %") == "N = 3, 50 %");
}

TEST_CASE("HTML and SVG of a hostile text hold no markup and close no attribute") {
  CHECK(html_text("layer1/conv") == "layer1/conv");
  CHECK(html_text("<b a='1'>&\"") == "&#60;b a=&#39;1&#39;&#62;&#38;&#34;");
  for (const std::string& hostile : testing::hostile_texts()) {
    const std::string shown = html_text(hostile);
    INFO(shown);
    CHECK(is_valid_utf8(shown));
    CHECK(shown.find_first_of("<>\"'\n") == std::string::npos);
  }
}

TEST_CASE("A string of DOT ends where it should and has no escapes of the language") {
  CHECK(dot_string("conv") == "\"conv\"");
  CHECK(dot_string("a\"b\\N") == "\"a\\\"b\\\\N\"");
  CHECK(dot_string("&lt; & co") == "\"&amp;lt; &amp; co\"");
  for (const std::string& hostile : testing::hostile_texts()) {
    const std::string shown = dot_string(hostile);
    INFO(shown);
    REQUIRE(shown.size() >= 2);
    std::size_t backslashes = 0;
    for (std::size_t i = 1; i + 1 < shown.size(); ++i) {
      if (shown[i] == '"') CHECK(backslashes % 2 == 1);
      backslashes = shown[i] == '\\' ? backslashes + 1 : 0;
    }
    CHECK(backslashes % 2 == 0);
  }
}

TEST_CASE("A label of mermaid holds nothing that mermaid, Markdown or HTML read") {
  CHECK(mermaid_label("layer1.0/conv") == "\"layer1.0/conv\"");
  CHECK(mermaid_label("a[0]") == "\"a#91;0#93;\"");
  for (const std::string& hostile : testing::hostile_texts()) {
    const std::string shown = mermaid_label(hostile);
    INFO(shown);
    CHECK(is_valid_utf8(shown));
    CHECK(std::string_view(shown).substr(1, shown.size() - 2).find_first_of("\"<>`&'\\\n[](){}|:") == std::string_view::npos);
  }
}

TEST_CASE("No CSV cell is a formula") {
  CHECK(csv_cell("Conv") == "Conv");
  CHECK(csv_cell("a,b") == "\"a,b\"");
  CHECK(csv_cell("say \"x\"") == "\"say \"\"x\"\"\"");
  for (const char* formula : {"=1+1", "+cmd", "-2", "@SUM(A1)", " =1", "|calc", "\"=1"}) {
    std::string cell = csv_cell(formula);
    if (cell.front() == '"') cell = cell.substr(1);
    INFO(cell);
    CHECK(std::string("=+-@|").find(cell.front()) == std::string::npos);
  }
}

}  // namespace macroscope
