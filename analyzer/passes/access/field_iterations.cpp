#include "analyzer/passes/access/field_iterations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analyzer/algebra/summation.h"
#include "analyzer/operators/access/access_hull.h"
#include "analyzer/operators/access/axis_map.h"

namespace macroscope {
namespace {

using AccessMaps = ReceptiveFields::AccessMaps;
using SourceReading = ReceptiveFields::SourceReading;

/// Rounds that are walked one by one.
constexpr std::int64_t kMaxRounds = 64;
/// Rounds after which a state that still changes is taken to go on so.
constexpr std::int64_t kMaxJoins = 8;

bool holds(const Dim& dim, const std::string& symbol) {
  const std::vector<std::string> symbols = dim.symbols();
  return std::find(symbols.begin(), symbols.end(), symbol) != symbols.end();
}

bool steps_hold(const AccessMap& access, const std::string& symbol) {
  return std::any_of(access.steps.begin(), access.steps.end(), [&](const AccessTerm& step) {
    const auto is_held = [&](const Dim& dim) { return holds(dim, symbol); };
    return is_held(step.step) || is_held(step.offset) || is_held(step.divisor) || is_held(step.modulus) ||
           std::any_of(step.lows.begin(), step.lows.end(), is_held) || std::any_of(step.highs.begin(), step.highs.end(), is_held);
  });
}

template <typename Change>
AccessMaps changed(const AccessMaps& accesses, Change change) {
  if (accesses == nullptr) return nullptr;
  std::vector<SourceReading> result;
  for (const auto& [source, access] : *accesses) result.push_back({source, change(source, access)});
  return std::make_shared<const std::vector<SourceReading>>(std::move(result));
}

bool is_same(const AccessMaps& a, const AccessMaps& b) {
  if (a == b) return true;
  return a != nullptr && b != nullptr && std::equal(a->begin(), a->end(), b->begin(), b->end(), [](const auto& x, const auto& y) {
           return x.source == y.source && x.access == y.access;
         });
}

bool are_same(const std::vector<AccessMaps>& a, const std::vector<AccessMaps>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), is_same);
}

/// In an axis further, from `axis` on.
AccessMap with_axis(AccessMap access, std::size_t axis) {
  for (AccessTerm& step : access.steps)
    if (step.axis >= axis) ++step.axis;
  const std::uint64_t below = axis < 64 ? (std::uint64_t{1} << axis) - 1 : ~std::uint64_t{0};
  access.spread = (access.spread & below) | (access.spread & ~below) << 1;
  return access;
}

}  // namespace

FieldIterations::FieldIterations(const Network& network, const Shapes& shapes, FieldWalk& walk, const Scope& scope,
                                 const Call& call, States& states)
    : walk_(walk),
      scope_(scope),
      body_scope_(shapes.scopes[call.scope]),
      body_(network.graphs[body_scope_.graph]),
      node_(network.graphs[scope.graph].nodes[call.node]),
      call_(call),
      site_(site_of(network, scope, call.node)),
      states_(states),
      round_(fmt::format("(round of {})", call.scope)),
      places_(places()),
      given_(body_.tensors.size()) {}

Dim FieldIterations::at_round(const Dim& dim, const Dim& round) const { return dim.substitute({{round_, round}}); }

/// How much a bound moves from round to round; empty where that is not always the same.
std::optional<Dim> FieldIterations::pace_of(const Dim& bound) const {
  const Dim first = at_round(bound, 0), pace = at_round(bound, 1) - first;
  return bound == first + pace * Dim::symbol(round_) ? std::optional(pace) : std::nullopt;
}

IterationOperands FieldIterations::places() const {
  const Operator* row = scope_.operators[call_.node];
  const std::optional<IterationOperands> places =
      row == nullptr || row->iteration == nullptr ? std::nullopt : row->iteration(site_);
  if (!places) throw Unknown();
  return *places;
}

std::size_t FieldIterations::axis_of(std::string_view attribute, std::size_t index, std::size_t rank) const {
  const auto axes = site_.integer_list(attribute);
  return OpContext::axis_of(axes && index < axes->size() ? (*axes)[index] : 0, rank);
}

bool FieldIterations::is_backward(std::string_view attribute, std::size_t index) const {
  const auto directions = site_.integer_list(attribute);
  return directions && index < directions->size() && (*directions)[index] != 0;
}

void FieldIterations::run() {
  const bool is_complete = body_.inputs.size() >= places_.body_input + places_.states + places_.scanned &&
                           body_.outputs.size() >= places_.body_output + places_.states;
  if (!is_complete) throw Unknown();  // an error, reported when its shapes were inferred
  for (TensorId tensor = 0; tensor < body_.tensors.size(); ++tensor)
    if (body_.tensors[tensor].outer != kAbsent) given_[tensor] = states_[body_.tensors[tensor].outer];
  for (std::size_t input = 0; input < places_.input; ++input)
    if (node_.inputs[input] != kAbsent && states_[node_.inputs[input]] != nullptr)
      throw Unknown();  // data tells how often it runs
  for (std::size_t state = 0; state < places_.states; ++state) {
    const TensorId input = node_.inputs[places_.input + state];
    now_.push_back(input == kAbsent ? nullptr : states_[input]);
  }
  take_elements();
  for (std::size_t output = places_.states; output < node_.outputs.size(); ++output) {
    const TensorId tensor = node_.outputs[output];
    collected_.emplace_back(tensor == kAbsent ? Shape::unknown() : scope_.facts[tensor].type.shape, walk_.extents());
  }
  if (!iterate() && !grow_steadily()) throw Unknown();
  give();
}

