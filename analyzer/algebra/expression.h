// Expression nodes: what is inside a Dim that is not a plain number?
//
// A sum of terms; a term is a coefficient and a product of powers of atoms; an atom is whatever a polynomial cannot look into: a
// symbol, a floor division, a min, a max, or a definition, which is the name of an expression that grew too large.  Everything is
// immutable and shared by counted references.
#pragma once

#include <atomic>
#include <boost/container/small_vector.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analyzer/algebra/dim.h"
#include "analyzer/algebra/work_budget.h"

namespace macroscope::algebra {

__extension__ typedef unsigned __int128 Unsigned128;

/// The values something can take: low <= value <= high; an end that is absent is not known.
struct Interval {
  std::optional<Int128> low;
  std::optional<Int128> high;
};

/// In the order in which a term spells them.
enum class AtomKind : std::uint8_t { symbol, definition, quotient, minimum, maximum };

struct Atom {
  /// Rarely more than two: kept within the atom, where whoever looks at it finds them without a further access to memory.
  using Operands = boost::container::small_vector<Dim, 2>;

  Atom(AtomKind kind, std::string name, Operands operands, Interval range);

  AtomKind kind;
  std::string name;   ///< of a symbol or a definition
  Operands operands;  ///< quotient: dividend, divisor; min, max: arguments; definition: what it stands for
  Interval range;
  std::uint64_t hash = 0;  ///< of the structure; the same in every run
  std::size_t size = 1;    ///< terms and atoms, those inside included
  std::size_t depth = 1;   ///< of nested atoms; a definition hides what is inside
  mutable std::atomic<std::size_t> references{0};
  mutable const Atom* next_dead = nullptr;  ///< the next definition that waits to be deleted

  /// What a definition is where every symbol is `size`; empty where that is past 128 bits.
  struct KnownValue {
    std::int64_t size;
    std::optional<Int128> value;
    const KnownValue* next;
  };
  /// Null where nobody has asked.
  [[nodiscard]] const KnownValue* known_value(std::int64_t size) const noexcept;
  void remember_value(std::int64_t size, const std::optional<Int128>& value) const;

  Atom(const Atom&) = delete;
  Atom& operator=(const Atom&) = delete;
  ~Atom();

 private:
  /// Of a few sizes; threads add in front.
  mutable std::atomic<const KnownValue*> known_values_{nullptr};
};

void intrusive_ptr_add_ref(const Atom* atom) noexcept;
void intrusive_ptr_release(const Atom* atom) noexcept;
using AtomPointer = boost::intrusive_ptr<const Atom>;

struct Factor {
  AtomPointer atom;
  std::uint32_t power = 1;
};

/// Factors in order of their atoms, each atom once.
struct Monomial {
  boost::container::small_vector<Factor, 2> factors;
  std::uint64_t degree = 0;

  [[nodiscard]] bool is_one() const noexcept { return factors.empty(); }
  /// How often an atom is a factor.
  [[nodiscard]] std::uint32_t power_of(const Atom& atom) const noexcept;
  /// The atom, if this is one atom to the power 1.
  [[nodiscard]] const Atom* lone_atom() const noexcept { return degree == 1 ? factors.front().atom.get() : nullptr; }
};

struct Term {
  Int128 coefficient = 0;
  Monomial monomial;
};

/// Highest degree first, then by the atoms; each monomial once; no coefficient 0.  This is an order in which products of terms sort as
/// their factors do, which long division needs.  Most sums of large models have one term: it is kept in place.
using Terms = boost::container::small_vector<Term, 1>;

class Expression {
 public:
  explicit Expression(Terms canonical);

  Terms terms;
  std::uint64_t hash = 0;
  std::size_t size = 0;
  std::size_t depth = 0;
  mutable std::atomic<std::size_t> references{1};

  static const Expression* of(const Dim& dim) noexcept { return dim.expression_; }
  static Dim adopt(const Expression* owned) noexcept { return Dim(owned); }
};

/// The terms of any Dim, a plain number included, without an allocation.
class TermView {
 public:
  explicit TermView(const Dim& dim) noexcept;
  TermView(const TermView&) = delete;
  TermView& operator=(const TermView&) = delete;

