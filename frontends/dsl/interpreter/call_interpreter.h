// Calls: what do the calls and chains of a net give?  Applies layers, operators, blocks and shared instances over a graph builder.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "frontends/dsl/graph/graph_builder.h"
#include "frontends/dsl/interpreter/call.h"
#include "frontends/dsl/interpreter/evaluator.h"
#include "frontends/dsl/interpreter/frames.h"
#include "frontends/dsl/interpreter/net_content.h"
#include "frontends/dsl/interpreter/net_record.h"
#include "frontends/dsl/syntax/problems.h"

namespace macroscope::dsl {

/// Whoever runs statements derives from it: a block that is called is made of them.
class CallInterpreter : public Evaluator {
 protected:
  using Results = std::vector<Datum>;

  CallInterpreter(const NetContent& content, std::string_view net, Problems& problems);

  Datum value_of_name(const Expression& name) override { return frames_.value_of(name); }
  Datum value_of_index(const Expression& index) override;
  Datum value_of_call(const Expression& call) override;
  Datum value_of_chain(const Expression& chain) override;
  Datum value_of_tensors(const Expression& expression, Datum left, Datum right) override;
  bool is_unknown_name(const Expression& name) override { return frames_.find(name.text) == nullptr; }
  void fail_unknown(const Expression& name) override { frames_.fail_unknown(name); }

  virtual void run_all(const std::vector<Statement>& statements) = 0;

  /// `results` values, and maybe more. \throws Mistake where there are fewer
  Results results_of(const Expression& expression, std::size_t results, const Wanted& wanted);
  /// `block(args)` behind `shared NAME =`
  std::shared_ptr<Instance> instance_of(const Expression& call, std::string_view name);
  /// Within a shared instance the weights are those of its first use.
  [[nodiscard]] bool is_sharing() const noexcept { return sharing_ > 0; }

  [[nodiscard]] Frame& frame() noexcept { return frames_.now(); }
  /// What is built next is there.
  void stand_at(PathId within, std::string_view name, int line, int column);
  /// Where a tensor was made, for notes about the operands of a call.
  void remember(Handle tensor, Span span) { made_at_[{tensor.graph, tensor.tensor}] = span; }

  const NetContent& content_;
  Problems& problems_;
  GraphBuilder build_;
  std::shared_ptr<NetRecord> record_;
  Frames frames_;

 private:
  Results call(const Expression& expression, std::optional<Given> input, std::size_t results, const Wanted& wanted);
  Results call_named(const Call& call);
  Results call_layer(const Layer& layer, const Call& call);
  Results call_operator(const Call& call);
  Results call_block(const Definition& block, const Call& call);
  Results call_instance(Instance& instance, const Call& call);
  std::optional<Datum> call_shape(const Expression& call);
  template <typename Apply>
  Results apply_at_place(const Call& call, const Layer* layer, Apply apply, std::string_view name = {});
  /// `x + h`, as `add(x, h)` would be.
  Results combine(const Expression& expression, Datum left, Datum right, const Wanted& wanted);
  PathId path_of(const Call& call, std::string_view name);
  std::vector<Note> notes_of(const Call& call);
  void check_words(const Call& call, const Layer* layer);
  [[noreturn]] void refuse_call(const Call& call, const Layer* layer, const BuildError& error);
  [[noreturn]] void fail_unknown_call(const Expression& call);

  std::map<std::pair<GraphId, TensorId>, Span> made_at_;
  int sharing_ = 0;
};

}  // namespace macroscope::dsl
