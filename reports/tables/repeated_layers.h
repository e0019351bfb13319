// Repeated layers: which layers of a model are the same layer again, but for a number in their names?
//
// `encoder/layer.0/query` to `encoder/layer.11/query` are one row of twelve layers to a reader.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/tables/figures.h"

namespace macroscope {

/// Groups of layers of the main graph with the same operator, the same shape and amounts of their results, and names that differ in numbers
/// alone; each in the order of the file, and layers without their like are groups of one.
[[nodiscard]] std::vector<std::vector<NodeId>> repeated_layers(const Figures& figures, std::span<const NodeId> layers);

/// The name with `#` in the place of each number: `encoder/layer.#/query`.
[[nodiscard]] std::string name_without_numbers(std::string_view name);
/// `encoder/layer.0…11/query (12 x)`: the name of the first with what it is in the last.
[[nodiscard]] std::string name_of_repeated(const Graph& graph, std::span<const NodeId> layers);

}  // namespace macroscope
