// Symbolic integers: what is a quantity, exactly, when some of the sizes it depends on are only names?
//
// A Dim is an integer: a plain number, or a polynomial with integer coefficients over named sizes in which floor division, min,
// max and mod may stand where a name does.  Equal polynomials have one spelling, so equality is a comparison of structure.
//
//   Dim h = Dim::symbol("H");
//   floor_div(floor_div(h + 1, 2) + 1, 2).text()   ->  "floor((H + 3)/4)"
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace macroscope {

__extension__ typedef __int128 Int128;

/// An exact result that does not exist: a coefficient past 128 bits, a division by zero, the extent of an axis that a shape lacks.
class AlgebraError : public std::runtime_error {
 public:
  explicit AlgebraError(const std::string& message, std::string_view code = "overflow")
      : std::runtime_error(message), code_(code) {}
  /// Of the diagnostic that it becomes where a node is at fault.
  [[nodiscard]] std::string_view code() const noexcept { return code_; }

 private:
  std::string_view code_;
};

class Dim;

namespace algebra {
class Expression;  // the immutable, shared body of a Dim that is not a plain 64-bit number
void retain(const Expression& body) noexcept;
void release(const Expression* body) noexcept;
Dim sum(const Dim& a, const Dim& b);
Dim difference(const Dim& a, const Dim& b);
Dim product(const Dim& a, const Dim& b);
bool same_body(const Dim& a, const Dim& b) noexcept;
}  // namespace algebra

/// What takes the place of which symbol.
using Bindings = std::map<std::string, Dim, std::less<>>;

/// Where and why a text is no expression.
struct DimParseError {
  std::size_t position = 0;
  std::string message;
};

class Dim {
 public:
  Dim() noexcept = default;
  /// A plain number is an extent; it costs no allocation.
  // clang-format off
  template <std::integral I>
    requires(sizeof(I) <= sizeof(std::int64_t) && (std::signed_integral<I> || sizeof(I) < sizeof(std::int64_t)))
  Dim(I number) noexcept : number_(number) {}
  // clang-format on
  /// Exact for every 64-bit unsigned length.
  static Dim of_size(std::uint64_t size) { return of_int128(static_cast<Int128>(size)); }
  static Dim of_int128(Int128 number);
  /// A named size: an integer of at least 0.  `name` is an identifier `[A-Za-z_]\w*`.
  static Dim symbol(std::string_view name);

  Dim(const Dim& other) noexcept : expression_(other.expression_), number_(other.number_) {
    if (expression_ != nullptr) algebra::retain(*expression_);
  }
  Dim(Dim&& other) noexcept : expression_(std::exchange(other.expression_, nullptr)), number_(other.number_) {}
  Dim& operator=(const Dim& other) noexcept {  // NOLINT(bugprone-unhandled-self-assignment): retains before it releases
    if (other.expression_ != nullptr) algebra::retain(*other.expression_);
    reset(other.expression_, other.number_);
    return *this;
  }
  Dim& operator=(Dim&& other) noexcept {
    if (this != &other) reset(std::exchange(other.expression_, nullptr), other.number_);
    return *this;
  }
  ~Dim() {
    if (expression_ != nullptr) algebra::release(expression_);
  }

  [[nodiscard]] bool is_number() const noexcept { return expression_ == nullptr; }
  /// The number, if this is one that fits 64 bits.
  [[nodiscard]] std::optional<std::int64_t> number() const noexcept {
    return is_number() ? std::optional(number_) : std::nullopt;
  }
  /// The number, if this is one of any size up to 128 bits.
  [[nodiscard]] std::optional<Int128> integer() const noexcept;
  [[nodiscard]] bool is(std::int64_t number) const noexcept { return expression_ == nullptr && number_ == number; }

  /// Exact arithmetic; throws AlgebraError past 128 bits.
  friend Dim operator+(const Dim& a, const Dim& b) {
    std::int64_t result = 0;
    if (a.is_number() && b.is_number() && !__builtin_add_overflow(a.number_, b.number_, &result)) return result;
    return algebra::sum(a, b);
  }
  friend Dim operator-(const Dim& a, const Dim& b) {
    std::int64_t result = 0;
    if (a.is_number() && b.is_number() && !__builtin_sub_overflow(a.number_, b.number_, &result)) return result;
    return algebra::difference(a, b);
  }
  friend Dim operator*(const Dim& a, const Dim& b) {
    std::int64_t result = 0;
    if (a.is_number() && b.is_number() && !__builtin_mul_overflow(a.number_, b.number_, &result)) return result;
    return algebra::product(a, b);
  }
  Dim operator-() const { return Dim(0) - *this; }
  /// Totals add up plain numbers most of the time: those stay where they are.
  Dim& operator+=(const Dim& b) {
    std::int64_t result = 0;
    if (!is_number() || !b.is_number() || __builtin_add_overflow(number_, b.number_, &result)) return *this = *this + b;
    number_ = result;
    return *this;
  }
  Dim& operator-=(const Dim& b) { return *this = *this - b; }
  Dim& operator*=(const Dim& b) {
    std::int64_t result = 0;
    if (!is_number() || !b.is_number() || __builtin_mul_overflow(number_, b.number_, &result)) return *this = *this * b;
    number_ = result;
    return *this;
  }

  /// Equality of structure: one spelling per value.  What may escape it, never the other way round: floors of floors, min and max inside
  /// floors or of three and more, and what was named in another order of growth.
  friend bool operator==(const Dim& a, const Dim& b) noexcept {
    if (a.is_number() || b.is_number()) return a.is_number() && b.is_number() && a.number_ == b.number_;
    return a.expression_ == b.expression_ || algebra::same_body(a, b);
  }
  /// A total order of spellings, for sorted output; not an order of values.
  friend std::strong_ordering order_of_spelling(const Dim& a, const Dim& b) noexcept;
  [[nodiscard]] std::size_t hash() const noexcept;

  /// What is certain for all values of the symbols (each an integer >= 0); empty where nothing is.
  [[nodiscard]] std::optional<Int128> lower_bound() const;
  [[nodiscard]] std::optional<Int128> upper_bound() const;

  /// Every symbol replaced that `bindings` names, at once; the result is simplified again.
  [[nodiscard]] Dim substitute(const Bindings& bindings) const;
  /// The names of the symbols it depends on, through named definitions too: sorted, each once.
  [[nodiscard]] std::vector<std::string> symbols() const;
  /// Number of terms and atoms; past kMaxSize, or nested too deeply, an expression is named, see definitions().
  [[nodiscard]] std::size_t size() const noexcept;
  /// The definitions that text() refers to by name, innermost first, each once.
  [[nodiscard]] std::vector<std::pair<std::string, Dim>> definitions() const;
  /// Whether there are any, without a walk over what they stand for.
  [[nodiscard]] bool has_definitions() const noexcept;

  /// `1053696*N*floor((H + 1)/2)`: operators + - * / ^, functions floor ceil max min mod abs; `/` only inside floor.
  /// A number of any size is plain decimal digits.  Independent of any locale.
  [[nodiscard]] std::string text() const;
  /// The same with what the terms share in front of parentheses: `3*(w*d - d + 1)`, `C*(K^2 + 1)*(H - 2)`; for reading.
  [[nodiscard]] std::string factored_text() const;
  /// text() for a mathematics mode: `1053696 N \left\lfloor \frac{H + 1}{2} \right\rfloor`.
  [[nodiscard]] std::string latex() const;
  /// Reads what text() writes, and `//` as floor division, `%` as mod, `**` as `^`, ceil(a/b), abs(a).
  /// Bounded depth and size; never throws on a text.
  static std::variant<Dim, DimParseError> parse(std::string_view text);

  /// Expressions of more terms and atoms than this are replaced by a name with a definition.
  static constexpr std::size_t kMaxSize = 256;

 private:
  friend class algebra::Expression;
  explicit Dim(const algebra::Expression* owned) noexcept : expression_(owned) {}
  void reset(const algebra::Expression* owned, std::int64_t number) noexcept {
    const algebra::Expression* const old = std::exchange(expression_, owned);
    number_ = number;
    if (old != nullptr) algebra::release(old);
  }

  const algebra::Expression* expression_ = nullptr;  // reference counted; null: number_ holds the value
  std::int64_t number_ = 0;
};

/// floor(a / b) for every sign of a and b; AlgebraError if b is the number 0.  A divisor with symbols is taken not to be 0, so that
/// N/N is 1: the caller records that as an assumption.
Dim floor_div(const Dim& a, const Dim& b);
/// ceil(a / b) = -floor(-a / b).
Dim ceil_div(const Dim& a, const Dim& b);
/// a - b * floor(a / b).
Dim mod(const Dim& a, const Dim& b);
Dim min(const Dim& a, const Dim& b);
Dim max(const Dim& a, const Dim& b);
/// Of one or more; AlgebraError for none.
Dim min(std::span<const Dim> arguments);
Dim max(std::span<const Dim> arguments);
Dim abs(const Dim& a);
Dim power(const Dim& base, unsigned exponent);
/// a / b where the division of polynomials leaves no remainder; empty otherwise.
std::optional<Dim> exact_quotient(const Dim& a, const Dim& b);

/// Is a certainly, never, or perhaps at least b, for all values of the symbols?
enum class Certainty { always, never, unknown };
Certainty at_least(const Dim& a, const Dim& b);
/// Are two quantities the same?  `never` if they differ for all values of the symbols.
Certainty equal(const Dim& a, const Dim& b);

}  // namespace macroscope
