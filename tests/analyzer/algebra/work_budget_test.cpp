// Past a budget expressions have names: is every value still exact, and does the work grow no faster than what is asked for?
#include "analyzer/algebra/work_budget.h"

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "analyzer/algebra/evaluation.h"
#include "analyzer/algebra/named_parts.h"
#include "catch.h"

namespace macroscope {
namespace {

using algebra::BudgetInForce;
using algebra::WorkBudget;

std::vector<Dim> symbols(int count) {
  std::vector<Dim> made;
  for (int i = 0; i < count; ++i) made.push_back(Dim::symbol("s" + std::to_string(i)));
  return made;
}

std::int64_t floored(std::int64_t a, std::int64_t b) { return a / b - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0); }

/// One random step on an expression and on the number that it stands for.
class RandomSteps {
 public:
  RandomSteps(unsigned seed, int size) : random_(seed), symbols_(symbols(4)), dim_(symbols_[0]), number_(size), size_(size) {}

  void step() {
    const Dim& other = symbols_[draw(4)];
    const auto number = static_cast<std::int64_t>(draw(5) + 2);
    switch (draw(8)) {
      case 0:
        return set(dim_ + other, number_ + size_);
      case 1:
        return set(dim_ * 2 - other, number_ * 2 - size_);
      case 2:
        return set(floor_div(dim_ + number, number), floored(number_ + number, number));
      case 3:
        return set(max(dim_, other * number), std::max(number_, size_ * number));
      case 4:
        return set(min(dim_ + other, other * number + 1), std::min(number_ + size_, size_ * number + 1));
      case 5:
        return set(ceil_div(dim_, number) + other, -floored(-number_, number) + size_);
      case 6:
        return set(floor_div(dim_ * other + 1, other + 1), floored(number_ * size_ + 1, size_ + 1));
      default:
        return set(mod(dim_, Dim(97)) + other * number, number_ - 97 * floored(number_, 97) + size_ * number);
    }
  }

  [[nodiscard]] const Dim& dim() const noexcept { return dim_; }
  [[nodiscard]] std::int64_t number() const noexcept { return number_; }

 private:
  std::size_t draw(std::size_t below) { return random_() % below; }
  void set(Dim dim, std::int64_t number) {
    dim_ = std::move(dim);
    number_ = number;
    if (std::abs(number_) > 1'000'000) set(floor_div(dim_, 1024), floored(number_, 1024));
  }

  std::mt19937 random_;
  std::vector<Dim> symbols_;
  Dim dim_;
  std::int64_t number_;
  std::int64_t size_;
};

std::optional<std::int64_t> substituted(const Dim& dim, std::int64_t size) {
  Bindings bindings;
  for (std::string& symbol : dim.symbols()) bindings.emplace(std::move(symbol), size);
  return dim.substitute(bindings).number();
}

}  // namespace

TEST_CASE("values are exact within a budget and past it", "[algebra]") {
  const bool is_spent = GENERATE(false, true);
  for (unsigned seed = 0; seed < 200; ++seed) {
    const int size = static_cast<int>(seed % 9) + 1;
    WorkBudget budget(WorkBudget::kMaxSteps, is_spent);
    const BudgetInForce in_force(budget);
    RandomSteps steps(seed, size);
    for (int i = 0; i < 60; ++i) {
      steps.step();
      CAPTURE(seed, i, steps.dim().text());
      REQUIRE(value_at(steps.dim(), size) == Int128{steps.number()});
    }
    REQUIRE(substituted(steps.dim(), size) == steps.number());
    if (const auto low = steps.dim().lower_bound()) CHECK(*low <= steps.number());
    if (const auto high = steps.dim().upper_bound()) CHECK(*high >= steps.number());
  }
}

