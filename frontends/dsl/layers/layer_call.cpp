#include "frontends/dsl/layers/layer_call.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analyzer/diagnostics/suggestion.h"

namespace macroscope::dsl {
namespace {

std::string kind_of(const Argument& argument) {
  struct Kinds {
    std::string operator()(const Handle&) const { return "a tensor"; }
    std::string operator()(const Dim& size) const { return size.text(); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(const std::string& word) const { return fmt::format("'{}'", word); }
    std::string operator()(const std::vector<Argument>& list) const { return fmt::format("a list of {}", list.size()); }
  };
  return std::visit(Kinds{}, argument.value);
}

[[noreturn]] void refuse_kind(std::string_view parameter, std::string_view wanted, const Argument& argument) {
  refuse("bad-argument", fmt::format("{} is {}, and not {}", parameter, wanted, kind_of(argument)), parameter);
}

bool takes_tensor(ParameterKind kind) {
  return kind == ParameterKind::tensor || kind == ParameterKind::tensors || kind == ParameterKind::operand;
}

/// Other libraries call many of them by a longer word: `padding`, `kernel_size`, `strides`.
std::string suggestion_of_parameter(const Layer& layer, std::string_view name) {
  std::vector<std::string_view> names;
  for (const LayerParameter& parameter : layer.parameters) {
    if (parameter.name.size() > 2 && name.starts_with(parameter.name)) return fmt::format("did you mean '{}'?", parameter.name);
    names.push_back(parameter.name);
  }
  return suggestion_for(name, names);
}

}  // namespace

void refuse(std::string_view code, const std::string& message, std::string_view parameter, std::string help) {
  throw BuildError(code, message, std::move(help), std::string(parameter));
}

LayerCall::LayerCall(const Layer& layer, std::span<const Argument> positional, std::span<const NamedArgument> named,
                     std::size_t results)
    : layer_(layer), arguments_(layer.parameters.size(), nullptr), results_(results) {
  if (results > layer.results)
    refuse("too-many-results", fmt::format("{} results are taken, and it gives {}", results, layer.results));
  std::size_t next = 0;
  for (const Argument& argument : positional) {
    const bool is_tensor = std::holds_alternative<Handle>(argument.value);
    if (next < layer.parameters.size() && layer.parameters[next].kind == ParameterKind::tensors) {
      if (is_tensor) {
        tensors_.push_back(argument);
        continue;
      }
      ++next;
    }
    if (next == layer.parameters.size())
      refuse("too-many-arguments", fmt::format("there are more arguments than it takes: {}", signature_of(layer)));
    if (is_tensor && !takes_tensor(layer.parameters[next].kind))
      refuse("bad-argument",
             fmt::format("a tensor stands where {} is wanted: {}", layer.parameters[next].name, signature_of(layer)),
             layer.parameters[next].name);
    arguments_[next++] = &argument;
  }
  for (const auto& [name, argument] : named) {
    const auto found = std::find_if(layer.parameters.begin(), layer.parameters.end(),
                                    [&key = name](const LayerParameter& parameter) { return parameter.name == key; });
    if (found == layer.parameters.end())
      refuse("unknown-parameter", fmt::format("there is no parameter '{}'", name), name, suggestion_of_parameter(layer, name));
    const Argument*& place = arguments_[static_cast<std::size_t>(found - layer.parameters.begin())];
    if (place != nullptr) refuse("bad-argument", fmt::format("{} is given twice", name), name);
    place = &argument;
  }
  for (std::size_t index = 0; index < layer.parameters.size(); ++index) {
    const LayerParameter& parameter = layer.parameters[index];
    const bool is_given = arguments_[index] != nullptr || (parameter.kind == ParameterKind::tensors && !tensors_.empty());
    if (is_given || !parameter.otherwise.empty()) continue;
    refuse("missing-argument", fmt::format("{} is not given: {}", parameter.name, signature_of(layer)));
  }
}

const Argument* LayerCall::find(std::string_view parameter) const noexcept {
  for (std::size_t index = 0; index < layer_.parameters.size(); ++index)
    if (layer_.parameters[index].name == parameter) return arguments_[index];
  return nullptr;
}

std::string LayerCall::label(std::string_view parameter) const {
  const Argument* argument = find(parameter);
  return argument == nullptr || argument->label.empty() ? std::string(parameter) : argument->label;
}

Handle LayerCall::tensor(std::string_view parameter) const {
  const Argument* argument = find(parameter);
  if (argument == nullptr) return kLeftOut;
  const auto* handle = std::get_if<Handle>(&argument->value);
  if (handle == nullptr) refuse_kind(parameter, "a tensor", *argument);
  return *handle;
}

Handle LayerCall::operand(GraphBuilder& build, std::string_view parameter, DataType dtype) const {
  const Argument* argument = find(parameter);
  if (const auto* handle = std::get_if<Handle>(&argument->value)) return *handle;
  const auto* size = std::get_if<Dim>(&argument->value);
  if (size != nullptr && !is_floating(dtype)) return build.scalar(parameter, *size);
  if (const auto* number = std::get_if<double>(&argument->value)) return build.reals(parameter, {Real(*number)}, true);
  if (size == nullptr) refuse_kind(parameter, "a tensor or a number", *argument);
  return build.reals(parameter, {Real::ratio(*size)}, true);
}

std::optional<Dim> LayerCall::size(std::string_view parameter) const {
  const Argument* argument = find(parameter);
  if (argument == nullptr) return std::nullopt;
  const auto* size = std::get_if<Dim>(&argument->value);
  if (size == nullptr) refuse_kind(parameter, "an integer", *argument);
  return *size;
}

namespace {

const Dim& checked(const Dim& size, std::string_view parameter, std::int64_t least) {
  if (at_least(size, least) == Certainty::never)
    refuse("bad-argument", fmt::format("{} is at least {}, and not {}", parameter, least, size.text()), parameter);
  return size;
}

}  // namespace

Dim LayerCall::size_of_at_least(std::string_view parameter, std::int64_t least, const Dim& otherwise) const {
  return checked(size(parameter, otherwise), parameter, least);
}

std::int64_t LayerCall::number(std::string_view parameter, std::int64_t otherwise) const {
  const Dim given = size(parameter, otherwise);
  if (!given.number()) refuse("bad-argument", fmt::format("{} must be a number, and is {}", parameter, given.text()), parameter);
  return *given.number();
}

std::optional<std::vector<Dim>> LayerCall::list(std::string_view parameter) const {
  const Argument* argument = find(parameter);
  const auto* list = argument == nullptr ? nullptr : std::get_if<std::vector<Argument>>(&argument->value);
  if (list == nullptr) return std::nullopt;
  std::vector<Dim> elements;
  for (const Argument& element : *list) {
    const auto* size = std::get_if<Dim>(&element.value);
    if (size == nullptr) refuse_kind(parameter, "a list of integers", element);
    elements.push_back(*size);
  }
  return elements;
}

std::vector<Dim> LayerCall::sizes(std::string_view parameter, std::size_t axes, std::int64_t least, const Dim& otherwise) const {
  std::vector<Dim> sizes;
  if (auto given = list(parameter)) {
    if (given->size() != axes)
      refuse("bad-argument", fmt::format("{} has {} entries for {} spatial axes", parameter, given->size(), axes), parameter);
    sizes = std::move(*given);
  } else {
    sizes.assign(axes, size(parameter, otherwise));
  }
  for (const Dim& entry : sizes) checked(entry, parameter, least);
  return sizes;
}

double LayerCall::real(std::string_view parameter, double otherwise) const {
  const Argument* argument = find(parameter);
  if (argument == nullptr) return otherwise;
  if (const auto* number = std::get_if<double>(&argument->value)) return *number;
  const auto* size = std::get_if<Dim>(&argument->value);
  if (size == nullptr || !size->number()) refuse_kind(parameter, "a number", *argument);
  return static_cast<double>(*size->number());
}

bool LayerCall::flag(std::string_view parameter, bool otherwise) const {
  const Argument* argument = find(parameter);
  if (argument == nullptr) return otherwise;
  const auto* flag = std::get_if<bool>(&argument->value);
  if (flag == nullptr) refuse_kind(parameter, "true or false", *argument);
  return *flag;
}

std::optional<std::string_view> LayerCall::word(std::string_view parameter) const {
  const Argument* argument = find(parameter);
  const auto* word = argument == nullptr ? nullptr : std::get_if<std::string>(&argument->value);
  return word == nullptr ? std::nullopt : std::optional<std::string_view>(*word);
}

std::string_view LayerCall::word(std::string_view parameter, std::initializer_list<std::string_view> known,
                                 std::string_view otherwise) const {
  const Argument* argument = find(parameter);
  if (argument == nullptr) return otherwise;
  const auto given = word(parameter);
  if (!given || std::find(known.begin(), known.end(), *given) == known.end())
    refuse_kind(parameter, fmt::format("{}", fmt::join(known.begin(), known.end(), ", ")), *argument);
  return *given;
}

const Shape& input_shape(const GraphBuilder& build, Handle input, std::size_t least, std::size_t most, std::string_view what) {
  const Shape& shape = build.shape_of(input);
  if (shape.rank() >= least && shape.rank() <= most) return shape;
  refuse("bad-rank", fmt::format("the input is {}, with {} axes; wanted is {}", shape.text(), shape.rank(), what), "x");
}

Dim share_of(const Dim& a, const Dim& b, std::string_view what, std::string_view parameter) {
  if (const std::optional<Dim> share = exact_quotient(a, b)) return *share;
  if (a.is_number() && b.is_number())
    refuse("not-divisible", fmt::format("{} {} do not divide by {}", a.text(), what, b.text()), parameter);
  return floor_div(a, b);
}

std::string extents_text(std::span<const Dim> extents) {
  std::string text;
  for (const Dim& extent : extents) {
    if (!text.empty()) text += 'x';
    const std::string factor = extent.text();
    text += factor.find(' ') == std::string::npos ? factor : "(" + factor + ")";
  }
  return text.empty() ? "a scalar" : text;
}

}  // namespace macroscope::dsl
