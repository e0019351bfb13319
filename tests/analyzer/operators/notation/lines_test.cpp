// Bodies of lines: what is read from a text, and what it comes to at a node, against loops that are run.
#include "analyzer/operators/notation/lines.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/operators/catalogue.h"
#include "analyzer/operators/notation/worked_formula.h"
#include "analyzer/operators/rows/line_body.h"
#include "catch.h"
#include "node_cost.h"

namespace macroscope {
namespace {

using testing::counted;
using testing::grouped_sum_of;
using testing::GroupedSum;
using testing::NetworkBuilder;
using testing::Number;

std::string mistake_in(std::string_view text) {
  const auto result = parse_lines(text);
  const auto* error = std::get_if<FormulaError>(&result);
  return error == nullptr ? std::string() : error->message;
}

LineBody read(std::string_view text) {
  auto result = parse_lines(text);
  REQUIRE(std::holds_alternative<LineBody>(result));
  return std::get<LineBody>(std::move(result));
}

/// What the first line costs at each of its points, whatever operands are there.
Effort effort_of_first(std::string_view text) {
  Effort effort;
  const LineBody body = read(text);
  for (const LineCost& cost : body.lines.front().costs) effort = sum(effort, cost.effort);
  return effort;
}

bool equal(const Effort& a, const Effort& b) { return a.by_kind() == b.by_kind(); }

}  // namespace

TEST_CASE("what is no body of lines is refused where it goes wrong") {
  CHECK(mistake_in("Y[i..] = X[i..]").empty());
  CHECK(mistake_in("Y[i..] = X[i..] +") == "expected a name");
  CHECK(mistake_in("Y[i.. = X[i..]") == "expected `]`");
  CHECK(mistake_in("Y[i..,j..] = X[i..,j..]") == "a tensor has one repeated index at most");
  CHECK(mistake_in("Z[i..] = X[i..]") == "no line assigns Y");
  CHECK(mistake_in("X | Y[i..] = X[i..] + B[i..]") == "no line assigns B, and it is no operand");
  CHECK(mistake_in("Y[i..] = NoSuchOperator(X[i..])") == "no operator NoSuchOperator works element by element");
  CHECK(mistake_in("Y[i/rows..] = X[i..]") == "expected `axis`, `axes`, `all` or `some`");
  CHECK(mistake_in("Y[i..] = X[i..]; ; ") == "expected a name");
  CHECK(mistake_in("Y[i..] " + std::string(1, '=') + std::string(100, '(') + "X[i..]" + std::string(100, ')')) ==
        "an expression nests too deep");
}

TEST_CASE("an expression costs what its operations cost") {
  CHECK(equal(effort_of_first("Y[i..] = X[i..] * Tanh(Softplus(X[i..]))"), {.add = 1, .mul = 1, .special = 3}));
  CHECK(equal(effort_of_first("Y[i..] = -X[i..]"), {}));
  CHECK(equal(effort_of_first("Y[i..] = Cast(X[i..])"), {}));
  CHECK(
      equal(effort_of_first("Y[i..] = Where(X[i..] > 0, X[i..] + 1, 2 * X[i..] * X[i..])"), {.add = 1, .mul = 2, .compare = 1}));
  CHECK(equal(effort_of_first("Y[i..] = Max(X[i..], 0, B[i..])"), {.compare = 2}));
  CHECK(equal(effort_of_first("Y[i..] = QuickGelu(X[i..]) + Gelu(X[i..])"), {.add = 3, .mul = 5, .div = 1, .special = 2}));
}

TEST_CASE("a product of two tensors that is summed is a contraction, and nothing else is") {
  CHECK(read("Y[m,n] += A[m,k] * B[k,n]").lines.front().is_contraction);
  CHECK_FALSE(read("Y[m] += Mul(A[m,k], A[m,k])").lines.front().is_contraction);
  CHECK_FALSE(read("Y[m] += A[m,k] * B[k] * C[k]").lines.front().is_contraction);
  CHECK_FALSE(read("Y[m,k] = A[m,k] * B[k]").lines.front().is_contraction);
}

TEST_CASE("every row of the catalogue that is a text can be read") {
  for (const Family& family : catalogue())
    for (const Operator& row : family.operators) {
      CAPTURE(row.name);
      if (const Lines* lines = body_of(row)) CHECK(mistake_in(lines->text).empty());
    }
}

TEST_CASE("most operators that compute more than an element at a time say it as a nest or a body") {
  std::set<std::pair<std::string_view, std::string_view>> said;
  for (const Family& family : catalogue())
    for (const Operator& row : family.operators)
      if (kind_of(row) == "loops" || kind_of(row) == "body") said.emplace(family.domain, row.name);
  CHECK(said.size() >= 130);
}

namespace {

constexpr int kBatch = 2, kRows = 3, kWidth = 4;

/// As a plain implementation normalizes the last two axes, `kBatch` times.
GroupedSum of_layer_normalization(bool has_shift) {
  return counted([&] {
    for (int batch = 0; batch < kBatch; ++batch) {
      std::vector<Number> row(static_cast<std::size_t>(kRows * kWidth), Number(0.5));
      Number sum, squares;
      for (const Number& x : row) sum += x;
      const Number mean = sum / kWidth;
      for (Number& x : row) x = x - mean;
      for (const Number& x : row) squares += x * x;
      const Number scale = pow(squares / kWidth + 1e-5, -0.5);
      for (Number& x : row) x = has_shift ? x * scale * 2 + 1 : x * scale * 2;
    }
  });
}

GroupedSum of_softmax() {
  return counted([] {
    for (int row = 0; row < kBatch * kRows; ++row) {
      std::vector<Number> x(kWidth, Number(0.5));
      Number greatest = -1e9, sum;
      for (const Number& element : x) greatest = max(greatest, element);
      for (Number& element : x) element = exp(element - greatest);
      for (const Number& element : x) sum += element;
      for (Number& element : x) element = element / sum;
    }
  });
}

GroupedSum of_attention(int queries, int keys, int width) {
  return counted([&] {
    for (int query = 0; query < kBatch * queries; ++query) {
      std::vector<Number> scores(static_cast<std::size_t>(keys));
      Number greatest = -1e9, sum;
      for (Number& score : scores) {
        for (int element = 0; element < width; ++element) accumulate(score, 1, 1);
        score = score * 0.5;
      }
      for (const Number& score : scores) greatest = max(greatest, score);
      for (Number& score : scores) score = exp(score - greatest);
      for (const Number& score : scores) sum += score;
      for (Number& score : scores) score = score / sum;
      for (int element = 0; element < width; ++element)
        for (const Number& score : scores) {
          Number value;
          accumulate(value, score, 1);
        }
    }
  });
}

}  // namespace

TEST_CASE("a normalization costs what the loops cost that its lines stand for") {
  for (const bool has_shift : {false, true}) {
    NetworkBuilder net;
    net.input("x", {kBatch, Dim::symbol("R"), kWidth}).weight("s", {kWidth}).weight("b", {kWidth});
    std::vector<std::string> operands{"x", "s"};
    if (has_shift) operands.emplace_back("b");
    net.node("LayerNormalization", operands, {"y"}, {net.integer("axis", 1)});
    CHECK(grouped_sum_of(analyze(net.take(), {}), {{"R", Dim(kRows)}}) == of_layer_normalization(has_shift));
  }
}

TEST_CASE("a softmax runs along one axis, or in the first versions from it on") {
  NetworkBuilder net(13);
  net.input("x", {kBatch, kRows, kWidth}).node("Softmax", {"x"}, {"y"});
  CHECK(grouped_sum_of(analyze(net.take(), {})) == of_softmax());
  for (const std::int64_t version : {1, 13}) {
    NetworkBuilder logs(version);
    logs.input("x", {kBatch, kRows, kWidth}).node("LogSoftmax", {"x"}, {"y"}, {logs.integer("axis", 1)});
    const GroupedSum found = grouped_sum_of(analyze(logs.take(), {}));
    const std::int64_t rows = version == 1 ? kBatch : kBatch * kWidth;
    CHECK(found.flops[static_cast<std::size_t>(Flop::special)] == kBatch * kRows * kWidth + rows);
  }
}

TEST_CASE("an attention is two contractions with a softmax between them") {
  NetworkBuilder net(23);
  net.input("q", {kBatch, 1, 3, 4}).input("k", {kBatch, 1, 5, 4}).input("v", {kBatch, 1, 5, 4});
  net.node("Attention", {"q", "k", "v"}, {"y"});
  CHECK(grouped_sum_of(analyze(net.take(), {})) == of_attention(3, 5, 4));
}

}  // namespace macroscope
