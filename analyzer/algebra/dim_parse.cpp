// What expression does a text stand for?
#include <array>
#include <limits>

#include "analyzer/algebra/characters.h"
#include "analyzer/algebra/dim.h"

namespace macroscope {
namespace {

constexpr std::size_t kMaxLength = std::size_t{1} << 20U;
constexpr std::size_t kMaxTokens = 8192;
constexpr std::size_t kMaxNesting = 256;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// A value on the way: floor() and ceil() may hold divisions that are not rounded yet.
struct Fraction {
  Dim above;
  Dim below = 1;

  [[nodiscard]] bool is_whole() const { return below.is(1); }
};

Fraction operator*(const Fraction& a, const Fraction& b) { return {a.above * b.above, a.below * b.below}; }

Fraction sum(const Fraction& a, const Fraction& b, int sign) {
  if (a.below == b.below) return {a.above + sign * b.above, a.below};
  return {a.above * b.below + sign * b.above * a.below, a.below * b.below};
}

/// Recursive descent over `+ -`, `* / // %`, signs, `^ **`, calls and parentheses.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Dim parse() {
    if (text_.size() > kMaxLength) fail(kMaxLength, "the expression is longer than 1 MiB");
    advance();
    const Dim result = whole();
    if (!token_.empty()) fail(start_, "an operator or the end of the expression is expected here");
    return result;
  }

 private:
  [[noreturn]] static void fail(std::size_t position, std::string message) { throw DimParseError{position, std::move(message)}; }

  void advance();
  bool take(std::string_view token) {
    if (token_ != token) return false;
    advance();
    return true;
  }
  void expect(std::string_view token) {
    if (!take(token)) fail(start_, "'" + std::string(token) + "' is expected here");
  }

  Dim whole();
  Fraction sum_of_products();
  Fraction product();
  Fraction signed_power();
  Fraction power_of();
  Fraction primary();
  Dim number();
  Dim call(std::string_view function, std::size_t position);
  void integral(const Fraction& value, std::size_t position) {
    if (!value.is_whole()) fail(position, "'/' may stand only inside floor() and ceil(); '//' is floor division");
  }
  template <typename Operation>
  auto at(std::size_t position, Operation operation) {
    try {
      return operation();
    } catch (const AlgebraError& error) {
      fail(position, error.what());
    }
  }

  std::string_view text_;
  std::string_view token_;  // empty at the end
  std::size_t start_ = 0;   // of the token
  std::size_t end_ = 0;
  std::size_t tokens_ = 0;
  std::size_t nesting_ = 0;
};

void Parser::advance() {
  while (end_ < text_.size() && is_space(text_[end_])) ++end_;
  start_ = end_;
  token_ = {};
  if (end_ == text_.size()) return;
  if (++tokens_ > kMaxTokens) fail(start_, "the expression has too many parts");
  const char first = text_[end_++];
  if (is_digit(first) || is_letter(first)) {
    while (end_ < text_.size() && (is_digit(text_[end_]) || (is_letter(first) && is_letter(text_[end_])))) ++end_;
  } else if ((first == '*' || first == '/') && end_ < text_.size() && text_[end_] == first) {
    ++end_;
  } else if (std::string_view("+-*/%^(),").find(first) == std::string_view::npos) {
    fail(start_, "this character has no place in an expression");
  }
  token_ = text_.substr(start_, end_ - start_);
}

Dim Parser::whole() {
  const std::size_t position = start_;
  const Fraction value = sum_of_products();
  integral(value, position);
  return value.above;
}

Fraction Parser::sum_of_products() {
  Fraction result = product();
  for (;;) {
    const std::size_t position = start_;
    const int sign = token_ == "+" ? 1 : (token_ == "-" ? -1 : 0);
    if (sign == 0) return result;
    advance();
    const Fraction next = product();
    result = at(position, [&] { return sum(result, next, sign); });
  }
}