TEST_CASE("past a budget what is spelled stays short, and names tell the rest", "[algebra]") {
  WorkBudget budget(WorkBudget::kMaxSteps, true);
  const BudgetInForce in_force(budget);
  Dim sum;
  for (const Dim& symbol : symbols(300)) {
    sum += symbol;
    REQUIRE(sum.size() <= algebra::kTightLimits.size);
  }
  NamedParts parts;
  parts.add(sum);
  std::map<std::string, std::string> texts;
  parts.for_each([&](const std::string& name, const Dim& meaning) { texts.emplace(name, meaning.text()); });
  CHECK(texts.size() > 20);
  // All definitions put back in place: the sum of 300 symbols that are 7.
  std::map<std::string, std::int64_t> values;
  const std::function<std::int64_t(const std::string&)> value_of = [&](const std::string& name) -> std::int64_t {
    const auto definition = texts.find(name);
    if (definition == texts.end()) return 7;
    const auto [known, is_new] = values.try_emplace(name, 0);
    if (is_new) {
      const Dim meaning = std::get<Dim>(Dim::parse(definition->second));
      Bindings bindings;
      for (const std::string& symbol : meaning.symbols()) bindings.emplace(symbol, value_of(symbol));
      values[name] = *meaning.substitute(bindings).number();
    }
    return values[name];
  };
  const Dim shown = std::get<Dim>(Dim::parse(sum.text()));
  Bindings bindings;
  for (const std::string& symbol : shown.symbols()) bindings.emplace(symbol, value_of(symbol));
  CHECK(shown.substitute(bindings).number() == 2100);
}

TEST_CASE("the same operations cost the same steps and have the same names", "[algebra]") {
  const auto text = [] {
    WorkBudget budget;
    const BudgetInForce in_force(budget);
    const std::vector<Dim> s = symbols(8);
    Dim total = s[0];
    for (std::size_t i = 0; i < 900; ++i) total = i % 2 == 0 ? max(total + s[i % 7], s[(3 * i) % 8]) : floor_div(total, 3);
    return total.text() + " after " + std::to_string(budget.steps());
  };
  CHECK(text() == text());
}

TEST_CASE("a node has its own allowance, a model one for all", "[algebra]") {
  WorkBudget budget;
  budget.charge(WorkBudget::kMaxNodeSteps + 1);
  CHECK_FALSE(budget.is_spent());  // nobody said yet that it is for a node
  budget.begin_node();
  budget.charge(WorkBudget::kMaxNodeSteps + 1);
  CHECK(budget.is_spent());
  budget.begin_node();
  CHECK_FALSE(budget.is_spent());
  CHECK(budget.was_spent());
  budget.end_node();
  budget.charge(WorkBudget::kMaxNodeSteps + 1);
  CHECK_FALSE(budget.is_spent());
  while (budget.steps() <= WorkBudget::kMaxSteps) {
    budget.charge(WorkBudget::kMaxNodeSteps);
    budget.begin_node();
  }
  CHECK(budget.is_spent());
}

TEST_CASE("a budget is in force until the one before it is again", "[algebra]") {
  CHECK(BudgetInForce::current() == nullptr);
  WorkBudget outer, inner;
  {
    const BudgetInForce first(outer);
    {
      const BudgetInForce second(inner);
      algebra::charge(3);
    }
    algebra::charge(5);
  }
  CHECK(BudgetInForce::current() == nullptr);
  algebra::charge(7);
  CHECK(inner.steps() == 3);
  CHECK(outer.steps() == 5);
}

