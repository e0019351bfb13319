// What does `repeat` do with a count that is no number?  Its body is written as a graph of its own, for any round.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "frontends/dsl/interpreter/interpreter.h"

namespace macroscope::dsl {
namespace {

/// The targets that statements give values to, those in nested ones as well.
void collect_targets(const std::vector<Statement>& statements, std::vector<const Expression*>& targets) {
  for (const Statement& statement : statements) {
    if (statement.kind == Statement::Kind::assignment || statement.kind == Statement::Kind::number)
      for (const Expression& target : statement.targets) targets.push_back(&target);
    collect_targets(statement.body, targets);
    for (const Branch& branch : statement.branches) collect_targets(branch.body, targets);
  }
}

}  // namespace

class Interpreter::SymbolicRepeat {
 public:
  SymbolicRepeat(Interpreter& interpreter, const Statement& statement, const Dim& count)
      : interpreter_(interpreter), statement_(statement), count_(count), before_(interpreter.frame().variables) {}

  void run() {
    count_names();
    find_states();
    enter();
    std::vector<Handle> results;
    try {
      const TextOrigin origin = interpreter_.content_.source.origin(statement_.span);
      interpreter_.stand_at(outside_, name_, origin.line, origin.column);
      results = interpreter_.build_.repeat(count_, states_, [&](const std::vector<Handle>& inputs) { return round(inputs); });
    } catch (const BuildError& error) {
      give_up();
      throw Mistake{error.code(), join(statement_.span, statement_.value.span), error.what(), error.help()};
    } catch (...) {
      give_up();
      throw;
    }
    leave();
    rebind(results, statement_.span);
  }

 private:
  /// Names are copied for each repeat and each round of it, and many repeats may come after many names.
  void count_names() {
    std::size_t count = before_.size();
    for (const auto& [name, variable] : before_) count += variable.elements.size();
    interpreter_.count_evaluations(statement_.value, count);
  }

  /// The names from before that the body gives new values to: what an iteration hands to the next one.
  void find_states() {
    std::vector<const Expression*> targets;
    collect_targets(statement_.body, targets);
    for (const Expression* target : targets) {
      const auto known = before_.find(target->text);
      if (known == before_.end() || std::find(names_.begin(), names_.end(), target->text) != names_.end()) continue;
      if (known->second.datum.is_poisoned() && !known->second.is_indexed) throw Poisoned{};
      const Handle* tensor = known->second.datum.tensor();
      if (tensor == nullptr)
        throw Mistake{
            "unsteady-repeat", target->span,
            fmt::format("'{}' would change from round to round, and the count {} is a symbol", target->text, count_.text()),
            "only tensors may change in it; --set gives the count a value"};
      names_.push_back(target->text);
      states_.push_back(*tensor);
    }
    if (names_.empty())
      throw Mistake{"unsteady-repeat", statement_.span, "this 'repeat' changes nothing",
                    "its body gives names from before a new value: x = x -> ..."};
  }

  void enter() {
    outside_ = interpreter_.frame().path;
    name_ = paths().loop_name(outside_, "repeat");
    interpreter_.frame().path = paths().add(outside_, name_, {});
    path_count_ = paths().count();
    mistakes_ = interpreter_.problems_.all().size();
    ++interpreter_.symbolic_repeats_;
  }

  /// The body once, as if it had not been run yet.
  std::vector<Handle> round(const std::vector<Handle>& inputs) {
    count_names();
    variables() = before_;
    paths().shorten(path_count_);
    rebind(inputs, statement_.value.span);
    interpreter_.run_all(statement_.body);
    if (interpreter_.frame().has_returned)
      throw Mistake{"misplaced", statement_.span, "'return' cannot stand in a 'repeat' whose count is a symbol"};
    std::vector<Handle> results;
    for (const std::string_view name : names_) {
      const Handle* tensor = variables()[name].datum.tensor();
      if (tensor == nullptr || interpreter_.problems_.all().size() > mistakes_) throw Poisoned{};
      results.push_back(*tensor);
    }
    return results;
  }

  void leave() {
    --interpreter_.symbolic_repeats_;
    interpreter_.frame().path = outside_;
    variables() = std::move(before_);
  }

  void give_up() {
    leave();
    for (const std::string_view name : names_) variables()[name].datum = {};
  }

  void rebind(const std::vector<Handle>& tensors, Span made_at) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      variables()[names_[i]].datum = {tensors[i]};
      interpreter_.remember(tensors[i], made_at);
    }
  }

  Variables& variables() { return interpreter_.frame().variables; }
  LayerPaths& paths() { return interpreter_.record_->paths; }

  Interpreter& interpreter_;
  const Statement& statement_;
  const Dim& count_;
  Variables before_;
  std::vector<std::string_view> names_;
  std::vector<Handle> states_;
  PathId outside_ = 0;
  std::string name_;
  std::size_t path_count_ = 0;
  std::size_t mistakes_ = 0;
};

void Interpreter::repeat_symbolically(const Statement& statement, const Dim& count) {
  SymbolicRepeat(*this, statement, count).run();
}

}  // namespace macroscope::dsl
