#include "frontends/dsl/interpreter/frames.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "analyzer/diagnostics/suggestion.h"
#include "frontends/dsl/layers/layers.h"
#include "frontends/dsl/syntax/mistake.h"

namespace macroscope::dsl {
namespace {

constexpr std::size_t kMaxCallNotes = 3;
/// Names or indices that a help line lists.
constexpr std::size_t kMaxListed = 8;

}  // namespace

bool Frames::is_running(const Definition& definition) const {
  return std::any_of(frames_.begin(), frames_.end(), [&](const Frame& active) { return active.definition == &definition; });
}

std::vector<Note> Frames::calls() const {
  std::vector<Note> notes;
  for (std::size_t depth = frames_.size(); depth > 1 && notes.size() < kMaxCallNotes; --depth) {
    const Frame& block = frames_[depth - 1];
    notes.push_back(problems_.note(block.called, fmt::format("block '{}' is called here", block.definition->name.text)));
  }
  return notes;
}

const Variable* Frames::find(std::string_view name) const {
  const Variables& variables = frames_.back().variables;
  const auto found = variables.find(name);
  return found == variables.end() ? nullptr : &found->second;
}

Datum Frames::value_of(const Expression& name) const {
  const Variable* variable = find(name.text);
  if (variable == nullptr) return {std::string(name.text)};
  if (variable->is_indexed)
    throw Mistake{"bad-value",
                  name.span,
                  fmt::format("'{}' has one value an index", name.text),
                  fmt::format("{}[1]", name.text),
                  {problems_.note(variable->defined, "it was given here")}};
  return variable->datum;
}

const Datum& Frames::element_of(const Variable& variable, const Expression& index, std::int64_t at) const {
  const auto element = variable.elements.find(at);
  if (element != variable.elements.end()) return element->second;
  std::vector<std::string> known;
  for (const auto& [number, datum] : variable.elements)
    if (known.size() < kMaxListed) known.push_back(fmt::format("{}", number));
  throw Mistake{"unknown-index", index.span, fmt::format("'{}' has no value at index {}", index.text, at),
                fmt::format("it has one at {}", fmt::join(known, ", "))};
}

bool Frames::is_stray(const Expression& expression, const Datum& datum) const {
  return expression.kind == Expression::Kind::name && datum.word() != nullptr && find(expression.text) == nullptr &&
         !is_layer_word(expression.text) && !content_.words.contains(expression.text);
}

void Frames::fail_unknown(const Expression& name) const {
  std::vector<std::string_view> known;
  for (const auto& [text, variable] : frames_.back().variables) known.push_back(text);
  std::string help;
  if (find_layer(name.text) != nullptr) help = fmt::format("'{}' is a layer: x -> {}", name.text, name.text);
  if (help.empty())
    if (const std::string_view near = nearest_to(name.text, known); !near.empty()) help = fmt::format("did you mean '{}'?", near);
  if (help.empty() && !known.empty() && known.size() <= kMaxListed) help = fmt::format("known here: {}", fmt::join(known, ", "));
  throw Mistake{"unknown-name", name.text_span, fmt::format("nothing is called '{}' here", name.text), std::move(help)};
}

void Frames::check_name(const Word& name) const {
  const bool is_layer = find_layer(name.text) != nullptr || is_number_function(name.text);
  if (!is_layer && content_.block(name.text) == nullptr) return;
  throw Mistake{"name-taken", name.span,
                fmt::format("'{}' is a {}, and cannot name anything else", name.text, is_layer ? "layer" : "block"),
                fmt::format("another name, such as {}_out", name.text)};
}

void Frames::bind(const Word& name, Datum datum) {
  check_name(name);
  now().variables[name.text] = {std::move(datum), name.span, {}, false};
}

void Frames::bind_element(const Expression& target, std::int64_t index, Datum datum) {
  Variable& variable = now().variables[target.text];
  if (!variable.is_indexed) variable = {{}, target.span, {}, true};
  variable.elements[index] = std::move(datum);
}

}  // namespace macroscope::dsl