void FieldIterations::take_elements() {
  for (std::size_t index = 0; index < places_.scanned; ++index)
    given_[body_.inputs[places_.body_input + places_.states + index]] = element_of(index);
}

AccessMaps FieldIterations::element_of(std::size_t index) const {
  const TensorId sequence = node_.inputs[places_.input + places_.states + index];
  if (sequence == kAbsent || states_[sequence] == nullptr) return nullptr;
  const Shape& shape = scope_.facts[sequence].type.shape;
  const Shape& element = body_scope_.facts[body_.inputs[places_.body_input + places_.states + index]].type.shape;
  if (!shape.known() || !element.known()) throw Unknown();
  const std::size_t scanned = axis_of("scan_input_axes", index, shape.rank());
  const Dim round = Dim::symbol(round_);
  std::vector<AccessMap> axes;
  for (std::size_t axis = 0; axis < shape.rank(); ++axis)
    axes.push_back(axis == scanned ? AccessMap::at(is_backward("scan_input_directions", index) ? shape[axis] - 1 - round : round)
                                   : AccessMap::along(axis < scanned ? axis : axis - 1));
  return changed(states_[sequence],
                 [&](std::uint32_t, const AccessMap& access) { return compose(access, axes, shape, element); });
}

std::vector<AccessMaps> FieldIterations::round(const std::vector<AccessMaps>& now) {
  if (!walk_.may_go_round()) throw Unknown();
  States states = given_;
  for (std::size_t state = 0; state < places_.states; ++state) states[body_.inputs[places_.body_input + state]] = now[state];
  walk_.run(call_.scope, states);
  std::vector<AccessMaps> results;
  for (const TensorId output : body_.outputs) results.push_back(output == kAbsent ? nullptr : states[output]);
  for (std::size_t output = 0; output < places_.body_output; ++output)
    if (results[output] != nullptr) throw Unknown();  // data tells when it ends
  return results;
}

Shape FieldIterations::shape_of_state(std::size_t index) const {
  return body_scope_.facts[body_.inputs[places_.body_input + index]].type.shape;
}

AccessMap FieldIterations::widened(AccessMap access) const {
  if (!access.is_range() || (!holds(access.low, round_) && !holds(access.high, round_))) return access;
  const std::optional<Dim> low = pace_of(access.low), high = pace_of(access.high);
  if (!low || !high || *low != *high || steps_hold(access, round_)) return AccessMap::unknown();
  if (at_least(*high, 0) == Certainty::always) {
    access.before = true;
    access.low = access.high;
  } else if (at_least(-*high, 0) == Certainty::always) {
    access.after = true;
    access.high = access.low;
  } else {
    return AccessMap::unknown();
  }
  return access;
}

std::vector<AccessMaps> FieldIterations::next_states(const std::vector<AccessMaps>& results,
                                                     std::optional<std::int64_t> round) const {
  std::vector<AccessMaps> next;
  const std::optional<Repetition>& repetition = body_.repetition;
  for (std::size_t state = 0; state < places_.states; ++state)
    next.push_back(changed(results[places_.body_output + state], [&](std::uint32_t, const AccessMap& access) {
      if (!repetition || repetition->index.empty() || !access.is_range()) return widened(access);
      if (!round || steps_hold(access, repetition->index)) return AccessMap::unknown();
      AccessMap bound = access;
      bound.low = access.low.substitute({{repetition->index, *round}});
      bound.high = access.high.substitute({{repetition->index, *round}});
      return bound;
    }));
  return next;
}

std::vector<AccessMaps> FieldIterations::joined(const std::vector<AccessMaps>& a, const std::vector<AccessMaps>& b) const {
  std::vector<AccessMaps> both;
  for (std::size_t state = 0; state < places_.states; ++state) {
    JoinedReadings join(shape_of_state(state), walk_.extents());
    join.add(a[state]);
    join.add(b[state]);
    both.push_back(join.take());
  }
  return both;
}

/// Round by round until all have been, or nothing changes any more.
bool FieldIterations::iterate() {
  const std::optional<std::int64_t> iterations = call_.iterations.number();
  const bool is_counted = iterations && *iterations <= kMaxRounds;
  for (std::int64_t number = 0; number < (is_counted ? *iterations : kMaxJoins); ++number) {
    const std::vector<AccessMaps> results = round(now_);
    std::vector<AccessMaps> next = next_states(results, is_counted ? std::optional(number) : std::nullopt);
    if (!is_counted) next = joined(now_, next);
    collect(results);
    const bool is_end = are_same(now_, next) && (!body_.repetition || body_.repetition->index.empty());
    now_ = std::move(next);
    if (is_end) return true;
  }
  return is_counted;
}

