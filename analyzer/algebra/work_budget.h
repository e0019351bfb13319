// Work budget: how much algebra may one pass over a model do before sizes are no longer written out in full?
//
// Operations on expressions charge for the terms that they touch or write.  Past the budget expressions have a name much sooner, see
// Dim::definitions(): values stay exact, each further operation costs little, and nothing depends on time.  Without a budget in force
// nothing is counted.
#pragma once

#include <cstddef>
#include <cstdint>

namespace macroscope::algebra {

/// How far expressions are spelled out.
struct SpellingLimits {
  /// Terms and atoms of an expression, and atoms within atoms, past which it has a name: no walk over an expression recurses deeper than
  /// that, and other programs can read its text.
  std::size_t size;
  std::size_t depth;
  /// Products of terms that are multiplied out.
  std::size_t products;
  /// Terms looked at for the bound of one expression.
  std::size_t bound_work;
  /// Arguments of a maximum that take those of a maximum within, and rounds in which it is made simpler.
  std::size_t arguments;
  int rounds;
};
inline constexpr SpellingLimits kUsualLimits{256, 48, 2048, 512, 16, 16};
inline constexpr SpellingLimits kTightLimits{12, 3, 16, 0, 3, 2};

class WorkBudget {
 public:
  /// Terms touched in one pass, and for one node of it: the largest of ordinary models need a half of that.
  static constexpr std::uint64_t kMaxSteps = 10'000'000;
  static constexpr std::uint64_t kMaxNodeSteps = 2'000'000;

  WorkBudget() noexcept = default;
  /// \param is_spent from the start: an earlier pass over the same model used up its own
  explicit WorkBudget(bool is_spent) noexcept : is_spent_(is_spent) {}

  void charge(std::uint64_t steps) noexcept {
    steps_ += steps;
    is_spent_ = is_spent_ || steps_ > kMaxSteps;
    is_node_spent_ = is_node_spent_ || steps_ > node_end_;
    was_spent_ = was_spent_ || is_spent_ || is_node_spent_;
  }
  /// What follows is for one node, up to the next call: it has an allowance of its own.
  void begin_node() noexcept {
    node_end_ = steps_ + kMaxNodeSteps;
    is_node_spent_ = false;
  }

  [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }
  /// For what comes next.
  [[nodiscard]] bool is_spent() const noexcept { return is_spent_ || is_node_spent_; }
  /// Were expressions named sooner at any time?
  [[nodiscard]] bool was_spent() const noexcept { return was_spent_ || is_spent_; }

 private:
  std::uint64_t steps_ = 0;
  std::uint64_t node_end_ = kMaxSteps;
  bool is_spent_ = false;
  bool is_node_spent_ = false;
  bool was_spent_ = false;
};

/// Puts a budget in force on this thread while it lives; the one before is in force again afterwards.
class BudgetInForce {
 public:
  explicit BudgetInForce(WorkBudget& budget) noexcept;
  ~BudgetInForce();
  BudgetInForce(const BudgetInForce&) = delete;
  BudgetInForce& operator=(const BudgetInForce&) = delete;

  /// Null where there is none.
  [[nodiscard]] static WorkBudget* current() noexcept { return current_; }

 private:
  static thread_local WorkBudget* current_;
  WorkBudget* before_;
};

/// Charges the budget in force, if there is one.
inline void charge(std::size_t steps) noexcept {
  if (WorkBudget* const budget = BudgetInForce::current()) budget->charge(steps);
}
[[nodiscard]] inline const SpellingLimits& limits() noexcept {
  const WorkBudget* const budget = BudgetInForce::current();
  return budget != nullptr && budget->is_spent() ? kTightLimits : kUsualLimits;
}

}  // namespace macroscope::algebra
