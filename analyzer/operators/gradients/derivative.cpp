#include "analyzer/operators/gradients/derivative.h"

#include <fmt/format.h>

#include <string_view>

namespace macroscope {
namespace {

void put_in(std::string& text, std::string_view name, double value) {
  const std::string slot = fmt::format("{{{}}}", name);
  for (std::size_t at = text.find(slot); at != std::string::npos; at = text.find(slot, at))
    text.replace(at, slot.size(), fmt::format("{:.6g}", value));
}

}  // namespace

std::optional<ElementDerivative> derivative_of(const Operator& row, const OpContext& context, std::size_t input) {
  const Derivative& said = row.derivative;
  if (input >= said.text.size() || said.text[input].empty()) return std::nullopt;
  const bool has_two = !said.text[1].empty();
  const std::string_view usual = !has_two ? "x" : input == 0 ? "a" : "b";
  ElementDerivative derivative{std::string(said.operands[input].empty() ? usual : said.operands[input]),
                               std::string(said.text[input]), std::string(said.words)};
  for (std::string* text : {&derivative.text, &derivative.words}) {
    put_in(*text, "alpha", context.real("alpha", said.alpha));
    put_in(*text, "gamma", context.real("gamma", said.gamma));
    put_in(*text, "epsilon", context.real("epsilon", 1e-5));
  }
  return derivative;
}

}  // namespace macroscope