/// One state whose steps stay what they are moves its bounds in every iteration as in the first: they enter each sum and each minimum once.
bool FieldIterations::grow_steadily() {
  std::vector<AccessMaps> first;
  for (std::size_t state = 0; state < places_.states; ++state) {
    const TensorId input = node_.inputs[places_.input + state];
    first.push_back(input == kAbsent ? nullptr : states_[input]);
  }
  const bool is_alone =
      std::count_if(first.begin(), first.end(), [](const AccessMaps& accesses) { return accesses != nullptr; }) == 1 &&
      std::all_of(given_.begin(), given_.end(), [](const AccessMaps& accesses) { return accesses == nullptr; });
  if (!is_alone || node_.outputs.size() > places_.states) return false;
  const std::vector<AccessMaps> results = round(first);
  const std::string index = body_.repetition ? body_.repetition->index : std::string();
  for (std::size_t state = 0; state < places_.states; ++state) {
    const AccessMaps& before = first[state];
    const AccessMaps& after = results[places_.body_output + state];
    if (is_same(before, after)) continue;
    if (before == nullptr || after == nullptr || before->size() != after->size()) return false;
    std::size_t place = 0;
    now_[state] = changed(after, [&](std::uint32_t source, AccessMap access) {
      const auto& [start_source, start] = (*before)[place++];
      if (start == access || access.kind == AccessMap::Kind::all) return access;
      const bool keeps_steps =
          start_source == source && start.is_range() && access.is_range() && !start.steps.empty() && start.steps == access.steps;
      if (!keeps_steps || start.before != access.before || start.after != access.after || access.wraps)
        return AccessMap::unknown();
      access.low = start.low + sum_over_repeats(access.low - start.low, index, call_.iterations);
      access.high = start.high + sum_over_repeats(access.high - start.high, index, call_.iterations);
      return access;
    });
  }
  return true;
}

/// As a part of what the iterations give along a new axis.
AccessMap FieldIterations::stacked(const AccessMap& access, std::size_t index, std::size_t axis) const {
  AccessMap result = with_axis(access, axis);
  if (!result.is_range() || (!holds(result.low, round_) && !holds(result.high, round_))) return result;
  if (steps_hold(result, round_)) return AccessMap::unknown();
  if (is_backward("scan_output_directions", index)) {
    const Dim round = call_.iterations - 1 - Dim::symbol(round_);
    result.low = at_round(result.low, round);
    result.high = at_round(result.high, round);
  }
  const std::optional<Dim> low = pace_of(result.low), high = pace_of(result.high);
  if (!low || !high || *low != *high) return AccessMap::unknown(std::uint64_t{axis < 64} << axis);
  result.low = at_round(result.low, 0);
  result.high = at_round(result.high, 0);
  const auto place =
      std::find_if(result.steps.begin(), result.steps.end(), [&](const AccessTerm& step) { return step.axis > axis; });
  result.steps.insert(place, AccessTerm{static_cast<std::uint32_t>(axis), *low});
  return result;
}

void FieldIterations::collect(const std::vector<AccessMaps>& results) {
  for (std::size_t index = 0; index < collected_.size(); ++index) {
    const std::size_t output = places_.states + index;
    const TensorId tensor = node_.outputs[output];
    if (tensor == kAbsent || output + places_.body_output >= results.size()) continue;
    const Shape& shape = scope_.facts[tensor].type.shape;
    collected_[index].add(changed(results[output + places_.body_output], [&](std::uint32_t, const AccessMap& access) {
      return shape.known() ? stacked(access, index, axis_of("scan_output_axes", index, shape.rank())) : after_unknown(access);
    }));
  }
}

/// What a state reads of an axis of `extent` positions behind the last iteration.
AccessMap FieldIterations::after_all(AccessMap access, const Dim& extent) const {
  if (!access.is_range()) return access;
  access.low = at_round(access.low, call_.iterations - 1);
  access.high = at_round(access.high, call_.iterations - 1);
  const bool is_whole = (access.before && at_least(access.high, extent - 1) == Certainty::always) ||
                        (access.after && at_least(0, access.low) == Certainty::always);
  return is_whole && access.steps.empty() ? AccessMap::everything() : access;
}

void FieldIterations::give() {
  for (std::size_t output = 0; output < node_.outputs.size(); ++output) {
    const TensorId tensor = node_.outputs[output];
    if (tensor == kAbsent) continue;
    states_[tensor] = output >= places_.states ? collected_[output - places_.states].take()
                                               : changed(now_[output], [&](std::uint32_t source, const AccessMap& access) {
                                                   return after_all(access, walk_.extents()[source]);
                                                 });
  }
}

}  // namespace macroscope
