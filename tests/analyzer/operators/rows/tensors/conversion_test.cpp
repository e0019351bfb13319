#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::content_of;
using testing::errors_of;
using testing::fact_of;
using testing::NetworkBuilder;
using testing::shape_of;

const Dim N = Dim::symbol("N");

std::string cast(const std::vector<std::int64_t>& numbers, DataType to) {
  NetworkBuilder net;
  net.list("x", numbers).node("Cast", {"x"}, {"y"}, {net.integer("to", static_cast<std::int64_t>(to))});
  return content_of(analyze(net.take(), {}), "y");
}

TEST_CASE("Cast follows what both dtypes hold exactly") {
  CHECK(cast({-2, 0, 7}, DataType::int32) == "[-2, 0, 7]");
  CHECK(cast({-2, 0, 7}, DataType::boolean) == "[1, 0, 1]");
  CHECK(cast({-2, 0, 300}, DataType::uint8) == "[?, 0, ?]");
  CHECK(cast({16777217}, DataType::float32) == "[16777216]");
  CHECK(cast({16777217}, DataType::float64) == "[16777217]");
  CHECK(cast({300, 4}, DataType::bfloat16) == "[?, 4]");
}

TEST_CASE("a cast to integers rounds toward zero") {
  NetworkBuilder net;
  net.stored("x", {3}, DataType::float32, Value(Reals{Real(-1.5), Real(2.9), std::nullopt}))
      .node("Cast", {"x"}, {"y"}, {net.integer("to", 7)});
  CHECK(content_of(analyze(net.take(), {}), "y") == "[-1, 2, ?]");
}

TEST_CASE("symbols survive the way through reals and back") {
  NetworkBuilder net;
  net.input("x", {N, 3})
      .node("Shape", {"x"}, {"s"})
      .node("Cast", {"s"}, {"r"}, {net.integer("to", 1)})
      .node("CastLike", {"r", "s"}, {"y"});
  CHECK(content_of(analyze(net.take(), {}), "y") == "[N, 3]");
}

TEST_CASE("the target is a number, before version 6 a name") {
  NetworkBuilder old(1);
  old.input("x", {N}).node("Cast", {"x"}, {"y"}, {old.text("to", "DOUBLE")});
  CHECK(fact_of(analyze(old.take(), {}), "y").type.dtype == DataType::float64);
  NetworkBuilder wrong;
  wrong.input("x", {N}).node("Cast", {"x"}, {"y"}, {wrong.integer("to", 99)});
  CHECK(errors_of(analyze(wrong.take(), {})) == "bad-attribute");
}

TEST_CASE("BitCast keeps the width") {
  const auto read_as = [](DataType to) {
    NetworkBuilder net(26);
    net.input("x", {N, 2}).node("BitCast", {"x"}, {"y"}, {net.integer("to", static_cast<std::int64_t>(to))});
    return analyze(net.take(), {});
  };
  CHECK(fact_of(read_as(DataType::uint32), "y").type == Type::tensor(DataType::uint32, Shape{N, 2}));
  CHECK(errors_of(read_as(DataType::int64)) == "bad-attribute");
}

TEST_CASE("Identity passes on whatever it is given") {
  NetworkBuilder net;
  const Type sequence = Type::sequence_of(Type::tensor(DataType::float32, Shape{N}));
  net.input("x", sequence).node("Identity", {"x"}, {"y"});
  CHECK(fact_of(analyze(net.take(), {}), "y").type == sequence);
}

TEST_CASE("Dropout: its mask over the versions, and work in training alone") {
  const auto dropped = [](std::int64_t version, bool training) {
    NetworkBuilder net(version);
    net.input("x", {N, 2}).stored("on", {}, DataType::boolean, Value(Integers{Dim(training ? 1 : 0)}));
    if (version < 12) {
      net.node("Dropout", {"x"}, {"y", "mask"},
               version < 7 ? std::vector{net.integer("is_test", training ? 0 : 1)} : std::vector<Attribute>{});
    } else {
      net.node("Dropout", {"x", "", "on"}, {"y", "mask"});
    }
    return analyze(net.take(), {});
  };
  CHECK(fact_of(dropped(7, false), "mask").type == Type::tensor(DataType::float32, Shape{N, 2}));
  CHECK(fact_of(dropped(13, false), "mask").type == Type::tensor(DataType::boolean, Shape{N, 2}));
  CHECK(dropped(13, false).costs.total.flops_by_kind[1].text() == "0");
  CHECK(dropped(6, false).costs.total.flops_by_kind[1].text() == "0");
  CHECK(dropped(13, true).costs.total.flops_by_kind[1].text() == "4*N");
  CHECK(dropped(6, true).costs.total.flops_by_kind[1].text() == "4*N");
}

}  // namespace
}  // namespace macroscope
