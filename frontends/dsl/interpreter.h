// What network does a net of the language stand for?  Runs its statements over a graph builder.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "frontends/dsl/evaluator.h"
#include "frontends/dsl/graph_builder.h"
#include "frontends/dsl/layers.h"
#include "frontends/dsl/net_content.h"
#include "frontends/dsl/net_record.h"

namespace macroscope::dsl {

/// `shared enc = block(args)`: what is called, with which arguments behind the input, and the weights that all its uses have in common.
struct Instance {
  const Expression* call = nullptr;
  std::vector<std::pair<const Expression*, Datum>> positional;
  std::vector<std::pair<const NamedValue*, Datum>> named;
  SharedWeights weights;
};

class Interpreter : public Evaluator {
 public:
  /// Statements run in all: bounds loops that build nothing.
  static constexpr std::uint64_t kMaxSteps = 1'200'000;
  /// Blocks within blocks.
  static constexpr std::size_t kMaxDepth = 64;

  Interpreter(const NetFile::Content& content, const Definition& net, const NetSettings& settings, Problems& problems);

  /// Absent if there was an error.
  std::optional<Network> run();
  [[nodiscard]] std::shared_ptr<const NetRecord> record() const { return record_; }

 protected:
  Datum value_of_name(const Expression& name) override;
  Datum value_of_index(const Expression& index) override;
  Datum value_of_call(const Expression& call) override;
  Datum value_of_chain(const Expression& chain) override;
  bool is_unknown_name(const Expression& name) override;
  void fail_unknown(const Expression& name) override;

 private:
  /// A net or block that is being run.
  struct Frame {
    const Definition* definition = nullptr;
    Variables variables;
    PlaceId place = 0;
    Span called;
    std::vector<Datum> returned;
    bool has_returned = false;
  };
  /// What the result of a call will be called: `y` of `y = x -> conv(8, 3)`, and whether that is a new name.
  struct Wanted {
    std::string name;
    bool is_new = false;
  };
  /// An argument with where it stands.
  struct Given {
    const Expression* expression = nullptr;  // null for the input of a chain's step
    Datum datum;
    std::string label;
  };
  struct Call {
    const Expression* expression = nullptr;
    std::vector<Given> positional;
    std::vector<std::pair<const NamedValue*, Datum>> named;
    std::size_t results = 1;
    Wanted wanted;
  };
  using Results = std::vector<Datum>;

  [[nodiscard]] Frame& frame() noexcept { return frames_.back(); }
  [[nodiscard]] bool in_block() const noexcept { return frames_.size() > 1; }

  // Statements.
  void give_parameters();
  Datum value_of_parameter(const Parameter& parameter);
  void run_all(const std::vector<Statement>& statements);
  void run_one(const Statement& statement);
  void run_guarded(const Statement& statement);
  void spoil(const Statement& statement);
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
  void repeat(const Statement& statement);
  void repeat_symbolically(const Statement& statement, const Dim& count);
  void loop(const Statement& statement);
  void loop_over_range(const Statement& statement);
  void round(const Statement& statement, std::string_view word, const std::string& first_name, std::int64_t number);
  std::string loop_name(std::string_view word);
  std::vector<Dim> dims_of(const TypedName& typed);
  DataType dtype_of(const TypedName& typed);
  void bind(const Expression& target, Datum datum);
  void bind_name(const Word& name, Datum datum);
  void check_name(const Word& name);
  void only_in_nets(const Statement& statement, std::string_view what);
  void report(const Mistake& mistake);

  // Calls.
  Results results_of(const Expression& expression, std::size_t results, const Wanted& wanted);
  Results call(const Expression& expression, std::optional<Given> input, std::size_t results, const Wanted& wanted);
  Results call_named(const Call& call);
  Results call_layer(const Layer& layer, const Call& call);
  Results call_operator(const Call& call);
  Results call_block(const Definition& block, const Call& call);
  Results call_instance(Instance& instance, const Call& call);
  std::optional<Datum> call_shape(const Expression& call);
  void fill_parameters(const Definition& block, const Call& call, Variables& variables);
  template <typename Apply>
  Results apply_at_place(const Call& call, const Layer* layer, Apply apply);
  PlaceId place_of(const Call& call, std::string_view name);
  [[noreturn]] void refuse_call(const Call& call, const Layer* layer, const BuildError& error);
  [[noreturn]] void fail_unknown_call(const Expression& call);
  void check_words(const Call& call, const Layer* layer);
  Argument argument_of(const Datum& datum, const Expression* expression, const std::string& label);
  std::vector<Argument> positional_of(const Call& call);
  std::vector<NamedArgument> named_of(const Call& call);
  std::vector<Note> notes_of(const Call& call);
  Span span_of_argument(const Call& call, const Layer* layer, const std::string& parameter);
  void check_results(const Expression& expression, std::size_t given, std::size_t wanted);
  void remember(Handle tensor, Span span) { made_at_[{tensor.graph, tensor.tensor}] = span; }

  const NetFile::Content& content_;
  const Definition& net_;
  const NetSettings& settings_;
  Problems& problems_;
  GraphBuilder build_;
  std::shared_ptr<NetRecord> record_;
  std::vector<Frame> frames_;
  std::map<std::pair<GraphId, TensorId>, Span> made_at_;
  std::map<std::string_view, Span> outputs_;
  std::uint64_t steps_ = 0;
  std::size_t kept_names_ = 0;
  int symbolic_repeats_ = 0;
  int sharing_ = 0;
};

}  // namespace macroscope::dsl
