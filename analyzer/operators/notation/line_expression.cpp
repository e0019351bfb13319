#include "analyzer/operators/notation/line_expression.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "analyzer/operators/catalogue.h"
#include "analyzer/operators/notation/line_bodies.h"

namespace macroscope {
namespace {

Effort dearer(const Effort& a, const Effort& b) {
  return {std::max(a.add, b.add), std::max(a.mul, b.mul), std::max(a.div, b.div), std::max(a.compare, b.compare),
          std::max(a.special, b.special)};
}

/// What an operator costs per element with `operands` operands; empty where its row does not say it per element.
std::optional<Effort> effort_of_call(std::string_view name, int operands) {
  constexpr std::int64_t kNewest = 1000;
  if (name == "Cast") return Effort{};
  for (const std::string_view domain : {"", "com.microsoft"}) {
    const Operator* row = find_operator(domain, name, kNewest);
    if (row == nullptr) continue;
    if (const auto* per_element = std::get_if<PerElement>(&row->meaning)) {
      Effort effort = per_element->effort;
      for (int further = 1; further < operands; ++further) effort = sum(effort, per_element->per_further_input);
      return effort;
    }
    const Lines* lines = body_of(*row);
    if (lines == nullptr || lines_of(lines->text).lines.size() != 1) continue;
    Effort effort;
    for (const LineCost& cost : lines_of(lines->text).lines.front().costs) effort = sum(effort, cost.effort);
    return effort;
  }
  return std::nullopt;
}

}  // namespace

void ExpressionParser::add(const Effort& effort, const Term& right, double neutral) {
  ++operations_;
  if (right.operand < 0 && right.attribute.empty()) {
    fixed().effort = sum(fixed().effort, effort);
  } else {
    costs.push_back({effort, right.operand, right.attribute, neutral});
  }
}

LineCost& ExpressionParser::fixed() {
  if (costs.empty() || costs.front().operand >= 0 || !costs.front().attribute.empty()) costs.insert(costs.begin(), LineCost{});
  return costs.front();
}

ExpressionParser::Term ExpressionParser::comparison() {
  Term left = total();
  for (const std::string_view sign : {">=", "<=", ">", "<"}) {
    if (!reader_.accept(sign)) continue;
    total();
    add({.compare = 1});
    return {};
  }
  return left;
}

ExpressionParser::Term ExpressionParser::total() {
  Term left = product();
  while (reader_.next() == '+' || reader_.next() == '-') {
    if (!reader_.accept("+")) reader_.accept("-");
    add({.add = 1}, product(), 0);
    left = {};
  }
  return left;
}

ExpressionParser::Term ExpressionParser::product() {
  Term left = factor();
  while (reader_.next() == '*' || reader_.next() == '/') {
    if (reader_.accept("*")) {
      ++products_;
      add({.mul = 1}, factor(), 1);
    } else {
      reader_.accept("/");
      add({.div = 1}, factor(), 1);
    }
    left = {};
  }
  return left;
}

ExpressionParser::Term ExpressionParser::factor() {
  if (++depth_ > kMaxDepth) {
    reader_.refuse("an expression nests too deep");
    return {};
  }
  const Term term = factor_below();
  --depth_;
  return term;
}

ExpressionParser::Term ExpressionParser::factor_below() {
  if (reader_.accept("-")) return factor();
  if (reader_.accept("(")) {
    comparison();
    reader_.expect(")");
    return {};
  }
  if (is_digit(reader_.next())) {
    reader_.number();
    return {};
  }
  const std::string_view name = reader_.word();
  const bool optional = reader_.accept("?");
  if (!optional && reader_.next() == '(') {
    call(name);
    return {};
  }
  if (reader_.next() == '[') {
    operands.push_back(tensor_(parser_, name, optional));
    return optional ? Term{static_cast<int>(operands.back().tensor), {}} : Term{};
  }
  return optional ? Term{-1, name} : Term{};
}

void ExpressionParser::call(std::string_view name) {
  reader_.expect("(");
  const bool is_named_by_node = name.front() >= 'a' && name.front() <= 'z';
  if (name == "Where") return choose();
  int count = 0;
  do {
    comparison();
    ++count;
  } while (reader_.accept(","));
  reader_.expect(")");
  if (is_named_by_node) return;
  const std::optional<Effort> effort = effort_of_call(name, count);
  if (!effort) return reader_.refuse("no operator " + std::string(name) + " works element by element");
  converts = converts || name == "Cast" || name == "DequantizeLinear" || name == "QuantizeLinear";
  add(*effort);
}

void ExpressionParser::choose() {
  comparison();
  const Effort before = fixed().effort;
  std::array<Effort, 2> choices;
  for (Effort& choice : choices) {
    reader_.expect(",");
    fixed().effort = {};
    comparison();
    choice = fixed().effort;
  }
  reader_.expect(")");
  fixed().effort = sum(before, dearer(choices[0], choices[1]));
  ++operations_;
}

}  // namespace macroscope
