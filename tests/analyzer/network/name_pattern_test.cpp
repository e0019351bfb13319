#include "analyzer/network/name_pattern.h"

#include <string>

#include "catch.h"

namespace macroscope {
namespace {

TEST_CASE("A pattern fits names as in a shell") {
  CHECK(matches("layer1.*", "layer1.0.conv1.weight"));
  CHECK(matches("*.conv?.weight", "layer1.0.conv1.weight"));
  CHECK(matches("*", ""));
  CHECK(matches("a*bc", "abcbc"));
  CHECK(!matches("layer?", "layer10"));
  CHECK(!matches("layer1", "Layer1"));
  CHECK(!matches("?", ""));
}

TEST_CASE("Wildcards stay within a folder where there are folders, and two stars do not") {
  CHECK(matches("models/*.onnx", "models/a.onnx", '/'));
  CHECK(!matches("models/*.onnx", "models/old/a.onnx", '/'));
  CHECK(!matches("models?a.onnx", "models/a.onnx", '/'));
  CHECK(matches("models/**.onnx", "models/old/a.onnx", '/'));
  CHECK(matches("**/a.onnx", "a.onnx", '/'));
  CHECK(matches("**/a.onnx", "models/old/a.onnx", '/'));
  CHECK(!matches("**/a.onnx", "models/olda.onnx", '/'));
}

TEST_CASE("A hostile pattern takes no longer than both lengths multiplied") {
  std::string pattern;
  for (int n = 0; n < 2000; ++n) pattern += "*a";
  CHECK(!matches(pattern, std::string(4000, 'a') + "b"));
}

}  // namespace
}  // namespace macroscope
