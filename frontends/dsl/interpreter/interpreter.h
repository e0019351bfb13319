// Interpreter: what network does a net of the language describe?  Runs its statements over a graph builder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/dsl/interpreter/call_interpreter.h"
#include "frontends/dsl/interpreter/net_settings.h"

namespace macroscope::dsl {

class Interpreter : public CallInterpreter {
 public:
  /// Statements run in all: bounds loops that build nothing.
  static constexpr std::uint64_t kMaxSteps = 1'200'000;

  Interpreter(const NetContent& content, const Definition& net, const NetSettings& settings, Problems& problems);

  /// Absent if there was an error.
  std::optional<Network> run();
  [[nodiscard]] std::shared_ptr<const NetRecord> record() const { return record_; }

 protected:
  void run_all(const std::vector<Statement>& statements) override;

 private:
  class SymbolicRepeat;

  void give_parameters();
  Datum value_of_parameter(const Parameter& parameter);
  void run_guarded(const Statement& statement);
  void run_one(const Statement& statement);
  void poison(const Statement& statement);
  void report(const Mistake& mistake);

  void input(const Statement& statement);
  void parameter(const Statement& statement);
  void constant(const Statement& statement);
  void let(const Statement& statement);
  void assign(const Statement& statement);
  void output(const Statement& statement);
  void give_back(const Statement& statement);
  void share(const Statement& statement);
  void expect(const Statement& statement);
  void alternative(const Statement& statement);
  void only_in_nets(const Statement& statement, std::string_view what);
  std::vector<Dim> dims_of(const TypedName& typed);
  static DataType dtype_of(const TypedName& typed);
  void bind(const Expression& target, Datum datum);

  // Loops: interpreter_loops.cpp, and symbolic_repeat.cpp for a count that is no number.
  void repeat(const Statement& statement);
  void repeat_symbolically(const Statement& statement, const Dim& count);
  void loop(const Statement& statement);
  void loop_over_range(const Statement& statement);
  void round(const Statement& statement, std::string_view word, const std::string& loop, std::int64_t number);

  const Definition& net_;
  const NetSettings& settings_;
  std::map<std::string_view, Span> outputs_;
  std::uint64_t steps_ = 0;
  std::size_t kept_names_ = 0;
  int symbolic_repeats_ = 0;
};

}  // namespace macroscope::dsl
