// Is what is written readable, and what is read exactly what was meant?
#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "analyzer/algebra/dim.h"
#include "catch.h"

using namespace macroscope;

namespace {

const Dim N = Dim::symbol("N");
const Dim M = Dim::symbol("M");
const Dim H = Dim::symbol("H");
const Dim W = Dim::symbol("W");
const Dim batch = Dim::symbol("batch");
const Dim seq = Dim::symbol("seq_len");

Dim parsed(std::string_view text) {
  const std::variant<Dim, DimParseError> result = Dim::parse(text);
  if (const auto* const error = std::get_if<DimParseError>(&result)) {
    FAIL(text << " at " << error->position << ": " << error->message);
  }
  return std::get<Dim>(result);
}

struct Written {
  Dim dim;
  std::string text;
  std::string latex;
};

}  // namespace

TEST_CASE("higher degrees come first, then names, the constant last", "[dim][text]") {
  const std::vector<Written> cases{
      {0, "0", "0"},
      {-12, "-12", "-12"},
      {N, "N", "N"},
      {-N, "-N", "-N"},
      {3 - N, "3 - N", "3 - N"},
      {W - H - 2, "W - H - 2", "W - H - 2"},
      {-H - 2, "-H - 2", "-H - 2"},
      {84934656 * batch * seq + 18432 * batch * seq * seq, "18432*batch*seq_len^2 + 84934656*batch*seq_len",
       R"(18432 \mathit{batch} \mathit{seq\_len}^{2} + 84934656 \mathit{batch} \mathit{seq\_len})"},
      {64 * N * floor_div(H + 1, 2), "64*N*floor((H + 1)/2)", R"(64 N \left\lfloor \frac{H + 1}{2} \right\rfloor)"},
      {power(floor_div(H, 7), 2), "floor(H/7)^2", R"(\left\lfloor \frac{H}{7} \right\rfloor^{2})"},
      {floor_div(3 * H * H, 7), "floor(3*H^2/7)", R"(\left\lfloor \frac{3 H^{2}}{7} \right\rfloor)"},
      {floor_div(H, W), "floor(H/W)", R"(\left\lfloor \frac{H}{W} \right\rfloor)"},
      {floor_div(H, 2 * W), "floor(H/(2*W))", R"(\left\lfloor \frac{H}{2 W} \right\rfloor)"},
      {floor_div(H + 2, W + 1), "floor((H + 2)/(W + 1))", R"(\left\lfloor \frac{H + 2}{W + 1} \right\rfloor)"},
      {ceil_div(H, W), "-floor(-H/W)", R"(-\left\lfloor \frac{-H}{W} \right\rfloor)"},
      {max(H, W), "max(H, W)", R"(\max\left(H, W\right))"},
      {min(H, 3), "min(H, 3)", R"(\min\left(H, 3\right))"},
      {mod(H, 32), "H - 32*floor(H/32)", R"(H - 32 \left\lfloor \frac{H}{32} \right\rfloor)"},
  };
  for (const Written& written : cases) {
    CAPTURE(written.text);
    CHECK(written.dim.text() == written.text);
    CHECK(written.dim.latex() == written.latex);
    CHECK(parsed(written.text) == written.dim);
  }
}

TEST_CASE("what terms share stands in front of parentheses", "[dim][text]") {
  const std::vector<std::pair<Dim, std::string>> cases{
      {0, "0"},
      {-12, "-12"},
      {N, "N"},
      {N + 1, "N + 1"},
      {N - M, "N - M"},
      {-N - 2, "-(N + 2)"},
      {3 * N * M - 3 * N + 3, "3*(M*N - N + 1)"},
      {W * H * H + W, "W*(H^2 + 1)"},
      {(N + 1) * (M + 2), "(M + 2)*(N + 1)"},
      {6 * H * (N + 1) * (2 * M - W), "6*H*(2*M - W)*(N + 1)"},
      {64 * N * floor_div(H + 1, 2) + 32 * N, "32*N*(2*floor((H + 1)/2) + 1)"},
      {max(N, M) * H + H, "H*(max(M, N) + 1)"},
  };
  for (const auto& [dim, text] : cases) {
    CHECK(dim.factored_text() == text);
    CHECK(parsed(text) == dim);
  }
}

TEST_CASE("numbers up to 128 bits are plain digits", "[dim][text]") {
  const std::string largest = "170141183460469231731687303715884105727";
  CHECK(parsed(largest).text() == largest);
  CHECK((-parsed(largest) - 1).text() == "-170141183460469231731687303715884105728");
  CHECK(parsed("9223372036854775808").text() == "9223372036854775808");
  CHECK(parsed("9223372036854775807").number() == 9223372036854775807);
  CHECK((parsed(largest) * N).text() == largest + "*N");
}

