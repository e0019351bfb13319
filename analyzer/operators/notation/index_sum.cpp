#include "analyzer/operators/notation/index_sum.h"

#include <fmt/format.h>

#include <algorithm>

namespace macroscope {
namespace {

std::string without_spaces(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

/// `2i`, `s*i`, `(d-1)*i`, with its sign where something comes before it.
std::string step_text(const Dim& factor, const std::string& loop, bool is_first) {
  if (const auto number = factor.integer()) {
    const bool is_negative = *number < 0;
    const std::string sign = is_negative ? "-" : is_first ? "" : "+";
    const Dim magnitude = is_negative ? -factor : factor;
    return sign + (magnitude.is(1) ? "" : magnitude.text()) + loop;
  }
  const std::string positive = without_spaces(factor.text());
  if (positive.front() == '-') {
    const std::string negated = without_spaces((-factor).text());
    return fmt::format("-{}*{}", negated.find_first_of("+-") == std::string::npos ? negated : "(" + negated + ")", loop);
  }
  return fmt::format("{}{}*{}", is_first ? "" : "+",
                     positive.find_first_of("+-") == std::string::npos ? positive : "(" + positive + ")", loop);
}

}  // namespace

void IndexSum::gather(const std::vector<Dim>& extents) {
  for (std::size_t axis = 0; axis < result.indices.size(); ++axis) {
    Index& index = result.indices[axis];
    if (index.is_distinct || index.steps.size() != 2 || !index.steps.front().factor.is(1) || shown_steps(index) != 2) continue;
    const std::size_t place = index.steps.front().loop;
    const Step tap = index.steps.back();
    const Dim offset = index.offset;
    for (Factor& factor : factors) {
      for (Index& other : factor.indices) {
        const auto at =
            std::find_if(other.steps.begin(), other.steps.end(), [&](const Step& step) { return step.loop == place; });
        if (at == other.steps.end()) continue;
        const Dim times = at->factor;
        other.steps.push_back({tap.loop, -(times * tap.factor)});
        other.offset -= times * offset;
      }
    }
    index = {{{place, 1}}, 0, true};
    loops[place].extent = extents[axis];
  }
}

std::size_t IndexSum::shown_steps(const Index& index) const {
  return static_cast<std::size_t>(
      std::count_if(index.steps.begin(), index.steps.end(), [&](const Step& step) { return is_shown(step); }));
}

std::string IndexSum::text_of(const Index& index) const {
  std::string text;
  for (const Step& step : index.steps)
    if (is_shown(step)) text += step_text(step.factor, loops[step.loop].name, text.empty());
  if (index.offset.is(0)) return text;
  const std::string offset = without_spaces(index.offset.text());
  return text.empty() || offset.front() == '-' ? text + offset : text + "+" + offset;
}

std::string IndexSum::text_of(const Factor& factor) const {
  std::string inside;
  for (const Index& index : factor.indices) {
    const std::string text = text_of(index);
    if (!text.empty()) inside += (inside.empty() ? "" : ",") + text;
  }
  return inside.empty() ? factor.tensor : fmt::format("{}[{}]", factor.tensor, inside);
}

std::string IndexSum::summed_loops() const {
  std::vector<bool> is_summed(loops.size(), false);
  const auto mark = [&](const Factor& factor, bool as) {
    for (const Index& index : factor.indices)
      for (const Step& step : index.steps) is_summed[step.loop] = as;
  };
  for (const Factor& factor : factors) mark(factor, true);
  mark(result, false);
  std::string names;
  for (std::size_t loop = 0; loop < loops.size(); ++loop) {
    if (!is_summed[loop] || loops[loop].extent.is(1)) continue;
    names += (names.empty() ? "" : ", ") + loops[loop].name;
  }
  return names;
}

WrittenEquation IndexSum::written() const {
  WrittenEquation equation;
  equation.left = text_of(result);
  for (const Index& index : result.indices)
    if (!index.is_distinct && shown_steps(index) > 1) equation.relation = "+=";
  equation.right = scale;
  if (const std::string names = summed_loops(); !names.empty()) {
    constexpr const char* kWords[] = {"sum", "max", "min", "product"};
    equation.right += fmt::format("{} over {} of ", kWords[static_cast<std::size_t>(join)], names);
  }
  for (const Factor& factor : factors) equation.right += (&factor == &factors.front() ? "" : " ") + text_of(factor);
  equation.right += condition;
  return equation;
}

}  // namespace macroscope
