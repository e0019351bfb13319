// Uses of stored tensors: what do the nodes that read a tensor take it for, through views, calls and nested graphs?  Used by parameters.cpp
// alone.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "analyzer/network/readers.h"
#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

/// How a reader uses a tensor; the first in this order among all readers decides.
enum class Use : std::uint8_t { by_position, statistic, quantisation, constant, anything, none };

/// What is found by following a tensor to those that read it.
struct Following {
  GraphId graph = 0;  // the tensor's own
  Use use = Use::none;
  bool dequantised = false;     // on the way to the reader that decides
  bool spread = false;          // so was Expand
  bool side = false;            // the first reader is a side node
  NodeId first_reader = kNone;  // of the tensor's own graph, a side node only where there is no other
  std::uint32_t readers = 0;
  std::uint32_t readers_as_bias = 0;
  std::optional<Dim> packed_elements;  // logical elements of a packed weight

  /// No reader so far says anything.
  [[nodiscard]] bool is_nothing() const noexcept { return readers == 0 && !dequantised && !packed_elements; }
};

class UseSearch {
 public:
  UseSearch(const Network& network, const Shapes& shapes);

  [[nodiscard]] Following follow(GraphId graph, TensorId tensor);

 private:
  struct Step {
    GraphId graph = 0;
    TensorId tensor = 0;
    NodeId entered_at = kNone;  // node of the first graph through which another graph was entered
    bool dequantised = false;
    bool spread = false;
    /// Elements of what an earlier reader, which is noted, picked: all that is asked is whether they are dequantised.
    bool picked = false;
  };

  const Readers& readers_of(GraphId graph);
  bool is_result(GraphId graph, TensorId tensor);
  void visit(const Step& step, Following& found);
  void read_by(const Step& step, const Reader& reader, Following& found);
  void enter_nested(const Step& step, const Node& node, NodeId at);
  void read_by_operator(const Step& step, const Reader& reader, NodeId at, Following& found);
  /// What a view gives is followed in turn; of what holds `picked` elements only whether they are dequantised.
  void pass_on(Step step, const Operator* row, const Node& node, bool picked, Following& found);
  /// Exporters write a dense layer as a product and the sum with a vector.
  [[nodiscard]] bool adds_to_product(GraphId graph, const Node& node, std::uint32_t input) const;
  [[nodiscard]] const Operator* row_of(GraphId graph, NodeId node) const;
  void note(Use use, const Step& step, NodeId at, Following& found) const;
  /// K and N, or K and the first extent where that is another one, say how many there are; otherwise several elements share each byte.
  [[nodiscard]] std::optional<Dim> packed_elements(const Node& node, const Step& step) const;

  const Network& network_;
  const CustomOperators* custom_;
  std::vector<std::unique_ptr<const Readers>> readers_;
  /// By graph, once it is asked for, then by TensorId: it is an output.
  std::vector<std::vector<bool>> results_;
  /// By graph: one in which it runs, or null.
  std::vector<const Scope*> scopes_;
  /// Origin, then a step behind it: all that was left to follow when nothing was found yet.  What is found from there on is the same for every
  /// tensor that comes to it, such as weights that are joined before a long chain of views.
  using Alone = std::tuple<GraphId, GraphId, TensorId, NodeId, bool, bool, bool>;
  boost::unordered_flat_map<Alone, Following> found_from_;
  std::vector<Alone> alone_;
  boost::unordered_flat_set<std::pair<GraphId, TensorId>> visited_;
  std::vector<Step> pending_;
};

}  // namespace macroscope
