// Receptive fields of loops: what do the results of a loop read, over all iterations of its body?  Used by field_walk.cpp alone.
//
// Where the number of iterations is a small number, the body is walked so often.  Otherwise what a state reads is joined with what it has become
// until nothing changes, or, where each iteration adds the same to it, that is multiplied.  An element of a scanned sequence is at a position
// that a symbol stands for; in what is collected over the iterations that becomes the index along the new axis.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/passes/access/field_walk.h"
#include "analyzer/passes/access/joined_access.h"

namespace macroscope {

class FieldIterations {
 public:
  using AccessMaps = FieldWalk::AccessMaps;
  using States = FieldWalk::States;

  /// The body that a node of `scope` calls.
  FieldIterations(const Network& network, const Shapes& shapes, FieldWalk& walk, const Scope& scope, const Call& call,
                  States& states);

  /// Fills in what the node makes. \throws Unknown, AlgebraError
  void run();

 private:
  /// Which operands and results stand for what.
  [[nodiscard]] IterationOperands places() const;
  /// Of a Scan: the axis of sequence `index`, and whether it is walked from its end.
  [[nodiscard]] std::size_t axis_of(std::string_view attribute, std::size_t index, std::size_t rank) const;
  [[nodiscard]] bool is_backward(std::string_view attribute, std::size_t index) const;

  void take_elements();
  [[nodiscard]] AccessMaps element_of(std::size_t index) const;
  /// What the body's outputs read in one iteration.
  std::vector<AccessMaps> round(const std::vector<AccessMaps>& now);
  bool iterate();
  bool grow_steadily();
  std::vector<AccessMaps> next_states(const std::vector<AccessMaps>& results, std::optional<std::int64_t> round) const;
  std::vector<AccessMaps> joined(const std::vector<AccessMaps>& a, const std::vector<AccessMaps>& b) const;
  void collect(const std::vector<AccessMaps>& results);
  [[nodiscard]] AccessMap stacked(const AccessMap& access, std::size_t index, std::size_t axis) const;
  void give();

  [[nodiscard]] Dim at_round(const Dim& dim, const Dim& round) const;
  [[nodiscard]] std::optional<Dim> pace_of(const Dim& bound) const;
  /// Everything up to where the sequence is read in an iteration has been read in the iterations before it.
  [[nodiscard]] AccessMap widened(AccessMap access) const;
  [[nodiscard]] AccessMap after_all(AccessMap access, const Dim& extent) const;
  [[nodiscard]] Shape shape_of_state(std::size_t index) const;

  FieldWalk& walk_;
  const Scope& scope_;
  const Scope& body_scope_;
  const Graph& body_;
  const Node& node_;
  const Call& call_;
  OpContext site_;
  States& states_;
  /// The symbol for the number of an iteration; no model has one of that name.
  std::string round_;
  IterationOperands places_;
  /// What the body takes from around it, and elements of sequences.
  States given_;
  std::vector<AccessMaps> now_;
  std::vector<JoinedReadings> collected_;
};

}  // namespace macroscope
