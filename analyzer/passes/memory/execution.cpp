#include "analyzer/passes/memory/execution.h"

#include <algorithm>

#include "analyzer/algebra/nominal_estimate.h"
#include "analyzer/network/readers.h"

namespace macroscope {
namespace {

/// Sizes past this are all the same to a search, and a hundred thousand of them still add up.
constexpr Int128 kLargestSize = Int128{1} << 100U;

/// Bytes as numbers; remembers whether their proportions are those of the expressions.
class Sizes {
 public:
  Int128 of(const Dim& bytes) {
    if (const std::optional<Int128> number = bytes.integer()) {
      note(bytes, *number);
      return std::min(*number, kLargestSize);
    }
    const std::optional<Int128> number = nominal_value(bytes);
    is_exact_ = is_exact_ && number.has_value();
    if (!number) return kLargestSize;
    note(bytes, *number);
    return std::clamp(*number, Int128{0}, kLargestSize);
  }
  [[nodiscard]] bool is_exact() const noexcept { return is_exact_; }

 private:
  void note(const Dim& bytes, Int128 number) {
    if (!is_exact_ || number == 0) {
      is_exact_ = is_exact_ && bytes.is(0);
      return;
    }
    if (number_ == 0) {
      expression_ = bytes;
      number_ = number;
    } else if (bytes.integer() && expression_.integer()) {
      return;
    } else {
      try {
        is_exact_ = bytes * Dim::of_int128(number_) == expression_ * Dim::of_int128(number);
      } catch (const AlgebraError&) {
        is_exact_ = false;
      }
    }
  }

