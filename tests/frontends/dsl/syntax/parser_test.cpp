#include "frontends/dsl/syntax/parser.h"

#include <string>
#include <vector>

#include "catch.h"
#include "frontends/dsl/syntax/formatter.h"

namespace macroscope::dsl {
namespace {

/// `3:9 expected ...` for each error.
std::vector<std::string> mistakes_of(const std::string& text) {
  const SourceText source(text);
  Problems problems(source);
  static_cast<void>(parse(source, problems));
  std::vector<std::string> mistakes;
  for (const Diagnostic& diagnostic : problems.all()) mistakes.push_back(text_of(diagnostic.origin) + " " + diagnostic.message);
  return mistakes;
}

std::string formatted(const std::string& text) {
  const SourceText source(text);
  Problems problems(source);
  const File file = parse(source, problems);
  REQUIRE_FALSE(problems.has_errors());
  return format(source, file);
}

struct Malformed {
  std::string text;
  std::string mistake;
};

TEST_CASE("a mistake is named with its place, what was expected and what was found") {
  const std::vector<Malformed> cases{
      {"net a {\n  input x [1, 2]\n}", "2:11 expected ':' before the dims, found '['"},
      {"net a {\n  y = x -> conv(3, 4\n  output y\n}", "2:21 expected ')' or ',', found the end of the line"},
      {"net a {\n  x -> relu\n}", "2:3 the result of this chain has no name"},
      {"net a {\n  outptu z\n}", "2:3 expected a statement, found 'outptu'"},
      {"net a {\n  let = 3\n}", "2:7 expected a name for the number, found '='"},
      {"net a {\n  repeat 3 x\n}", "2:12 expected '{' after the count of 'repeat', found 'x'"},
      {"net a {\n  y = 3 +\n}", "2:10 expected a value or a name, found the end of the line"},
      {"net a {\n  expect a\n}", "2:10 an expectation compares two values"},
      {"net a {\n  for i 1..3 { }\n}", "2:9 expected 'in' after the variable of 'for', found '1'"},
      {"net a {\n  q = 3x\n}", "2:7 '3x' is neither a number nor a name"},
      {"net a {\n  y == 4\n}", "2:5 expected '=' after 'y', found '=='"},
      {"nett b { }", "1:1 expected 'net', 'block', 'compare' or 'expect', found 'nett'"},
      {"block c(a, a) {\n}", "1:12 two parameters are called 'a'"},
      {"net a {\n  y = x -> relu(a = 1, a = 2)\n}", "2:24 'a' is given twice"},
      {"net a {\n  y = x -> relu(a = 1, 3)\n}", "2:24 this argument has no name and follows one that has"},
      {"net a {\n} }", "2:3 this '}' closes nothing"},
      {"net a {\n  y = x -> in(3)\n}",
       "2:12 expected a layer or a block after '->', found 'in', which is a word of the language"},
      {"net a {\n  y = \"abc\n}", "2:7 this text has no end on its line"},
      {"net a {\n  y = x; z = x\n}", "2:8 the language has no sign ';'"},
      {"net a {\n  let y = 1 < 2 < 3\n}", "2:17 comparisons do not chain"},
      {"net a {\n  else { }\n}", "2:3 this 'else' follows no 'if'"},
      {"net a {\n  output x -> relu\n}", "2:12 expected '=' after the output's name, found '->'"},
      {"compare a\n", "1:10 expected the name of a net to compare, found the end of the line"},
      {"net a {\n  for a, b in [(1, 2)] { }\n}", "2:8 several variables stand in parentheses"},
      {"net a {\n  y = ()\n}", "2:7 nothing stands between these parentheses"},
  };
  for (const Malformed& malformed : cases) {
    const std::vector<std::string> mistakes = mistakes_of(malformed.text);
    CAPTURE(malformed.text);
    REQUIRE_FALSE(mistakes.empty());
    CHECK(mistakes.front() == malformed.mistake);
  }
}

TEST_CASE("several mistakes are found in one run, and at most twenty") {
  CHECK(mistakes_of("net a {\n  let = 3\n  y = 3 +\n  q = 1 )\n}\nnet b {\n  let = 3\n}\n").size() == 4);
  std::string many = "net a {\n";
  for (int i = 0; i < 50; ++i) many += "  let = 3\n";
  CHECK(mistakes_of(many + "}\n").size() == Problems::kMaxErrors);
}

TEST_CASE("nesting is bounded") {
  const std::string deep(5000, '(');
  CHECK_FALSE(mistakes_of("net a {\n  let y = " + deep + "\n}").empty());
  std::string sum = "1";
  for (int i = 0; i < 5000; ++i) sum += " + 1";
  CHECK_FALSE(mistakes_of("net a {\n  let y = " + sum + "\n}").empty());
  std::string blocks;
  for (int i = 0; i < 5000; ++i) blocks += "repeat 2 {\n";
  CHECK_FALSE(mistakes_of("net a {\n" + blocks).empty());
}

TEST_CASE("a file is laid out in one way, its comments kept, and then stays so") {
  const std::string text =
      "# The 5x5 branch.\n\n\nnet direct(C = 192,S=28) {   # trailing\n  input x: [1, C, S, S]\n\n  # own line\n"
      "  output y = x -> conv(32, 5, pad=same) # why\n    -> relu() as last # last\n  repeat L { x = x -> dense_layer(k()) }\n"
      "  if c>3 and not d == 4 { x = x -> relu } else { x = x -> tanh }\n}\ncompare direct bottleneck\n# end";
  const std::string expected =
      "# The 5x5 branch.\n\nnet direct(C = 192, S = 28) {  # trailing\n  input x: [1, C, S, S]\n\n  # own line\n"
      "  output y = x -> conv(32, 5, pad = same)  # why\n               -> relu as last  # last\n"
      "  repeat L { x = x -> dense_layer(k()) }\n"
      "  if c > 3 and not d == 4 {\n    x = x -> relu\n  } else {\n    x = x -> tanh\n  }\n}\n\ncompare direct bottleneck\n# "
      "end\n";
  CHECK(formatted(text) == expected);
  CHECK(formatted(expected) == expected);
}

}  // namespace
}  // namespace macroscope::dsl
