#include "analyzer/passes/access/field_iterations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analyzer/algebra/summation.h"
#include "analyzer/operators/access/access_hull.h"

namespace macroscope {
namespace {

using Readings = ReceptiveFields::Readings;
using SourceReading = ReceptiveFields::SourceReading;

/// Rounds that are walked one by one.
constexpr std::int64_t kMaxRounds = 64;
/// Rounds after which a state that still changes is taken to go on so.
constexpr std::int64_t kMaxJoins = 8;

bool holds(const Dim& dim, const std::string& symbol) {
  const std::vector<std::string> symbols = dim.symbols();
  return std::find(symbols.begin(), symbols.end(), symbol) != symbols.end();
}

bool steps_hold(const Reading& reading, const std::string& symbol) {
  return std::any_of(reading.steps.begin(), reading.steps.end(), [&](const ReadingStep& step) {
    const auto is_held = [&](const Dim& dim) { return holds(dim, symbol); };
    return is_held(step.step) || is_held(step.offset) || is_held(step.divisor) || is_held(step.modulus) ||
           std::any_of(step.lows.begin(), step.lows.end(), is_held) || std::any_of(step.highs.begin(), step.highs.end(), is_held);
  });
}

template <typename Change>
Readings changed(const Readings& readings, Change change) {
  if (readings == nullptr) return nullptr;
  std::vector<SourceReading> result;
  for (const auto& [source, reading] : *readings) result.push_back({source, change(source, reading)});
  return std::make_shared<const std::vector<SourceReading>>(std::move(result));
}

bool is_same(const Readings& a, const Readings& b) {
  if (a == b) return true;
  return a != nullptr && b != nullptr && std::equal(a->begin(), a->end(), b->begin(), b->end(), [](const auto& x, const auto& y) {
           return x.source == y.source && x.reading == y.reading;
         });
}

bool are_same(const std::vector<Readings>& a, const std::vector<Readings>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), is_same);
}

/// In an axis further, from `axis` on.
Reading with_axis(Reading reading, std::size_t axis) {
  for (ReadingStep& step : reading.steps)
    if (step.axis >= axis) ++step.axis;
  const std::uint64_t below = axis < 64 ? (std::uint64_t{1} << axis) - 1 : ~std::uint64_t{0};
  reading.spread = (reading.spread & below) | (reading.spread & ~below) << 1;
  return reading;
}

}  // namespace

FieldRounds::FieldRounds(const Network& network, const Shapes& shapes, FieldWalk& walk, const Scope& scope, const Call& call,
                         States& states)
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

Dim FieldRounds::at_round(const Dim& dim, const Dim& round) const { return dim.substitute({{round_, round}}); }

/// How much a bound moves from round to round; empty where that is not always the same.
std::optional<Dim> FieldRounds::pace_of(const Dim& bound) const {
  const Dim first = at_round(bound, 0), pace = at_round(bound, 1) - first;
  return bound == first + pace * Dim::symbol(round_) ? std::optional(pace) : std::nullopt;
}

FieldRounds::Places FieldRounds::places() const {
  const std::size_t inputs = node_.inputs.size();
  if (node_.domain.empty() && node_.op == "Loop" && inputs >= 2) return {2, 2, 1, inputs - 2, 0};
  if (node_.domain.empty() && node_.op == "Scan" && site_.version() >= 9) {
    const auto scanned = static_cast<std::size_t>(std::max<std::int64_t>(site_.integer("num_scan_inputs", 0), 0));
    if (scanned <= inputs) return {0, 0, 0, inputs - scanned, scanned};
  }
  if (node_.domain == "macroscope" && node_.op == "Repeat") return {0, 0, 0, inputs, 0};
  throw NotKnown();
}

std::size_t FieldRounds::axis_of(std::string_view attribute, std::size_t index, std::size_t rank) const {
  const auto axes = site_.integer_list(attribute);
  return Site::axis_of(axes && index < axes->size() ? (*axes)[index] : 0, rank);
}

bool FieldRounds::is_backward(std::string_view attribute, std::size_t index) const {
  const auto directions = site_.integer_list(attribute);
  return directions && index < directions->size() && (*directions)[index] != 0;
}

void FieldRounds::run() {
  for (TensorId tensor = 0; tensor < body_.tensors.size(); ++tensor)
    if (body_.tensors[tensor].outer != kAbsent) given_[tensor] = states_[body_.tensors[tensor].outer];
  for (std::size_t input = 0; input < places_.input; ++input)
    if (node_.inputs[input] != kAbsent && states_[node_.inputs[input]] != nullptr)
      throw NotKnown();  // data tells how often it runs
  for (std::size_t state = 0; state < places_.states; ++state) {
    const TensorId input = node_.inputs[places_.input + state];
    now_.push_back(input == kAbsent ? nullptr : states_[input]);
  }
  take_elements();
  for (std::size_t output = places_.states; output < node_.outputs.size(); ++output) {
    const TensorId tensor = node_.outputs[output];
    collected_.emplace_back(tensor == kAbsent ? Shape::unknown() : scope_.facts[tensor].type.shape, walk_.extents());
  }
  if (!iterate() && !grow_steadily()) throw NotKnown();
  give();
}