namespace {

/// Steps of `count` operations: deterministic, whatever the machine.
std::uint64_t steps_of(const std::function<void(int)>& operations, int count) {
  WorkBudget budget;
  const BudgetInForce in_force(budget);
  operations(count);
  return budget.steps();
}

void floors_of_floors(int count) {
  Dim size = Dim::symbol("H");
  for (int i = 0; i < count; ++i) size = floor_div(size - 3, 2) + 1;
}
void scales_up_and_down(int count) {
  Dim size = Dim::symbol("H");
  for (int i = 0; i < count; ++i) size = i % 2 == 0 ? floor_div(size * 3, 2) : floor_div(size, 2);
}
void minima_and_maxima_of_sums(int count) {
  const std::vector<Dim> s = symbols(32);
  Dim total = s[0];
  for (int i = 0; i < count; ++i) {
    total += s[static_cast<std::size_t>(i % 31 + 1)];
    const Dim& other = s[static_cast<std::size_t>(7 * i % 32)];
    total = i % 2 == 0 ? min(total, other) : max(total, other);
  }
}
void clipped_slices(int count) {
  Dim size = Dim::symbol("H");
  for (int i = 0; i < count; ++i) size = max(floor_div(size - min(Dim(1), size), 2), Dim(0));
}
void splits(int count) {
  Dim size = Dim::symbol("H");
  for (int i = 0; i < count; ++i) {
    const Dim first = ceil_div(size, 2);
    size = size - first + first + (size - first);
    static_cast<void>(at_least(size, 0));
  }
}
void sums(int count) {
  Dim sum;
  for (const Dim& symbol : symbols(count)) sum += symbol;
}
void tree_of_sums(int count) {
  std::vector<Dim> level = symbols(count);
  while (level.size() > 1) {
    std::vector<Dim> next;
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) next.push_back(level[i] + level[i + 1]);
    if (level.size() % 2 != 0) next.push_back(level.back());
    level = std::move(next);
  }
}
void products_of_sums(int count) {
  Dim product = 1;
  for (const Dim& symbol : symbols(count)) product = (product + symbol) * symbol;
}
void floors_by_symbols(int count) {
  const std::vector<Dim> s = symbols(8);
  Dim size = s[0];
  for (int i = 0; i < count; ++i)
    size = floor_div(size * s[static_cast<std::size_t>(i % 7 + 1)] + 1, s[static_cast<std::size_t>((i + 3) % 8)]);
}

}  // namespace

TEST_CASE("steps grow no faster than twice where operations double", "[algebra]") {
  const std::map<std::string, void (*)(int)> chains{
      {"floors of floors", floors_of_floors},
      {"scales", scales_up_and_down},
      {"minima and maxima", minima_and_maxima_of_sums},
      {"slices", clipped_slices},
      {"splits", splits},
      {"sums", sums},
      {"tree of sums", tree_of_sums},
      {"products", products_of_sums},
      {"floors by symbols", floors_by_symbols},
  };
  constexpr double kStepsOfGrowing = 2'000'000;
  for (const auto& [name, chain] : chains) {
    CAPTURE(name);
    std::uint64_t before = steps_of(chain, 2000);
    for (int count = 4000; count <= 16000; count *= 2) {
      const std::uint64_t steps = steps_of(chain, count);
      CAPTURE(count, before, steps);
      // Before the budget is spent expressions still become longer; the budget itself bounds that part.
      CHECK(static_cast<double>(steps) <= 2.3 * static_cast<double>(before) + kStepsOfGrowing);
      before = steps;
    }
    // Past it each operation takes a few hundred steps at most.
    CHECK(steps_of(chain, 32000) - steps_of(chain, 16000) < 16000U * 600U);
  }
}

TEST_CASE("nested minima and maxima take no exponential time", "[algebra]") {
  // Without any budget: twelve levels took minutes where each asked its arguments in full for their parts.
  const std::vector<Dim> s = symbols(32);
  Dim total = s[0];
  for (std::size_t i = 0; i < 24; ++i) {
    total += s[i + 1];
    total = i % 2 == 0 ? min(total, s[7 * i % 32]) : max(total, s[7 * i % 32]);
  }
  std::int64_t number = 5;
  for (int i = 0; i < 24; ++i)
    number = i % 2 == 0 ? std::min<std::int64_t>(number + 5, 5) : std::max<std::int64_t>(number + 5, 5);
  CHECK(value_at(total, 5) == Int128{number});
  CHECK(substituted(total, 5) == number);
}

}  // namespace macroscope
