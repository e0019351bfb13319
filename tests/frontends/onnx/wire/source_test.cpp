#include "frontends/onnx/wire/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "frontends/onnx/reader/document.h"
#include "frontends/onnx/wire/read_error.h"
#include "onnx_bytes.h"
#include "temporary_file.h"

namespace macroscope::test {
namespace {

using onnx::Document;
using onnx::Source;

std::shared_ptr<Source> opened(const std::string& path) { return std::get<std::shared_ptr<Source>>(Source::open(path)); }

std::string refusal_of(const std::string& path) {
  const auto result = Source::open(path);
  REQUIRE(std::holds_alternative<Diagnostic>(result));
  const Diagnostic& refusal = std::get<Diagnostic>(result);
  CHECK(refusal.severity == Severity::error);
  CHECK(refusal.code == "unreadable-file");
  return refusal.message;
}

/// A pipe that holds `bytes`, named as a shell names it.
class Pipe {
 public:
  explicit Pipe(std::string bytes) {
    REQUIRE(::pipe(ends_) == 0);
    writer_ = std::thread([this, content = std::move(bytes)] {
      std::size_t written = 0;
      while (written < content.size()) {
        const ssize_t count = ::write(ends_[1], content.data() + written, content.size() - written);
        if (count <= 0) break;
        written += static_cast<std::size_t>(count);
      }
      ::close(ends_[1]);
    });
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    std::vector<char> rest(1 << 16);
    while (::read(ends_[0], rest.data(), rest.size()) > 0) {}
    ::close(ends_[0]);
    writer_.join();
  }
  [[nodiscard]] std::string path() const { return fmt::format("/dev/fd/{}", ends_[0]); }

