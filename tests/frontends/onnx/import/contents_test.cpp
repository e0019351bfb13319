#include "frontends/onnx/import/contents.h"

#include <bit>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "catch.h"
#include "frontends/onnx/import/import.h"
#include "onnx_bytes.h"
#include "temporary_file.h"

namespace macroscope::test {
namespace {

namespace s = macroscope::onnx::schema;

/// The content of the only initializer of a model, by way of a file, so that what was not kept is read from there.
ValuePointer content_of(const Bytes& tensor, Network* network = nullptr) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("model.onnx", model_bytes(Bytes().message(s::GraphProto::kInitializer, tensor)));
  onnx::Import import = onnx::import_model(path);
  REQUIRE(import.network.has_value());
  REQUIRE(import.network->main().stored.size() == 1);
  const ValuePointer content = import.network->content(import.network->main().stored[0]);
  if (network != nullptr) *network = std::move(*import.network);
  return content;
}

std::vector<std::int64_t> integers(const ValuePointer& value) {
  REQUIRE(value != nullptr);
  REQUIRE(value->integers() != nullptr);
  std::vector<std::int64_t> numbers;
  for (const auto& element : *value->integers()) numbers.push_back(element.value().number().value());
  return numbers;
}

std::vector<double> reals(const ValuePointer& value) {
  REQUIRE(value != nullptr);
  REQUIRE(value->reals() != nullptr);
  std::vector<double> numbers;
  for (const auto& element : *value->reals()) numbers.push_back(element.value().number().value());
  return numbers;
}

template <typename T>
std::string raw(std::initializer_list<T> elements) {
  std::string bytes(elements.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), std::data(elements), bytes.size());
  return bytes;
}

Bytes raw_tensor(std::int64_t dtype, std::initializer_list<std::int64_t> dims, const std::string& bytes) {
  return tensor_bytes("t", dtype, dims).text(s::TensorProto::kRawData, bytes);
}

TEST_CASE("integers of every type are read as they were stored", "[onnx][contents]") {
  using Numbers = std::vector<std::int64_t>;
  CHECK(integers(content_of(raw_tensor(7, {3}, raw<std::int64_t>({0, -1, std::numeric_limits<std::int64_t>::min()})))) ==
        Numbers{0, -1, std::numeric_limits<std::int64_t>::min()});
  CHECK(integers(content_of(raw_tensor(6, {2}, raw<std::int32_t>({7, -7})))) == Numbers{7, -7});
  CHECK(integers(content_of(raw_tensor(5, {2}, raw<std::int16_t>({7, -7})))) == Numbers{7, -7});
  CHECK(integers(content_of(raw_tensor(3, {2}, raw<std::int8_t>({7, -7})))) == Numbers{7, -7});
  CHECK(integers(content_of(raw_tensor(2, {2}, raw<std::uint8_t>({7, 249})))) == Numbers{7, 249});
  CHECK(integers(content_of(raw_tensor(9, {2}, raw<std::uint8_t>({0, 1})))) == Numbers{0, 1});
  CHECK(integers(content_of(raw_tensor(22, {3}, "\x1f\x08"))) == Numbers{-1, 1, -8});
  CHECK(integers(content_of(raw_tensor(21, {3}, "\x1f\x08"))) == Numbers{15, 1, 8});
  const ValuePointer large = content_of(raw_tensor(13, {1}, raw<std::uint64_t>({~std::uint64_t{0}})));
  CHECK(large->integers()->at(0).value().text() == "18446744073709551615");
}

TEST_CASE("lists are read packed, unpacked and in pieces", "[onnx][contents]") {
  const std::string packed = varint(1) + varint(~std::uint64_t{0}) + varint(300);
  Bytes tensor = tensor_bytes("t", 7, {5});
  tensor.text(s::TensorProto::kInt64Data, packed)
      .number(s::TensorProto::kInt64Data, 4)
      .text(s::TensorProto::kInt64Data, varint(5));
  CHECK(integers(content_of(tensor)) == std::vector<std::int64_t>{1, -1, 300, 4, 5});
  CHECK(
      reals(content_of(tensor_bytes("t", 1, {2}).real(s::TensorProto::kFloatData, 0.5F).real(s::TensorProto::kFloatData, -2))) ==
      std::vector<double>{0.5, -2});
  const ValuePointer texts =
      content_of(tensor_bytes("t", 8, {2}).text(s::TensorProto::kStringData, "one").text(s::TensorProto::kStringData, ""));
  CHECK(*texts == Value(Texts{"one", ""}));
}

