// What do the results of a loop read, over all rounds of its body?  Used by field_walk.cpp alone.
//
// Where the number of rounds is a small number, the body is walked so often.  Otherwise what a state reads is joined with what it has become
// until nothing changes, or, where each round adds the same to it, that is multiplied.  An element of a scanned sequence is at a position
// that a symbol stands for; in what is collected over the rounds that becomes the index along the new axis.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/passes/access/field_walk.h"
#include "analyzer/passes/access/joined_access.h"

namespace macroscope {

class FieldRounds {
 public:
  using Readings = FieldWalk::Readings;
  using States = FieldWalk::States;

  /// The body that a node of `scope` calls.
  FieldRounds(const Network& network, const Shapes& shapes, FieldWalk& walk, const Scope& scope, const Call& call,
              States& states);

  /// Fills in what the node makes. \throws NotKnown, AlgebraError
  void run();

 private:
  /// Which operands and results stand for what.
  struct Places {
    /// The first state among the node's inputs, the body's inputs and the body's outputs.
    std::size_t input = 0, body_input = 0, body_output = 0;
    std::size_t states = 0;
    /// Sequences of which each round takes an element, behind the states.
    std::size_t scanned = 0;
  };
  [[nodiscard]] Places places() const;
  /// Of a Scan: the axis of sequence `index`, and whether it is walked from its end.
  [[nodiscard]] std::size_t axis_of(std::string_view attribute, std::size_t index, std::size_t rank) const;
  [[nodiscard]] bool is_backward(std::string_view attribute, std::size_t index) const;

  void take_elements();
  [[nodiscard]] Readings element_of(std::size_t index) const;
  /// What the body's outputs read in one round.
  std::vector<Readings> round(const std::vector<Readings>& now);
  bool iterate();
  bool grow_steadily();
  std::vector<Readings> next_states(const std::vector<Readings>& results, std::optional<std::int64_t> round) const;
  std::vector<Readings> joined(const std::vector<Readings>& a, const std::vector<Readings>& b) const;
  void collect(const std::vector<Readings>& results);
  [[nodiscard]] Reading stacked(const Reading& reading, std::size_t index, std::size_t axis) const;
  void give();

  [[nodiscard]] Dim at_round(const Dim& dim, const Dim& round) const;
  [[nodiscard]] std::optional<Dim> pace_of(const Dim& bound) const;
  /// Everything up to where the sequence is read in a round has been read in the rounds before it.
  [[nodiscard]] Reading widened(Reading reading) const;
  [[nodiscard]] Reading after_all(Reading reading, const Dim& extent) const;
  [[nodiscard]] Shape shape_of_state(std::size_t index) const;

  FieldWalk& walk_;
  const Scope& scope_;
  const Scope& body_scope_;
  const Graph& body_;
  const Node& node_;
  const Call& call_;
  Site site_;
  States& states_;
  /// The symbol for the number of a round; no model has one of that name.
  std::string round_;
  Places places_;
  /// What the body takes from around it, and elements of sequences.
  States given_;
  std::vector<Readings> now_;
  std::vector<JoinedReadings> collected_;
};

}  // namespace macroscope