  bool is_exact_ = true;
  Dim expression_;
  Int128 number_ = 0;
};

void remove_doubles(std::vector<std::uint32_t>& numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

class Planning {
 public:
  Planning(const Network& network, const Shapes& shapes, const Parameters& parameters)
      : network_(network), shapes_(shapes), parameters_(parameters), graph_(network.main()), scope_(shapes.scopes.front()) {}

  ExecutionPlan plan(bool in_place) {
    plan_.steps.resize(graph_.nodes.size());
    buffers_ = buffers_of(network_, shapes_, parameters_, 0);
    add_edges();
    for (std::uint32_t index = 0; index < buffers_.all.size(); ++index) add_buffer(index);
    for (const auto& [node, bytes] : peaks_inside(network_, shapes_, parameters_)) plan_.steps[node].inside = sizes_.of(bytes);
    for (ExecutionPlan::Step& step : plan_.steps) remove_doubles(step.reads);
    if (in_place)
      for (NodeId node = 0; node < plan_.steps.size(); ++node) add_reuse(node);
    plan_.is_exact = sizes_.is_exact();
    return std::move(plan_);
  }

 private:
  void add_edges() {
    const Readers readers(network_, graph_);
    for (TensorId tensor = 0; tensor < graph_.tensors.size(); ++tensor) {
      const NodeId producer = graph_.tensors[tensor].producer;
      if (producer == kNone) continue;
      for (const Reader& reader : readers.of(tensor)) plan_.steps[producer].successors.push_back(reader.node);
    }
    for (ExecutionPlan::Step& step : plan_.steps) {
      remove_doubles(step.successors);
      for (const NodeId successor : step.successors) ++plan_.steps[successor].predecessors;
    }
  }

  void add_buffer(std::uint32_t index) {
    const Buffer& buffer = buffers_.all[index];
    const std::span<const NodeId> all = buffers_.readers_of(buffer);
    std::vector<NodeId> readers(all.begin(), all.end());
    remove_doubles(readers);
    const Int128 bytes = sizes_.of(buffer.bytes);
    plan_.buffers.push_back({bytes, static_cast<std::uint32_t>(readers.size()), buffer.is_output});
    for (const NodeId reader : readers) plan_.steps[reader].reads.push_back(index);
    const bool is_kept = buffer.is_output || !readers.empty();
    if (buffer.producer == kNone) {
      if (is_kept) plan_.alive_at_start += bytes;
    } else {
      plan_.steps[buffer.producer].made += bytes;
      if (!is_kept) plan_.steps[buffer.producer].unread += bytes;
    }
  }

  void add_reuse(NodeId id) {
    const Node& node = graph_.nodes[id];
    if (node.outputs.empty() || node.outputs[0] == kAbsent || !is_element_wise(shapes_, scope_, id)) return;
    const std::uint32_t output = buffers_.of_tensor[node.outputs[0]];
    if (output == kNone || buffers_.all[output].tensor != node.outputs[0] || !buffers_.all[output].is_known) return;
    for (const TensorId input : node.inputs) {
      if (input == kAbsent || buffers_.of_tensor[input] == kNone) continue;
      const std::uint32_t operand = buffers_.of_tensor[input];
      const bool fits = buffers_.all[operand].is_known && buffers_.all[operand].bytes == buffers_.all[output].bytes &&
                        scope_.facts[input].type.shape == scope_.facts[node.outputs[0]].type.shape;
      if (fits && !buffers_.all[operand].is_output) plan_.steps[id].reusable.push_back(operand);
    }
    plan_.steps[id].reused = plan_.buffers[output].bytes;
  }

  const Network& network_;
  const Shapes& shapes_;
  const Parameters& parameters_;
  const Graph& graph_;
  const Scope& scope_;
  Buffers buffers_;
  Sizes sizes_;
  ExecutionPlan plan_;
};

}  // namespace

ExecutionPlan execution_plan(const Network& network, const Shapes& shapes, const Parameters& parameters, bool in_place) {
  return Planning(network, shapes, parameters).plan(in_place);
}

Execution::Execution(const ExecutionPlan& plan) : plan_(&plan), done_(plan.steps.size(), false), alive_(plan.alive_at_start) {
  waiting_.reserve(plan.steps.size());
  remaining_.reserve(plan.buffers.size());
  for (NodeId node = 0; node < plan.steps.size(); ++node) {
    waiting_.push_back(plan.steps[node].predecessors);
    if (waiting_.back() == 0) ready_.push_back(node);
  }
  for (const ExecutionPlan::Memory& buffer : plan.buffers) remaining_.push_back(buffer.readers);
}

Int128 Execution::needed_by(NodeId node) const {
  const ExecutionPlan::Step& step = plan_->steps[node];
  const bool reuses =
      std::any_of(step.reusable.begin(), step.reusable.end(), [&](std::uint32_t buffer) { return remaining_[buffer] == 1; });
  return alive_ + step.made + step.inside - (reuses ? step.reused : 0);
}

Int128 Execution::change_by(NodeId node) const {
  const ExecutionPlan::Step& step = plan_->steps[node];
  Int128 change = step.made - step.unread;
  for (const std::uint32_t buffer : step.reads)
    if (remaining_[buffer] == 1 && !plan_->buffers[buffer].is_output) change -= plan_->buffers[buffer].bytes;
  return change;
}

void Execution::run(NodeId node) {
  const ExecutionPlan::Step& step = plan_->steps[node];
  alive_ += change_by(node);
  for (const std::uint32_t buffer : step.reads) --remaining_[buffer];
  // Most nodes that are chosen became ready a moment ago.
  const auto place = static_cast<std::size_t>(ready_.rend() - std::find(ready_.rbegin(), ready_.rend(), node)) - 1;
  std::swap(ready_[place], ready_.back());
  ready_.pop_back();
  for (const NodeId successor : step.successors)
    if (--waiting_[successor] == 0) ready_.push_back(successor);
  done_[node] = true;
  ++done_count_;
  order_.push_back(node);
  places_.push_back(place);
}

void Execution::undo() {
  const NodeId node = order_.back();
  const ExecutionPlan::Step& step = plan_->steps[node];
  for (const NodeId successor : step.successors)
    if (waiting_[successor]++ == 0) ready_.pop_back();  // they are at the end, as they were put there
  ready_.push_back(node);
  std::swap(ready_[places_.back()], ready_.back());
  for (const std::uint32_t buffer : step.reads) ++remaining_[buffer];
  alive_ -= change_by(node);
  done_[node] = false;
  --done_count_;
  order_.pop_back();
  places_.pop_back();
}

void Execution::run_what_is_free(Int128 limit) {
  for (std::size_t place = 0; place < ready_.size();) {
    const NodeId node = ready_[place];
    ++looks_;
    if (needed_by(node) <= limit && change_by(node) <= 0) {
      run(node);
      place = 0;
    } else {
      ++place;
    }
  }
}

}  // namespace macroscope