void FieldRounds::take_elements() {
  for (std::size_t index = 0; index < places_.scanned; ++index)
    given_[body_.inputs[places_.body_input + places_.states + index]] = element_of(index);
}

Readings FieldRounds::element_of(std::size_t index) const {
  const TensorId sequence = node_.inputs[places_.input + places_.states + index];
  const Shape& shape = scope_.facts[sequence].type.shape;
  const Shape& element = body_scope_.facts[body_.inputs[places_.body_input + places_.states + index]].type.shape;
  if (states_[sequence] == nullptr) return nullptr;
  if (!shape.known() || !element.known()) throw NotKnown();
  const std::size_t scanned = axis_of("scan_input_axes", index, shape.rank());
  const Dim round = Dim::symbol(round_);
  std::vector<Reading> axes;
  for (std::size_t axis = 0; axis < shape.rank(); ++axis)
    axes.push_back(axis == scanned ? Reading::at(is_backward("scan_input_directions", index) ? shape[axis] - 1 - round : round)
                                   : Reading::along(axis < scanned ? axis : axis - 1));
  return changed(states_[sequence],
                 [&](std::uint32_t, const Reading& reading) { return compose(reading, axes, shape, element); });
}

std::vector<Readings> FieldRounds::round(const std::vector<Readings>& now) {
  if (!walk_.may_go_round()) throw NotKnown();
  States states = given_;
  for (std::size_t state = 0; state < places_.states; ++state) states[body_.inputs[places_.body_input + state]] = now[state];
  walk_.run(call_.scope, states);
  std::vector<Readings> results;
  for (const TensorId output : body_.outputs) results.push_back(output == kAbsent ? nullptr : states[output]);
  for (std::size_t output = 0; output < places_.body_output; ++output)
    if (results[output] != nullptr) throw NotKnown();  // data tells when it ends
  return results;
}

Shape FieldRounds::shape_of_state(std::size_t index) const {
  return body_scope_.facts[body_.inputs[places_.body_input + index]].type.shape;
}

Reading FieldRounds::widened(Reading reading) const {
  if (!reading.is_range() || (!holds(reading.low, round_) && !holds(reading.high, round_))) return reading;
  const std::optional<Dim> low = pace_of(reading.low), high = pace_of(reading.high);
  if (!low || !high || *low != *high || steps_hold(reading, round_)) return Reading::unknown();
  if (at_least(*high, 0) == Certainty::always) {
    reading.before = true;
    reading.low = reading.high;
  } else if (at_least(-*high, 0) == Certainty::always) {
    reading.after = true;
    reading.high = reading.low;
  } else {
    return Reading::unknown();
  }
  return reading;
}

std::vector<Readings> FieldRounds::next_states(const std::vector<Readings>& results, std::optional<std::int64_t> round) const {
  std::vector<Readings> next;
  const std::optional<Repetition>& repetition = body_.repetition;
  for (std::size_t state = 0; state < places_.states; ++state)
    next.push_back(changed(results[places_.body_output + state], [&](std::uint32_t, const Reading& reading) {
      if (!repetition || repetition->index.empty() || !reading.is_range()) return widened(reading);
      if (!round || steps_hold(reading, repetition->index)) return Reading::unknown();
      Reading bound = reading;
      bound.low = reading.low.substitute({{repetition->index, *round}});
      bound.high = reading.high.substitute({{repetition->index, *round}});
      return bound;
    }));
  return next;
}

std::vector<Readings> FieldRounds::joined(const std::vector<Readings>& a, const std::vector<Readings>& b) const {
  std::vector<Readings> both;
  for (std::size_t state = 0; state < places_.states; ++state) {
    JoinedReadings join(shape_of_state(state), walk_.extents());
    join.add(a[state]);
    join.add(b[state]);
    both.push_back(join.take());
  }
  return both;
}

/// Round by round until all have been, or nothing changes any more.
bool FieldRounds::iterate() {
  const std::optional<std::int64_t> trips = call_.trips.number();
  const bool is_counted = trips && *trips <= kMaxRounds;
  for (std::int64_t number = 0; number < (is_counted ? *trips : kMaxJoins); ++number) {
    const std::vector<Readings> results = round(now_);
    std::vector<Readings> next = next_states(results, is_counted ? std::optional(number) : std::nullopt);
    if (!is_counted) next = joined(now_, next);
    collect(results);
    const bool is_end = are_same(now_, next) && (!body_.repetition || body_.repetition->index.empty());
    now_ = std::move(next);
    if (is_end) return true;
  }
  return is_counted;
}

