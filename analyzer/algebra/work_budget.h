// Work budget: how much algebra may be done for a model before sizes are no longer written out in full?
//
// Operations on expressions charge for the terms that they touch or write.  Past the budget expressions have a name much sooner, see
// Dim::definitions(): values stay exact, each further operation costs little, and nothing depends on time.  Without a budget in force
// nothing is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

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
inline constexpr SpellingLimits kTightLimits{12, 3, 16, 0, 3, 0};

class WorkBudget {
 public:
  /// Terms touched for one model, however large it is, and for one node of it.
  static constexpr std::uint64_t kMaxSteps = 10'000'000;
  static constexpr std::uint64_t kMaxNodeSteps = 500'000;

  /// \param is_spent from the start: what this builds on used up its own
  explicit WorkBudget(std::uint64_t max_steps = kMaxSteps, bool is_spent = false) noexcept
      : max_steps_(max_steps), is_spent_(is_spent) {}

  void charge(std::uint64_t steps) noexcept {
    steps_ += steps;
    is_spent_ = is_spent_ || steps_ > max_steps_;
    is_node_spent_ = is_node_spent_ || steps_ > node_end_;
    was_spent_ = was_spent_ || is_spent_ || is_node_spent_;
  }
  /// What follows is for one node, up to the next call: it has an allowance of its own.
  void begin_node() noexcept {
    node_end_ = steps_ + kMaxNodeSteps;
    is_node_spent_ = false;
  }
  /// What follows is for the model as a whole.
  void end_node() noexcept {
    node_end_ = kNever;
    is_node_spent_ = false;
  }

  /// Of which a part may be used so far.
  void raise_to(std::uint64_t max_steps) noexcept { max_steps_ = max_steps; }

  [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }
  /// For what comes next.
  [[nodiscard]] bool is_spent() const noexcept { return is_spent_ || is_node_spent_; }
  /// For all that comes, whatever node it is for.
  [[nodiscard]] bool is_spent_for_all() const noexcept { return is_spent_; }
  /// Were expressions named sooner at any time?
  [[nodiscard]] bool was_spent() const noexcept { return was_spent_ || is_spent_; }

 private:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t max_steps_;
  std::uint64_t steps_ = 0;
  std::uint64_t node_end_ = kNever;
  bool is_spent_;
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
[[nodiscard]] inline bool is_budget_spent() noexcept {
  const WorkBudget* const budget = BudgetInForce::current();
  return budget != nullptr && budget->is_spent();
}
[[nodiscard]] inline const SpellingLimits& limits() noexcept { return is_budget_spent() ? kTightLimits : kUsualLimits; }

}  // namespace macroscope::algebra
