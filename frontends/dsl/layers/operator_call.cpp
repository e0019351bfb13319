// How is an ONNX operator called by its own name?
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "analyzer/diagnostics/suggestion.h"
#include "analyzer/operators/catalogue.h"
#include "frontends/dsl/layers/layer_call.h"
#include "frontends/dsl/layers/operator_attributes.h"

namespace macroscope::dsl {
namespace {

/// Attributes that ONNX wants as floating numbers, however they are written; the same for all operators that have them.
constexpr std::array<std::string_view, 26> kFloating{"activation_alpha",
                                                     "activation_beta",
                                                     "alpha",
                                                     "beta",
                                                     "bias",
                                                     "clip",
                                                     "cubic_coeff_a",
                                                     "epsilon",
                                                     "extrapolation_value",
                                                     "gamma",
                                                     "height_scale",
                                                     "high",
                                                     "lambd",
                                                     "low",
                                                     "max",
                                                     "mean",
                                                     "min",
                                                     "momentum",
                                                     "ratio",
                                                     "scale",
                                                     "seed",
                                                     "softcap",
                                                     "scales",
                                                     "weights",
                                                     "width_scale",
                                                     "spatial_scale"};
/// Attributes that name a dtype.
constexpr std::array<std::string_view, 5> kTypes{"dtype", "output_dtype", "saturate_dtype", "softmax_precision", "to"};

template <std::size_t N>
bool stands_in(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::optional<double> real_of(const Argument& argument) {
  if (const auto* number = std::get_if<double>(&argument.value)) return *number;
  const auto* size = std::get_if<Dim>(&argument.value);
  return size != nullptr && size->number() ? std::optional<double>(static_cast<double>(*size->number())) : std::nullopt;
}

Attribute list_attribute(GraphBuilder& build, std::string_view name, const std::vector<Argument>& list) {
  std::vector<Dim> sizes;
  std::vector<double> reals;
  std::vector<std::string> texts;
  for (const Argument& element : list) {
    if (const auto* size = std::get_if<Dim>(&element.value)) sizes.push_back(*size);
    if (const auto* text = std::get_if<std::string>(&element.value)) texts.push_back(*text);
    if (const auto real = real_of(element)) reals.push_back(*real);
  }
  if (sizes.size() == list.size() && !stands_in(kFloating, name)) return build.sizes(name, sizes);
  if (reals.size() == list.size()) return build.reals_attribute(name, reals);
  if (texts.size() == list.size()) return build.texts(name, texts);
  refuse("bad-argument", fmt::format("{} is a list of integers, of numbers or of texts", name), name);
}

Attribute attribute_of(GraphBuilder& build, std::string_view name, const Argument& argument) {
  struct Visitor {
    GraphBuilder& build;
    std::string_view name;
    Attribute operator()(const Handle&) const {
      refuse("bad-argument", fmt::format("{} is an attribute, and no tensor: operands come first, without a name", name), name);
    }
    Attribute operator()(const Dim& size) const {
      if (size.number() && stands_in(kFloating, name)) return build.real(name, static_cast<double>(*size.number()));
      return build.size(name, size);
    }
    Attribute operator()(double number) const { return build.real(name, number); }
    Attribute operator()(bool flag) const { return build.size(name, flag ? 1 : 0); }
    Attribute operator()(const std::string& text) const {
      const auto dtype = stands_in(kTypes, name) ? data_type_named(text) : std::nullopt;
      return dtype ? build.size(name, static_cast<std::int64_t>(*dtype)) : build.text(name, text);
    }
    Attribute operator()(const std::vector<Argument>& list) const { return list_attribute(build, name, list); }
  };
  return std::visit(Visitor{build, name}, argument.value);
}

/// Numbers among the operands are constants of the floating or integer sort that the tensors before them have.
class Operands {
 public:
  Operands(GraphBuilder& build, std::span<const Argument> arguments) : build_(build) {
    for (const Argument& argument : arguments)
      if (const auto* handle = std::get_if<Handle>(&argument.value); handle != nullptr && !handle->is_absent()) {
        is_integer_ = is_integer(build.type_of(*handle).dtype);
        break;
      }
    for (const Argument& argument : arguments) handles_.push_back(handle_of(argument));
  }
  [[nodiscard]] const std::vector<Handle>& handles() const noexcept { return handles_; }

 private:
  Handle handle_of(const Argument& argument) {
    const std::string name = fmt::format("operand_{}", handles_.size());
    if (const auto* handle = std::get_if<Handle>(&argument.value)) return *handle;
    if (const auto* size = std::get_if<Dim>(&argument.value))
      return is_integer_ ? build_.scalar(name, *size) : build_.reals(name, {Real::ratio(*size)}, true);
    if (const auto* number = std::get_if<double>(&argument.value)) return build_.reals(name, {Real(*number)}, true);
    if (const auto* flag = std::get_if<bool>(&argument.value)) return build_.truth(name, *flag);
    if (const auto* word = std::get_if<std::string>(&argument.value); word != nullptr && *word == "none") return kLeftOut;
    if (const auto* list = std::get_if<std::vector<Argument>>(&argument.value)) return list_of(name, *list);
    refuse("bad-argument", fmt::format("operand {} is no tensor, number or list", handles_.size() + 1));
  }

  Handle list_of(const std::string& name, const std::vector<Argument>& list) {
    std::vector<Dim> sizes;
    std::vector<Real> reals;
    for (const Argument& element : list) {
      if (const auto* size = std::get_if<Dim>(&element.value)) {
        sizes.push_back(*size);
        reals.push_back(Real::ratio(*size));
      } else if (const auto* number = std::get_if<double>(&element.value)) {
        reals.emplace_back(*number);
      } else {
        refuse("bad-argument", fmt::format("operand {} is no list of numbers", handles_.size() + 1));
      }
    }
    return sizes.size() == list.size() ? build_.list(name, sizes) : build_.reals(name, reals);
  }

  GraphBuilder& build_;
  bool is_integer_ = false;
  std::vector<Handle> handles_;
};

/// \throws BuildError for one that the operator has not: nothing else would say so
void check_attribute(std::string_view op, std::string_view name) {
  const auto* row = std::lower_bound(std::begin(kOperatorAttributes), std::end(kOperatorAttributes), op,
                                     [](const OperatorAttributes& known, std::string_view wanted) { return known.op < wanted; });
  if (row == std::end(kOperatorAttributes) || row->op != op) return;
  std::vector<std::string_view> names;
  for (std::string_view rest = row->names; !rest.empty();) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    names.push_back(rest.substr(0, space));
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  refuse("unknown-parameter", fmt::format("there is no attribute '{}'", name), name,
         names.empty() ? fmt::format("{} has none", op) : suggestion_for(name, names));
}

}  // namespace

ArithmeticOperator operator_of_sign(std::string_view sign) {
  if (sign == "+") return {"Add", "add"};
  if (sign == "-") return {"Sub", "sub"};
  return sign == "*" ? ArithmeticOperator{"Mul", "mul"} : ArithmeticOperator{"Div", "div"};
}

bool is_operator(std::string_view name) { return find_operator({}, name, GraphBuilder::kOperatorSet) != nullptr; }

std::vector<std::string_view> operator_names() {
  std::vector<std::string_view> names;
  for (const Family& family : catalogue())
    for (const Operator& row : family.operators)
      if (row.domain.empty() && row.since <= GraphBuilder::kOperatorSet) names.push_back(row.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<Handle> apply_operator(GraphBuilder& build, std::string_view op, std::span<const Argument> positional,
                                   std::span<const NamedArgument> named, std::size_t results) {
  try {
    const Operands operands(build, positional);
    std::vector<Attribute> attributes;
    for (const auto& [name, argument] : named) {
      check_attribute(op, name);
      attributes.push_back(attribute_of(build, name, argument));
    }
    return build.node(op, operands.handles(), attributes, results);
  } catch (const BuildError& error) {
    throw BuildError(error.code(), fmt::format("{}: {}", op, error.what()), error.help(), error.argument());
  } catch (const AlgebraError& error) {
    throw BuildError("overflow", fmt::format("{}: {}", op, error.what()));
  }
}

}  // namespace macroscope::dsl
