#include "analyzer/operators/notation/worked_formula.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "analyzer/operators/notation/bound_lines.h"
#include "analyzer/operators/notation/line_bodies.h"
#include "analyzer/operators/notation/nest.h"

namespace macroscope {
namespace {

constexpr std::array<std::string_view, kFlopKinds> kKinds{"add", "mul", "div", "compare", "special"};

int sum_of(const Effort& effort) { return effort.add + effort.mul + effort.div + effort.compare + effort.special; }

struct Words {
  std::string operator()(const Loops& loops) const {
    std::string text(loops.nests.front().formula);
    if (!loops.per_point.is_zero()) text += fmt::format("; {} at each point", in_words(loops.per_point));
    if (!loops.per_output.is_zero()) text += fmt::format("; {} per output element", in_words(loops.per_output));
    if (loops.bias >= 0) text += "; 1 add per output element for a bias";
    if (loops.summand >= 0) text += "; 1 add per output element for a summand";
    return text;
  }
  std::string operator()(const PerElement& per_element) const {
    std::string text = per_element.effort.is_zero() ? "" : in_words(per_element.effort) + " per output element";
    if (!per_element.per_further_input.is_zero())
      text += fmt::format("{}{} per output element and further input", text.empty() ? "" : "; ",
                          in_words(per_element.per_further_input));
    return text.empty() ? "none" : text;
  }
  std::string operator()(const Body& body) const { return std::string(body.text); }
  std::string operator()(const Moves&) const { return "none"; }
  std::string operator()(const Rules&) const { return ""; }
};

std::string in_parentheses(const std::string& text) { return text.find(' ') == std::string::npos ? text : "(" + text + ")"; }

/// `2*98304 + 128`: what the lines come to, those with as many points taken together; of lines that contract their multiply-accumulates alone.
std::string worked(const Lines& body, const OpContext& context) {
  const std::vector<ComputedLine> lines = computed_lines(body, context);
  const bool contracts =
      std::any_of(lines.begin(), lines.end(), [](const ComputedLine& line) { return line.line->is_contraction; });
  std::vector<std::pair<Dim, int>> terms;
  for (const ComputedLine& line : lines) {
    const int effort = contracts ? (line.line->is_contraction ? 1 : 0) : sum_of(line.effort);
    if (effort == 0 || line.points.is(0)) continue;
    const auto known = std::find_if(terms.begin(), terms.end(), [&](const auto& term) { return term.first == line.points; });
    if (known == terms.end()) {
      terms.emplace_back(line.points, effort);
    } else {
      known->second += effort;
    }
  }
  std::string text;
  for (const auto& [points, effort] : terms)
    text += fmt::format("{}{}{}", text.empty() ? "" : " + ", effort == 1 ? "" : fmt::format("{}*", effort),
                        in_parentheses(points.text()));
  return text;
}

}  // namespace

std::string in_words(const Effort& effort) {
  std::string text;
  const auto by_kind = effort.by_kind();
  for (std::size_t kind = 0; kind < kFlopKinds; ++kind) {
    if (by_kind[kind] == 0) continue;
    if (!text.empty()) text += " + ";
    text += fmt::format("{} {}", by_kind[kind], kKinds[kind]);
  }
  return text;
}

std::string worked_formula(const Operator& row, const OpContext& context) {
  try {
    if (const auto* loops = std::get_if<Loops>(&row.meaning)) return bind(*loops, context).worked();
    if (const auto* per_element = std::get_if<PerElement>(&row.meaning)) {
      const int effort = sum_of(per_element->effort);
      if (effort == 0 || !is_floating(context.dtype(0))) return {};
      const Dim elements = elements_of(context.output(0));
      return fmt::format("{}*{}", effort, in_parentheses(elements.text()));
    }
    if (const Lines* body = body_of(row)) return worked(*body, context);
  } catch (const Unknown&) {
    return {};
  } catch (const RuleError&) {
    return {};
  } catch (const AlgebraError&) {
    return {};
  }
  return {};
}

std::vector<BodyLine> body_lines(const Operator& row, const OpContext& context) {
  const Lines* const body = body_of(row);
  std::vector<BodyLine> lines;
  if (body == nullptr) return lines;
  try {
    for (const ComputedLine& computed : computed_lines(*body, context)) {
      const Line& line = *computed.line;
      lines.push_back(
          {line.left, line.sign, line.right, line.is_prepared, line.is_contraction, computed.points, computed.effort});
    }
  } catch (const Unknown&) {
    lines.clear();
  } catch (const RuleError&) {
    lines.clear();
  }
  return lines;
}

std::string rule_in_words(const Operator& row) {
  if (!row.cost.empty()) return std::string(row.cost);
  const Lines* lines = body_of(row);
  std::string text = lines != nullptr ? std::string(lines->text) : std::visit(Words{}, row.meaning);
  if (!row.activation.name.empty()) text += fmt::format("; {} of each output element", row.activation.name);
  if (!row.activation.attribute.empty()) text += fmt::format("; the {} that is named", row.activation.attribute);
  return text;
}

std::string_view kind_of(const Operator& row) noexcept {
  if (body_of(row) != nullptr) return "body";
  constexpr std::array<std::string_view, 5> kNames{"loops", "per element", "body", "moves", "rules"};
  return kNames[row.meaning.index()];
}

}  // namespace macroscope