TEST_CASE("every half is the number that it stands for", "[onnx][contents]") {
  CHECK(reals(content_of(raw_tensor(11, {1}, raw<double>({0.1})))) == std::vector<double>{0.1});
  CHECK(reals(content_of(raw_tensor(16, {2}, raw<std::uint16_t>({0x3fc0, 0xc000})))) == std::vector<double>{1.5, -2});
  // Each finite half is a sum of its bits: computed here without exponent arithmetic.
  for (std::uint32_t bits = 0; bits < 0x10000; bits += 13) {
    if ((bits & 0x7c00U) == 0x7c00U) continue;
    double expected = 0;
    double unit = 1.0 / (1 << 24);
    const std::uint32_t exponent = bits >> 10U & 31U;
    for (std::uint32_t e = 1; e < exponent; ++e) unit *= 2;
    for (std::uint32_t i = 0; i < (bits & 0x3ffU) + (exponent > 0 ? 1024 : 0); ++i) expected += unit;
    const auto half = static_cast<std::uint16_t>(bits);
    onnx::PayloadView payload;
    const std::string stored = raw<std::uint16_t>({half});
    payload.field = onnx::PayloadView::Field::raw;
    payload.first = {0, 2, stored.data()};
    payload.fewest = payload.most = 2;
    onnx::Contents contents(onnx::Source::of_bytes({}));
    StoredTensor tensor;
    tensor.dtype = DataType::float16;
    tensor.handle = contents.add(payload, tensor.dtype, 1);
    CHECK(reals(contents.read(tensor)) == std::vector<double>{bits >= 0x8000 ? -expected : expected});
  }
}

TEST_CASE("what is long, external or absent has no content", "[onnx][contents]") {
  const std::string bytes(Value::kMaxElements * 8, '\1');
  CHECK(content_of(raw_tensor(7, {Value::kMaxElements}, bytes)) != nullptr);
  CHECK(content_of(raw_tensor(7, {Value::kMaxElements + 1}, bytes + bytes.substr(0, 8))) == nullptr);
  CHECK(content_of(tensor_bytes("t", 7, {2})) == nullptr);
  Bytes external = tensor_bytes("t", 7, {2});
  external.message(s::TensorProto::kExternalData, entry_bytes("location", "w.bin")).number(s::TensorProto::kDataLocation, 1);
  CHECK(content_of(external) == nullptr);
  CHECK(integers(content_of(tensor_bytes("t", 7, {0}))).empty());
}

TEST_CASE("content outlives the file's tree, and a file that is gone has none", "[onnx][contents]") {
  Network network;
  const std::string bytes(4096, '\2');
  CHECK(content_of(raw_tensor(3, {4096}, bytes), &network) != nullptr);
  CHECK(network.main().stored[0].name == "t");
  CHECK(network.content(network.main().stored[0]) != nullptr);  // the descriptor is still open
}

TEST_CASE("external data is judged by its words and never opened", "[onnx][contents]") {
  const auto import = [](const std::vector<std::pair<std::string, std::string>>& entries) {
    Bytes tensor = tensor_bytes("w", 1, {4}).number(s::TensorProto::kDataLocation, 1);
    for (const auto& [key, value] : entries) tensor.message(s::TensorProto::kExternalData, entry_bytes(key, value));
    const std::string model = model_bytes(Bytes().message(s::GraphProto::kInitializer, tensor));
    auto document = onnx::read_document(onnx::Source::of_bytes({model.begin(), model.end()}));
    return onnx::import_document(std::get<onnx::Document>(std::move(document)));
  };
  const auto codes = [&](const std::vector<std::pair<std::string, std::string>>& entries) {
    std::vector<std::string> all;
    for (const Diagnostic& diagnostic : import(entries).diagnostics) all.emplace_back(diagnostic.code);
    return all;
  };
  using Codes = std::vector<std::string>;
  CHECK(codes({{"location", "weights/w.bin"}, {"offset", "4096"}, {"length", "16"}, {"checksum", "x"}}).empty());
  const auto place = import({{"location", "w.bin"}, {"offset", "4096"}});
  CHECK(place.network->main().stored[0].external_location == "w.bin");
  CHECK(place.network->main().stored[0].external_offset == 4096);
  for (const char* location :
       {"/etc/passwd", "../w.bin", "a/../../w.bin", "a\\..\\..\\w", "C:\\w.bin", "https://example.com/w", ".", "w/", "", "a\nb"})
    CHECK(codes({{"location", location}}) == Codes{"external-location"});
  CHECK(codes({{"location", std::string("w\0.bin", 6)}}) == Codes{"external-location"});
  CHECK(codes({{"location", std::string(65536, 'w')}}) == Codes{"external-location"});
  CHECK(codes({{"location", "..w..bin"}}).empty());
  for (const char* number : {"-1", "9223372036854775808", "1e3", " 1", "+1", "0x10", ""})
    CHECK(codes({{"location", "w"}, {"offset", number}}) == Codes{"bad-external-data"});
  CHECK(codes({{"location", "w"}, {"offset", "9223372036854775807"}, {"length", "16"}}) == Codes{"bad-external-data"});
  CHECK(codes({{"location", "w"}, {"location", "v"}}) == Codes{"bad-external-data"});
  CHECK(codes({{"location", "w"}, {"command", "rm"}}) == Codes{"bad-external-data"});
  CHECK(codes({{"location", "w"}, {"length", "17"}}) == Codes{"payload-size"});
}

}  // namespace
}  // namespace macroscope::test
