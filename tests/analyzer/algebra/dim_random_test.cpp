// Does every rule of the algebra keep the value?  Random expressions, calculated on plain integers and as Dims.
#include <optional>
#include <variant>

#include "analyzer/algebra/dim.h"
#include "catch.h"
#include "random_expression.h"

using namespace macroscope;
using namespace macroscope::test;

namespace {

/// What a Dim is at given sizes; empty where a number on the way is past 128 bits or a divisor is 0.
std::optional<Int128> value_at(const Dim& dim, const Values& values) {
  try {
    return dim.substitute(bindings(values)).integer();
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

struct Agreement {
  std::size_t compared = 0;
  std::size_t gave_up = 0;
};

/// Evaluates both at random sizes.  A Dim may only give up where large numbers or a divisor of 0 in a part that the value does not need
/// come into play.
void compare(const Tree& tree, const Dim& dim, Random& random, Agreement& agreement, int times) {
  for (int i = 0; i < times; ++i) {
    const Values values = random.values();
    const std::optional<Int128> expected = tree.value(values);
    if (!expected) continue;
    const std::optional<Int128> actual = value_at(dim, values);
    if (!actual) {
      ++agreement.gave_up;
      continue;
    }
    ++agreement.compared;
    if (*actual == *expected) continue;
    CAPTURE(dim.text(), Dim::of_int128(*expected).text(), Dim::of_int128(*actual).text());
    for (const auto& [name, value] : bindings(values)) UNSCOPED_INFO(name << " = " << value.text());
    CHECK(*actual == *expected);
    return;
  }
}

/// A random expression as a Dim; empty where its coefficients do not fit 128 bits or it divides by 0.
std::optional<Dim> random_dim(Random& random, int depth, bool linear, Operation last = Operation::abs) {
  try {
    return random.tree(depth, linear, last)->dim();
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

}  // namespace

TEST_CASE("a Dim has the value that plain integers give", "[dim][random]") {
  const bool linear = GENERATE(false, true);
  const int depth = GENERATE(2, 3, 4, 5, 6);
  CAPTURE(linear, depth);
  Random random(static_cast<std::uint64_t>(depth) * 2 + (linear ? 1 : 0));
  Agreement agreement;
  for (int i = 0; i < 500; ++i) {
    const auto tree = random.tree(depth, linear);
    Dim dim;
    try {
      dim = tree->dim();
    } catch (const AlgebraError&) {
      continue;
    }
    compare(*tree, dim, random, agreement, 20);
  }
  CHECK(agreement.compared > 5000);
  CHECK(agreement.gave_up * 50 < agreement.compared);
}

TEST_CASE("no value lies outside the bounds", "[dim][random]") {
  Random random(77);
  std::size_t bounded = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::optional<Dim> dim = random_dim(random, 4, i % 2 == 0);
    if (!dim) continue;
    const std::optional<Int128> low = dim->lower_bound();
    const std::optional<Int128> high = dim->upper_bound();
    if (!low && !high) continue;
    ++bounded;
    for (int j = 0; j < 20; ++j) {
      const Values values = random.values();
      const std::optional<Int128> value = value_at(*dim, values);
      if (!value) continue;
      CAPTURE(dim->text(), Dim::of_int128(*value).text());
      if (low) REQUIRE(*low <= *value);
      if (high) REQUIRE(*value <= *high);
    }
  }
  CHECK(bounded > 1000);
}

TEST_CASE("what is certain of two Dims holds for their values", "[dim][random]") {
  Random random(78);
  std::size_t decided = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::optional<Dim> a = random_dim(random, 3, i % 2 == 0);
    const std::optional<Dim> b = random_dim(random, 2, i % 2 == 0);
    if (!a || !b) continue;
    const Certainty order = at_least(*a, *b);
    const Certainty equality = equal(*a, *b);
    decided += order != Certainty::unknown ? 1U : 0U;
    for (int j = 0; j < 20; ++j) {
      const Values values = random.values();
      const std::optional<Int128> x = value_at(*a, values);
      const std::optional<Int128> y = value_at(*b, values);
      if (!x || !y) continue;
      CAPTURE(a->text(), b->text());
      if (order != Certainty::unknown) REQUIRE((*x >= *y) == (order == Certainty::always));
      if (equality != Certainty::unknown) REQUIRE((*x == *y) == (equality == Certainty::always));
    }
  }
  CHECK(decided > 300);
}

TEST_CASE("sums and products have one spelling in whatever order they are built", "[dim][random]") {
  Random random(5);
  for (int i = 0; i < 2000; ++i) {
    const std::optional<Dim> a = random_dim(random, 3, i % 3 == 0);
    const std::optional<Dim> b = random_dim(random, 2, i % 3 == 0);
    const std::optional<Dim> c = random_dim(random, 2, i % 3 == 0);
    // What is named as a whole keeps the order in which it grew.
    if (!a || !b || !c || a->size() * (b->size() + c->size()) > Dim::kMaxSize) continue;
    CAPTURE(a->text(), b->text(), c->text());
    REQUIRE((*a + *b) + *c == *a + (*b + *c));
    REQUIRE(*a + *b == *b + *a);
    REQUIRE(*a * *b == *b * *a);
    REQUIRE(*a * (*b + *c) == *a * *b + *a * *c);
    REQUIRE((*a - *b) + *b == *a);
    REQUIRE((*a - *a).is(0));
    REQUIRE(((*a + *b) + *c).hash() == (*a + (*b + *c)).hash());
    REQUIRE(max(*a, *b) == max(*b, *a));
    REQUIRE(min(*a, *b) == min(*b, *a));
  }
}

TEST_CASE("what is alike in a division or a maximum is taken out", "[dim][random]") {
  // Without min, max and abs inside: these choose their spelling by what is beside them.
  Random random(6);
  for (int i = 0; i < 2000; ++i) {
    const std::optional<Dim> a = random_dim(random, 3, i % 3 == 0, Operation::mod);
    const std::optional<Dim> b = random_dim(random, 2, i % 3 == 0, Operation::mod);
    const std::optional<Dim> c = random_dim(random, 2, i % 3 == 0, Operation::mod);
    const std::optional<Dim> polynomial = random_dim(random, 3, i % 3 == 0, Operation::multiply);
    if (!a || !b || !c || !polynomial || a->size() * (b->size() + c->size()) > Dim::kMaxSize) continue;
    CAPTURE(a->text(), b->text(), c->text(), polynomial->text());
    REQUIRE(floor_div(floor_div(*polynomial + 1, 3) + 2, 4) == floor_div(*polynomial + 7, 12));
    REQUIRE(max(*a + *c, *b + *c) == max(*a, *b) + *c);
    REQUIRE(max(6 * *a, 6 * *b) == 6 * max(*a, *b));
    REQUIRE(min(*a, *b) + max(*a, *b) == *a + *b);
    REQUIRE(-min(-*a, -*b) == max(*a, *b));
    REQUIRE(floor_div(*a + 3 * *b, 3) == floor_div(*a, 3) + *b);
    REQUIRE(floor_div(6 * *a, 4) == floor_div(3 * *a, 2));
    REQUIRE(ceil_div(*a, 3) == floor_div(*a + 2, 3));
    REQUIRE(mod(*a + 5 * *b, 5) == mod(*a, 5));
  }
}

TEST_CASE("min and max of many have one spelling in whatever order they are built", "[dim][random]") {
  Random random(7);
  for (int i = 0; i < 500; ++i) {
    std::vector<Dim> parts;
    for (int j = 0; j < 4; ++j) parts.push_back(*random_dim(random, 2, true, Operation::multiply));
    CAPTURE(parts[0].text(), parts[1].text(), parts[2].text(), parts[3].text());
    const Dim all = max(parts);
    REQUIRE(max(max(max(parts[0], parts[1]), parts[2]), parts[3]) == all);
    REQUIRE(max(max(parts[3], parts[1]), max(parts[2], parts[0])) == all);
    REQUIRE(max(parts[1], max(parts[2], max(parts[3], parts[0]))) == all);
    REQUIRE(min(min(parts[3], parts[1]), min(parts[2], parts[0])) == min(parts));
  }
}

TEST_CASE("a text reads back as what it was written from", "[dim][random]") {
  Random random(6);
  std::size_t compared = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::optional<Dim> dim = random_dim(random, 4, i % 2 == 0);
    if (!dim || !dim->definitions().empty()) continue;
    CAPTURE(dim->text());
    const std::variant<Dim, DimParseError> parsed = Dim::parse(dim->text());
    REQUIRE(std::holds_alternative<Dim>(parsed));
    REQUIRE(std::get<Dim>(parsed) == *dim);
    CAPTURE(dim->factored_text());
    REQUIRE(std::get<Dim>(Dim::parse(dim->factored_text())) == *dim);
    ++compared;
  }
  CHECK(compared > 2000);
}

TEST_CASE("substituting in two steps gives what one step gives", "[dim][random]") {
  Random random(9);
  std::size_t compared = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::optional<Dim> dim = random_dim(random, 4, i % 2 == 0);
    const std::optional<Dim> inner = random_dim(random, 2, true);
    if (!dim || !inner) continue;
    for (int j = 0; j < 5; ++j) {
      Values values = random.values();
      const std::optional<Int128> height = value_at(*inner, values);
      if (!height || *height < 0) continue;
      Dim composed;
      try {
        composed = dim->substitute({{kSymbolNames[0], *inner}});
      } catch (const AlgebraError&) {
        continue;
      }
      const std::optional<Int128> stepwise = value_at(composed, values);
      values[0] = *height;
      const std::optional<Int128> direct = value_at(*dim, values);
      if (!stepwise || !direct) continue;
      CAPTURE(dim->text(), inner->text(), composed.text());
      REQUIRE(*stepwise == *direct);
      ++compared;
    }
  }
  CHECK(compared > 1000);
}

TEST_CASE("a product divides by its factors", "[dim][random]") {
  Random random(10);
  for (int i = 0; i < 2000; ++i) {
    const std::optional<Dim> a = random_dim(random, 3, i % 2 == 0);
    const std::optional<Dim> b = random_dim(random, 2, i % 2 == 0);
    if (!a || !b || b->is(0) || a->size() * b->size() > Dim::kMaxSize) continue;
    CAPTURE(a->text(), b->text());
    const std::optional<Dim> quotient = exact_quotient(*a * *b, *b);
    REQUIRE(quotient);
    REQUIRE(*quotient == *a);
    REQUIRE(floor_div(*a * *b, *b) == *a);
  }
}