Fraction Parser::product() {
  const std::size_t first = start_;
  Fraction result = signed_power();
  for (;;) {
    const std::size_t position = start_;
    const std::string_view op = token_;
    if (op != "*" && op != "/" && op != "//" && op != "%") return result;
    advance();
    const std::size_t second = start_;
    const Fraction next = signed_power();
    if (op == "*") {
      result = at(position, [&] { return result * next; });
      continue;
    }
    if (next.above.is(0)) fail(position, "division by 0");
    if (op == "/") {
      result = at(position, [&] { return result * Fraction{next.below, next.above}; });
      continue;
    }
    integral(result, first);
    integral(next, second);
    result =
        at(position, [&] { return Fraction{op == "%" ? mod(result.above, next.above) : floor_div(result.above, next.above)}; });
  }
}

Fraction Parser::signed_power() {
  const std::size_t position = start_;
  bool negative = false;
  while (token_ == "-" || token_ == "+") {
    negative = negative != (token_ == "-");
    advance();
  }
  Fraction result = power_of();
  if (negative) result.above = at(position, [&] { return -result.above; });
  return result;
}

Fraction Parser::power_of() {
  const Fraction base = primary();
  const std::size_t position = start_;
  if (!take("^") && !take("**")) return base;
  const std::size_t where = start_;
  if (token_.empty() || !is_digit(token_.front())) fail(where, "a power is a number");
  const std::optional<std::int64_t> exponent = number().number();
  if (!exponent || *exponent > std::numeric_limits<unsigned>::max()) fail(where, "a power does not fit 32 bits");
  if (token_ == "^" || token_ == "**") fail(start_, "a power of a power needs parentheses");
  const auto times = static_cast<unsigned>(*exponent);
  return at(position, [&] { return Fraction{power(base.above, times), power(base.below, times)}; });
}

Dim Parser::number() {
  const std::size_t position = start_;
  Int128 value = 0;
  for (const char c : token_) {
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value)) {
      fail(position, "a number does not fit 128 bits");
    }
  }
  advance();
  return Dim::of_int128(value);
}

Fraction Parser::primary() {
  const std::size_t position = start_;
  if (token_.empty()) fail(position, "the expression ends too early");
  if (is_digit(token_.front())) return {number()};
  if (++nesting_ > kMaxNesting) fail(position, "the expression is nested too deeply");
  Fraction result;
  if (is_letter(token_.front())) {
    const std::string_view name = token_;
    advance();
    constexpr std::array<std::string_view, 6> kFunctions{"floor", "ceil", "max", "min", "mod", "abs"};
    bool is_function = false;
    for (const std::string_view function : kFunctions) is_function = is_function || function == name;
    if (is_function) {
      result.above = call(name, position);
    } else if (token_ == "(") {
      fail(position, "there is no function '" + std::string(name.substr(0, 40)) + "'; there are floor, ceil, max, min, mod, abs");
    } else {
      result.above = Dim::symbol(name);
    }
  } else if (take("(")) {
    result = sum_of_products();
    expect(")");
  } else {
    fail(position, "a number, a name or '(' is expected here");
  }
  --nesting_;
  return result;
}

Dim Parser::call(std::string_view function, std::size_t position) {
  expect("(");
  if (function == "floor" || function == "ceil") {
    const Fraction value = sum_of_products();
    expect(")");
    return at(position,
              [&] { return function == "floor" ? floor_div(value.above, value.below) : ceil_div(value.above, value.below); });
  }
  std::vector<Dim> arguments{whole()};
  while (take(",")) arguments.push_back(whole());
  expect(")");
  const bool is_unary = function == "abs";
  const bool is_binary = function == "mod";
  if (is_unary ? arguments.size() != 1 : (arguments.size() < 2 || (is_binary && arguments.size() > 2))) {
    fail(position, std::string(function) + (is_unary    ? " has one argument"
                                            : is_binary ? " has two arguments"
                                                        : " has two arguments or more"));
  }
  return at(position, [&] {
    if (is_unary) return abs(arguments[0]);
    if (is_binary) return mod(arguments[0], arguments[1]);
    return function == "max" ? max(arguments) : min(arguments);
  });
}

}  // namespace

std::variant<Dim, DimParseError> Dim::parse(std::string_view text) {
  try {
    return Parser(text).parse();
  } catch (DimParseError& error) {
    return std::move(error);
  } catch (const AlgebraError& error) {
    return DimParseError{0, error.what()};
  }
}

}  // namespace macroscope