 private:
  int ends_[2] = {-1, -1};
  std::thread writer_;
};

/// small_graph_bytes() and a weight of `length` bytes of zeros before its node.
std::string model_with_weight(std::uint64_t length) {
  namespace s = onnx::schema;
  Bytes weight = tensor_bytes("w", 1, {static_cast<std::int64_t>(length / 4)});
  weight.text(s::TensorProto::kRawData, std::string(length, '\0'));
  return model_bytes(Bytes().message(s::GraphProto::kInitializer, weight).raw(small_graph_bytes().str()));
}

TEST_CASE("a file is read at any place, a stream only forwards", "[onnx][source]") {
  const TemporaryDirectory directory;
  std::string bytes;
  for (int i = 0; i < 10000; ++i) bytes += static_cast<char>(i % 251);
  const auto file = opened(directory.file("bytes", bytes));
  const Pipe pipe(bytes);
  const auto stream = opened(pipe.path());
  CHECK(file->size() == bytes.size());
  CHECK(file->is_seekable());
  CHECK_FALSE(stream->is_seekable());
  for (const auto& source : {file, stream, Source::of_bytes({bytes.begin(), bytes.end()})}) {
    std::string out(100, '?');
    REQUIRE(source->read_on(5000, std::span(out).first(1)) == 1);
    CHECK(out[0] == bytes[5000]);
    std::size_t count = 0;
    for (std::size_t more = 1; more != 0 && count < 100; count += more)
      more = source->read_on(9950 + count, std::span(out).subspan(count));
    CHECK(count == 50);
    CHECK(out.substr(0, 50) == bytes.substr(9950));
    CHECK(source->read(10, std::span(out)) == source->is_seekable());
    if (source->is_seekable()) CHECK(out == bytes.substr(10, 100));
    CHECK_FALSE(source->read(9950, std::span(out)));
  }
}

TEST_CASE("what is no readable file is refused with its kind", "[onnx][source]") {
  const TemporaryDirectory directory;
  CHECK_THAT(refusal_of(directory.path() / "absent.onnx"), contains_text("No such file"));
  CHECK_THAT(refusal_of(directory.path()), contains_text("a directory"));
  CHECK_THAT(refusal_of("/dev/zero"), contains_text("a device"));
  CHECK_THAT(refusal_of("/dev/fd/9999"), contains_text("Bad file descriptor"));
  const std::string fifo = directory.path() / "fifo.onnx";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK_THAT(refusal_of(fifo), contains_text("a pipe"));
  const std::string secret = directory.file("secret.onnx", "x");
  REQUIRE(::chmod(secret.c_str(), 0) == 0);
  if (::geteuid() != 0) CHECK_THAT(refusal_of(secret), contains_text("Permission denied"));
}

TEST_CASE("a descriptor of a file is read from where it stands", "[onnx][source]") {
  const TemporaryDirectory directory;
  const int descriptor = ::open(directory.file("model.onnx", "prefix" + model_with_weight(100000)).c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::lseek(descriptor, 6, SEEK_SET) == 6);
  const auto result = onnx::read_document(fmt::format("/dev/fd/{}", descriptor));
  REQUIRE(std::holds_alternative<Document>(result));
  const Document& document = std::get<Document>(result);
  CHECK(document.source->is_seekable());
  CHECK(document.source->bytes_read() < 20000);
  ::close(descriptor);
}

TEST_CASE("a stream gives the same model as the file", "[onnx][source]") {
  const Pipe pipe(model_with_weight(1 << 20));
  const auto result = onnx::read_document(pipe.path());
  REQUIRE(std::holds_alternative<Document>(result));
  const auto& graph = *std::get<Document>(result).model.graph;
  CHECK(graph.nodes.size() == 1);
  CHECK(graph.initializers.begin()->payload.first.length == 1 << 20);
}

TEST_CASE("a stream that ends inside a weight is refused, wherever it ends", "[onnx][source]") {
  const std::string whole = model_with_weight(20000);
  for (const std::size_t length : {std::size_t{100}, std::size_t{15000}, whole.size() - 1}) {
    const Pipe pipe(whole.substr(0, length));
    const auto result = onnx::read_document(pipe.path());
    REQUIRE(std::holds_alternative<Diagnostic>(result));
    CHECK(std::get<Diagnostic>(result).code == "malformed-model");
  }
}

TEST_CASE("a file that becomes shorter while it is read is an error", "[onnx][source]") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("model.onnx", std::string(100000, 'x'));
  const auto source = opened(path);
  std::string out(10, '?');
  REQUIRE(source->read_on(0, std::span(out)) == 10);
  REQUIRE(::truncate(path.c_str(), 50) == 0);
  CHECK_THROWS_AS(source->read_on(90000, std::span(out)), onnx::ReadError);
  CHECK_FALSE(source->read(90000, std::span(out)));
}

TEST_CASE("a file of more than 2 GiB is read by its structure alone", "[onnx][source]") {
  namespace s = onnx::schema;
  const TemporaryDirectory directory;
  constexpr std::uint64_t kWeight = std::uint64_t{3} << 30U;
  const std::string weight_head =
      tensor_bytes("w", 1, {kWeight / 4}).str() + varint(s::TensorProto::kRawData << 3U | 2U) + varint(kWeight);
  const std::string rest = small_graph_bytes().str();
  const std::string initializer =
      varint(s::GraphProto::kInitializer << 3U | 2U) + varint(weight_head.size() + kWeight) + weight_head;
  const std::string head = model_head_bytes().str() + varint(s::ModelProto::kGraph << 3U | 2U) +
                           varint(initializer.size() + kWeight + rest.size()) + initializer;
  const std::string path = directory.file("large.onnx", head);
  REQUIRE(::truncate(path.c_str(), static_cast<off_t>(head.size() + kWeight)) == 0);
  std::ofstream(path, std::ios::binary | std::ios::app) << rest;

  const auto start = std::chrono::steady_clock::now();
  const auto result = onnx::read_document(path);
  const auto taken = std::chrono::steady_clock::now() - start;
  REQUIRE(std::holds_alternative<Document>(result));
  const Document& document = std::get<Document>(result);
  CHECK(document.model.graph->nodes.size() == 1);
  CHECK(document.model.graph->initializers.begin()->payload.first.length == kWeight);
  CHECK(document.source->bytes_read() < 10000);
  CHECK(taken < std::chrono::seconds(1));
}

}  // namespace
}  // namespace macroscope::test
