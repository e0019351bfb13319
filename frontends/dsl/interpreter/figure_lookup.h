// Figures in expectations: which figures of an analysed net can be named, and what are they?
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/analysis.h"
#include "frontends/dsl/interpreter/evaluator.h"

namespace macroscope::dsl {

/// `params`, `macs`, `flops` ...: what a whole net and each part of it have.
[[nodiscard]] bool is_quantity(std::string_view name) noexcept;
/// `shape`, `receptive_field`, `fan_in` ...: what takes a tensor or a node.
[[nodiscard]] bool is_property(std::string_view name) noexcept;
/// Of those the ones that take the name of a layer rather than a tensor.
[[nodiscard]] bool is_property_of_layers(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string_view> quantity_names();
[[nodiscard]] const std::vector<std::string_view>& property_names();

/// A figure that is not known; `why` says what it depends on.
struct UnknownFigure {
  std::string why;
};

/// Of the whole net. \throws UnknownFigure
Number quantity_of(const Analysis& analysis, std::string_view name);
/// Of the layer of this path, or of all within it. \throws UnknownFigure
Number quantity_of(const Analysis& analysis, std::string_view name, std::string_view path);
/// \throws UnknownFigure
Datum property_of_tensor(const Analysis& analysis, std::string_view name, TensorId tensor);
/// \throws UnknownFigure
Datum property_of_node(const Analysis& analysis, std::string_view name, std::string_view path);
/// The first result of the layer of this path; kAbsent if there is none.
TensorId result_of(const Analysis& analysis, std::string_view path);

}  // namespace macroscope::dsl
