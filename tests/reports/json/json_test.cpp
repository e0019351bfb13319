#include "reports/json/json.h"

#include <nlohmann/json.hpp>

#include "catch.h"
#include "reports/formats/formats.h"
#include "reports/kinds/analysis_report.h"
#include "reports/notation/unicode.h"
#include "reports/tables/tensor_names.h"
#include "sample_models.h"

namespace macroscope {
namespace {

nlohmann::json json_of(const Analysis& analysis) {
  TextSink sink;
  const Figures figures(analysis, "m.onnx");
  const auto document = format_named("json")->make(sink, {});
  document->add(report_of(figures, {}));
  document->finish();
  return nlohmann::json::parse(sink.text());
}

std::string written(const Dim& quantity) {
  TextSink sink;
  JsonWriter json(sink);
  json.quantity(quantity);
  json.flush();
  return sink.text();
}

}  // namespace

TEST_CASE("Quantities are numbers as far as every JSON reader is exact, then strings") {
  const Dim limit = power(Dim(2), 53);
  CHECK(written(limit) == "9007199254740992");
  CHECK(written(limit + 1) == "\"9007199254740993\"");
  CHECK(written(power(Dim(2), 100)) == "\"1267650600228229401496703205376\"");
  CHECK(written(Dim::symbol("N") * 2) == "\"2*N\"");
}

TEST_CASE("The sums of the layers are the totals in JSON") {
  testing::NetworkBuilder net;
  net.input("x", {2, 3, 32, 32}).weight("w", {8, 3, 3, 3}).weight("b", {8});
  net.node("Conv", {"x", "w", "b"}, {"c"}).node("Relu", {"c"}, {"r"}).node("Conv", {"r", "w2"}, {"d"});
  net.weight("w2", {4, 8, 1, 1});
  const nlohmann::json json = json_of(analyze(net.take(), {}));
  for (const char* quantity : {"parameters", "macs", "effective_macs", "flops", "bytes_read", "bytes_written"}) {
    std::int64_t sum = 0;
    for (const auto& layer : json["layers"]) sum += layer[quantity].get<std::int64_t>();
    CHECK(sum == json["totals"][quantity].get<std::int64_t>());
  }
  // By hand: 2*8*30*30*3*3*3 + 2*4*30*30*8.
  CHECK(json["totals"]["macs"] == 388800 + 57600);
  CHECK(json["totals"]["parameters"] == 8 * 27 + 8 + 32);
  CHECK(json["tensors"]["d"]["shape"] == nlohmann::json({2, 4, 30, 30}));
}

TEST_CASE("What is unknown is null, never 0") {
  const nlohmann::json json = json_of(analyze(testing::incomplete_model(), {}));
  CHECK(json["complete"] == false);
  CHECK(json["layers"][1]["status"] == "unknown");
  CHECK(json["layers"][1]["macs"].is_null());
  CHECK(json["coverage"]["unknown"][0] == nlohmann::json({{"op", "WindowMix"}, {"domain", "acme"}, {"count", 1}}));
}

TEST_CASE("A file that could not be read has a document that says why") {
  Analysis nothing;
  nothing.costs.complete = false;
  nothing.diagnostics.push_back(
      {Severity::error, "malformed-model", "the input ends inside a field", ByteOrigin{17}, "export it again"});
  const nlohmann::json json = json_of(nothing);
  CHECK(json["complete"] == false);
  CHECK_FALSE(json.contains("totals"));
  CHECK(json["diagnostics"][0]["origin"] == "byte 17");
}

TEST_CASE("Names that become equal when made valid stay apart") {
  testing::NetworkBuilder net;
  net.input("a\xff", {1}).node("Relu", {"a\xff"}, {"a\xfe"}).node("Relu", {"a\xfe"}, {"a\uFFFD"});
  const nlohmann::json json = json_of(analyze(net.take(), {}));
  CHECK(json["tensors"].size() == 3);
  CHECK(json["tensors"].contains("a\uFFFD"));
  CHECK(json["tensors"].contains("a\uFFFD~2"));
  CHECK(json["tensors"].contains("a\uFFFD~3"));
  CHECK(json["layers"][0]["outputs"][0] == json["layers"][1]["inputs"][0]);
}

TEST_CASE("Hostile names come back from JSON as they went in") {
  const nlohmann::json json = json_of(analyze(testing::hostile_model(), {}));
  const auto& texts = testing::hostile_texts();
  for (std::size_t i = 0; i < texts.size(); ++i) CHECK(json["layers"][i]["name"] == to_valid_utf8(texts[i]));
  CHECK(json["tensors"].size() == texts.size() + 2);
}

TEST_CASE("Several models are an array") {
  TextSink sink;
  DocumentOptions options;
  options.has_several = true;
  const auto document = format_named("json")->make(sink, options);
  const Analysis first = analyze(testing::small_cnn(), {});
  const Analysis second = analyze(testing::incomplete_model(), {});
  for (const Figures& figures : {Figures(first, "1"), Figures(second, "2")}) document->add(report_of(figures, {}));
  document->finish();
  const nlohmann::json json = nlohmann::json::parse(sink.text());
  REQUIRE(json.size() == 2);
  CHECK(json[0]["model"]["name"] == "small");
  CHECK(json[1]["model"]["path"] == "2");
}

}  // namespace macroscope