  [[nodiscard]] std::span<const Term> terms() const noexcept { return terms_; }
  [[nodiscard]] auto begin() const noexcept { return terms_.begin(); }
  [[nodiscard]] auto end() const noexcept { return terms_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return terms_.size(); }
  [[nodiscard]] const Term& front() const noexcept { return terms_.front(); }

 private:
  std::optional<Term> constant_;
  std::span<const Term> terms_;
};

// Checked arithmetic; AlgebraError past 128 bits.
Int128 checked_add(Int128 a, Int128 b);
Int128 checked_multiply(Int128 a, Int128 b);
/// floor(a / b); b > 0.
Int128 floor_quotient(Int128 a, Int128 b);
Int128 greatest_common_divisor(Int128 a, Int128 b);

/// Dim::hash(), the same on every machine.
std::uint64_t stable_hash(const Dim& dim) noexcept;

std::strong_ordering compare(const Atom& a, const Atom& b) noexcept;
std::strong_ordering compare(const Monomial& a, const Monomial& b) noexcept;
bool same(const Atom& a, const Atom& b) noexcept;

/// The atom to the power 1.
Monomial monomial_of(AtomPointer atom);
Monomial multiply(const Monomial& a, const Monomial& b);
/// a / b where every atom of b is in a as often.
std::optional<Monomial> divide(const Monomial& a, const Monomial& b);
/// The factors that both have.
Monomial common_factors(const Monomial& a, const Monomial& b);

/// a + factor * b; both canonical.
Terms add_scaled(std::span<const Term> a, std::span<const Term> b, const Term& factor);
/// Sorts terms of any order, adds up those alike and drops zeros.
void canonicalize(Terms& terms);

/// The terms with `value` in the place of an atom; empty where that is too much work or a coefficient grows too large.
std::optional<Terms> with_replacement(std::span<const Term> terms, const Atom& atom, std::span<const Term> value);

/// The value of canonical terms: a plain number where it is one, a name where it is too large.
Dim make_dim(Terms canonical);
Dim make_dim(Int128 number);
/// An atom as an expression; its value where its range has only one.
Dim make_dim(AtomPointer atom);
Dim make_dim(Term term);

/// A name for an expression; the same one for equal expressions.
Dim make_definition(const Dim& meaning);

/// over / under; `under` is a number above 0.
struct Quotient {
  Dim over;
  Dim under;
};
/// The same value without those floor divisions by numbers that never leave a remainder: floor((L^2 - L)/2) is (L^2 - L) / 2.
Quotient without_exact_floors(const Dim& dim);

/// Calls `visit` with each atom inside, once, after those inside it; through definitions too, however many there are.
void for_each_atom(const Dim& dim, const std::function<void(const Atom&)>& visit);
/// Those that are not known, nor within atoms that are.
void for_each_atom(const Dim& dim, const std::function<bool(const Atom&)>& is_known,
                   const std::function<void(const Atom&)>& visit);

/// Adds the definitions that an expression spells, but not what those are made of.
void add_definitions(const Dim& dim, std::vector<const Atom*>& found);

/// Writes a + b - max(a, b) for min(a, b).
void spell_with_maxima(Terms& terms);
/// Brings in the one of min(a, b) and max(a, b) that makes the sum shorter: they add up to a + b, so N + 3 - max(N, 3) is min(N, 3).
void settle_extrema(Terms& terms);

/// max(arguments) or min(arguments); at least one.
Dim extremum(AtomKind kind, std::vector<Dim> arguments);

/// Interval arithmetic, term by term.
Interval range_of(std::span<const Term> terms);
/// That, and where it says nothing, what follows from x - d < d*floor(x/d) <= x and from min and max being one of their arguments.
std::optional<Int128> lower_bound(std::span<const Term> terms);
std::optional<Int128> upper_bound(std::span<const Term> terms);
Interval range_of(const Dim& dim);
/// Are all values of the monomial certainly at least 0?
bool is_non_negative(const Monomial& monomial);

}  // namespace macroscope::algebra