/// One state whose steps stay what they are moves its bounds in every round as in the first: they enter each sum and each minimum once.
bool FieldRounds::grow_steadily() {
  std::vector<Readings> first;
  for (std::size_t state = 0; state < places_.states; ++state) {
    const TensorId input = node_.inputs[places_.input + state];
    first.push_back(input == kAbsent ? nullptr : states_[input]);
  }
  const bool is_alone =
      std::count_if(first.begin(), first.end(), [](const Readings& readings) { return readings != nullptr; }) == 1 &&
      std::all_of(given_.begin(), given_.end(), [](const Readings& readings) { return readings == nullptr; });
  if (!is_alone || node_.outputs.size() > places_.states) return false;
  const std::vector<Readings> results = round(first);
  const std::string index = body_.repetition ? body_.repetition->index : std::string();
  for (std::size_t state = 0; state < places_.states; ++state) {
    const Readings& before = first[state];
    const Readings& after = results[places_.body_output + state];
    if (is_same(before, after)) continue;
    if (before == nullptr || after == nullptr || before->size() != after->size()) return false;
    std::size_t place = 0;
    now_[state] = changed(after, [&](std::uint32_t source, Reading reading) {
      const auto& [start_source, start] = (*before)[place++];
      if (start == reading || reading.kind == Reading::Kind::all) return reading;
      const bool keeps_steps = start_source == source && start.is_range() && reading.is_range() && !start.steps.empty() &&
                               start.steps == reading.steps;
      if (!keeps_steps || start.before != reading.before || start.after != reading.after || reading.wraps)
        return Reading::unknown();
      reading.low = start.low + sum_of_copies(reading.low - start.low, index, call_.trips);
      reading.high = start.high + sum_of_copies(reading.high - start.high, index, call_.trips);
      return reading;
    });
  }
  return true;
}

/// As a part of what the rounds give along a new axis.
Reading FieldRounds::stacked(const Reading& reading, std::size_t index, std::size_t axis) const {
  Reading result = with_axis(reading, axis);
  if (!result.is_range() || (!holds(result.low, round_) && !holds(result.high, round_))) return result;
  if (steps_hold(result, round_)) return Reading::unknown();
  if (is_backward("scan_output_directions", index)) {
    const Dim round = call_.trips - 1 - Dim::symbol(round_);
    result.low = at_round(result.low, round);
    result.high = at_round(result.high, round);
  }
  const std::optional<Dim> low = pace_of(result.low), high = pace_of(result.high);
  if (!low || !high || *low != *high) return Reading::unknown(std::uint64_t{axis < 64} << axis);
  result.low = at_round(result.low, 0);
  result.high = at_round(result.high, 0);
  const auto place =
      std::find_if(result.steps.begin(), result.steps.end(), [&](const ReadingStep& step) { return step.axis > axis; });
  result.steps.insert(place, ReadingStep{static_cast<std::uint32_t>(axis), *low});
  return result;
}

void FieldRounds::collect(const std::vector<Readings>& results) {
  for (std::size_t index = 0; index < collected_.size(); ++index) {
    const std::size_t output = places_.states + index;
    const TensorId tensor = node_.outputs[output];
    if (tensor == kAbsent || output + places_.body_output >= results.size()) continue;
    const Shape& shape = scope_.facts[tensor].type.shape;
    collected_[index].add(changed(results[output + places_.body_output], [&](std::uint32_t, const Reading& reading) {
      return shape.known() ? stacked(reading, index, axis_of("scan_output_axes", index, shape.rank())) : after_unknown(reading);
    }));
  }
}

/// What a state reads of an axis of `extent` positions behind the last round.
Reading FieldRounds::after_all(Reading reading, const Dim& extent) const {
  if (!reading.is_range()) return reading;
  reading.low = at_round(reading.low, call_.trips - 1);
  reading.high = at_round(reading.high, call_.trips - 1);
  const bool is_whole = (reading.before && at_least(reading.high, extent - 1) == Certainty::always) ||
                        (reading.after && at_least(0, reading.low) == Certainty::always);
  return is_whole && reading.steps.empty() ? Reading::everything() : reading;
}

void FieldRounds::give() {
  for (std::size_t output = 0; output < node_.outputs.size(); ++output) {
    const TensorId tensor = node_.outputs[output];
    if (tensor == kAbsent) continue;
    states_[tensor] = output >= places_.states ? collected_[output - places_.states].take()
                                               : changed(now_[output], [&](std::uint32_t source, const Reading& reading) {
                                                   return after_all(reading, walk_.extents()[source]);
                                                 });
  }
}

}  // namespace macroscope