TEST_CASE("every operator and function is read", "[dim][parse]") {
  const std::vector<std::pair<std::string, Dim>> cases{
      {" 2 + 3*4 ", 14},
      {"2*(3 + 4)", 14},
      {"-2^2", -4},
      {"(-2)**3", -8},
      {"- - +7", 7},
      {"10 - 3 - 2", 5},
      {"-7 // 2", -4},
      {"-7 % 3", 2},
      {"mod(-7, 3)", 2},
      {"floor(-7/2)", -4},
      {"ceil(-7/2)", -3},
      {"floor(7/2/2)", 1},
      {"floor(1/2 + 1/2)", 1},
      {"floor((1/2 - 1/3)*12)", 2},
      {"floor((3/2)^3)", 3},
      {"ceil(1/(2/3))", 2},
      {"abs(3 - 10)", 7},
      {"max(1, 5, 3)", 5},
      {"min(4, 5, 3)", 3},
      {"floor(N)", N},
      {"floor(H/2 + 1/2)", floor_div(H + 1, 2)},
      {"ceil(H/32)", floor_div(H + 31, 32)},
      {"past_1 + 1", Dim::symbol("past_1") + 1},
      {"_x", Dim::symbol("_x")},
      {"N^3*N", power(N, 4)},
      {"max(N, M) - min(N, M)", abs(N - M)},
      {"floor(floor(H/2)/W)", floor_div(H, 2 * W)},
  };
  for (const auto& [text, dim] : cases) {
    CAPTURE(text);
    CHECK(parsed(text) == dim);
  }
}

TEST_CASE("what is no expression is refused with its place", "[dim][parse]") {
  struct Refused {
    std::string text;
    std::size_t position;
    std::string part;
  };
  const std::vector<Refused> cases{
      {"", 0, "ends too early"},
      {"   ", 3, "ends too early"},
      {"N +", 3, "ends too early"},
      {"N 3", 2, "an operator"},
      {"2N", 1, "an operator"},
      {"(N", 2, "')' is expected"},
      {"N)", 1, "an operator"},
      {"N/2", 0, "only inside floor()"},
      {"max(N/2, 3)", 4, "only inside floor()"},
      {"3 + (N/2)", 0, "only inside floor()"},
      {"N ? 3", 2, "no place"},
      {"batch-size!", 10, "no place"},
      {"\xC3\xA4", 0, "no place"},
      {"floor(N/0)", 7, "division by 0"},
      {"floor(N/(M - M))", 7, "division by 0"},
      {"N // 0", 2, "division by 0"},
      {"N % 0", 2, "division by 0"},
      {"mod(N, 0)", 0, "division by 0"},
      {"max", 3, "'(' is expected"},
      {"max + 1", 4, "'(' is expected"},
      {"max(N)", 0, "two arguments"},
      {"mod(N)", 0, "two arguments"},
      {"mod(N, 2, 3)", 0, "two arguments"},
      {"abs(N, 2)", 0, "one argument"},
      {"floor(N, 2)", 7, "')' is expected"},
      {"f(N)", 0, "no function 'f'"},
      {"N^M", 2, "a power is a number"},
      {"N^-1", 2, "a power is a number"},
      {"N^2^3", 3, "parentheses"},
      {"N^4294967296", 2, "32 bits"},
      {"(N^4294967295)*N", 14, "32 bits"},
      {"2^127", 1, "128 bits"},
      {"1 + 170141183460469231731687303715884105728", 4, "128 bits"},
      {"170141183460469231731687303715884105727 + 1", 40, "128 bits"},
      {"N * * M", 4, "is expected"},
      {"N,M", 1, "an operator"},
  };
  for (const Refused& refused : cases) {
    CAPTURE(refused.text);
    const std::variant<Dim, DimParseError> result = Dim::parse(refused.text);
    REQUIRE(std::holds_alternative<DimParseError>(result));
    const DimParseError& error = std::get<DimParseError>(result);
    CHECK(error.position == refused.position);
    CHECK_THAT(error.message, test::contains_text(refused.part));
  }
}

TEST_CASE("a text of any length and depth is answered at once", "[dim][parse]") {
  const auto start = std::chrono::steady_clock::now();
  const auto repeated = [](std::string_view part, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += part;
    return text;
  };
  const std::size_t many = 100'000;
  const std::vector<std::string> refused{
      repeated("(", many),
      repeated("(", many) + "N" + repeated(")", many),
      repeated("-", many),
      repeated("floor(", many),
      repeated("max(N, ", many),
      repeated("1+", many) + "1",
      repeated("abs(", 300) + "N - 1" + repeated(")", 300),
      std::string((1U << 20U) + 1, ' '),
      std::string("N\0M", 3),
  };
  for (const std::string& text : refused) {
    CAPTURE(text.substr(0, 20));
    CHECK(std::holds_alternative<DimParseError>(Dim::parse(text)));
  }
  // These are legal, if odd: squares of sums, powers of them, and names without end.
  CHECK(parsed(repeated("(", 200) + "N" + repeated(")", 200)) == N);
  CHECK(parsed(std::string(5000, 'x')).symbols().front().size() == 5000);
  CHECK(parsed(repeated("(N + M + H)*", 500) + "1").symbols().size() == 3);
  CHECK(parsed("(N + M + H)^4000000000").symbols().size() == 3);
  CHECK(std::holds_alternative<Dim>(Dim::parse(repeated("(N + M)^99 + (W + M)^98*", 80) + "H")));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
}
