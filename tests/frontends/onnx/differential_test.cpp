#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "frontends/onnx/reader/document.h"
#include "onnx_bytes.h"
#include "oracle.h"
#include "places.h"

namespace macroscope::test {
namespace {

using onnx::Document;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

onnx::DocumentResult read_bytes(const std::string& bytes) {
  return onnx::read_document(onnx::Source::of_bytes({bytes.begin(), bytes.end()}));
}

std::vector<std::filesystem::path> package_models() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(ONNX_PACKAGE_MODELS))
    if (entry.path().extension() == ".onnx") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Empty if protobuf and the reader agree on the bytes.
std::string disagreement(const std::string& bytes) {
  const auto result = read_bytes(bytes);
  if (const auto* document = std::get_if<Document>(&result)) {
    const auto difference = difference_from_protobuf(bytes, *document);
    return difference ? *difference : "the reader accepts what protobuf refuses";
  }
  const Diagnostic& refusal = std::get<Diagnostic>(result);
  // A message that is no model is nothing that protobuf minds.
  if (refusal.code == "not-onnx") return "";
  return protobuf_accepts(bytes) ? "the reader refuses what protobuf accepts: " + refusal.message : "";
}

TEST_CASE("the reader sees what protobuf sees in every model of the onnx package", "[onnx][differential]") {
  const auto paths = package_models();
  REQUIRE(paths.size() > 100);
  for (const auto& path : paths) {
    INFO(path);
    const auto result = onnx::read_document(path.string());
    REQUIRE(std::holds_alternative<Document>(result));
    CHECK(difference_from_protobuf(bytes_of(path), std::get<Document>(result)) == "");
  }
}

/// Every input of the fuzz targets that read models, as it is and without the bytes at its end that choose options.
std::vector<std::string> fuzz_inputs() {
  constexpr std::size_t kChoices = 8;
  std::vector<std::string> inputs;
  for (const std::string target : {"onnx_reader_fuzz", "model_fuzz", "structured_fuzz"})
    for (const auto& entry : std::filesystem::directory_iterator(testing::source_directory() + "/tests/fuzz/corpus/" + target)) {
      inputs.push_back(bytes_of(entry.path()));
      if (inputs.back().size() > kChoices) inputs.push_back(inputs.back().substr(0, inputs.back().size() - kChoices));
    }
  return inputs;
}

TEST_CASE("protobuf and the reader see the same in every input of the fuzz targets", "[onnx][differential]") {
  const std::vector<std::string> inputs = fuzz_inputs();
  std::size_t accepted = 0;
  for (const std::string& bytes : inputs) {
    CHECK(disagreement(bytes) == "");
    accepted += protobuf_accepts(bytes) ? 1 : 0;
  }
  CHECK(accepted >= inputs.size() / 4);
}

/// A small change as damage or malice makes it.
std::string mutated(std::string bytes, std::mt19937& random) {
  const auto below = [&random](std::size_t end) { return end == 0 ? 0 : random() % end; };
  for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
    const std::size_t at = below(bytes.size());
    switch (below(10)) {
      case 0:
        bytes.erase(at, 1 + below(4));
        break;
      case 1:
        bytes.insert(at, 1, static_cast<char>(random()));
        break;
      case 2:
        bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(16)));
        break;
      case 3:
        bytes.insert(at, varint(random() % 400, 1 + below(11)));
        break;
      case 4:
        bytes += bytes;
        break;  // every message twice: protobuf merges
      case 5:
      case 6:
        bytes[at] = static_cast<char>(random());
        break;
      default:
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << below(8)));
        break;
    }
    if (bytes.empty()) break;
  }
  return bytes;
}

TEST_CASE("protobuf and the reader accept the same damaged models, and see the same in them", "[onnx][differential]") {
  std::vector<std::string> seeds{model_bytes(small_graph_bytes())};
  for (const auto& path : package_models())
    if (std::filesystem::file_size(path) < 2000) seeds.push_back(bytes_of(path));
  for (std::string& input : fuzz_inputs()) seeds.push_back(std::move(input));
  std::mt19937 random(20260101);
  std::size_t accepted = 0;
  constexpr int kRounds = 40000;
  for (int round = 0; round < kRounds; ++round) {
    const std::string bytes =
        mutated(seeds[random() % seeds.size()] + (random() % 8 == 0 ? seeds[random() % seeds.size()] : ""), random);
    const std::string found = disagreement(bytes);
    if (!found.empty()) {
      std::ofstream(testing::build_directory() + "/disagreement.onnx", std::ios::binary) << bytes;
      FAIL("round " << round << ": " << found << " (bytes in disagreement.onnx)");
    }
    accepted += protobuf_accepts(bytes) ? 1 : 0;
  }
  // Both answers must be common, or nothing was compared.
  CHECK(accepted > kRounds / 10);
  CHECK(accepted < kRounds * 9 / 10);
}

}  // namespace
}  // namespace macroscope::test
