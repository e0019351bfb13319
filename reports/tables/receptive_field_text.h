// Receptive fields in words: how large is one, axis by axis?
#pragma once

#include <functional>
#include <string>

#include "reports/tables/figures.h"

namespace macroscope {

/// One text for each spatial axis, said once where all are the same.  \param says_all `all` for an axis that is read whole
[[nodiscard]] std::string axis_texts(const InputField& field, const std::function<std::string(const AxisField&)>& text_of,
                                     bool says_all);
/// `427 x 427`, `all`.
[[nodiscard]] std::string size_text(const InputField& field);
/// The step between neighbouring elements: `32 x 32`.
[[nodiscard]] std::string jump_text(const InputField& field);

/// Of a tensor of the main graph against the first input that it depends on: `427 x 427`, `all`; empty if there is none.
std::string receptive_field_text(const Figures& figures, TensorId tensor);
/// The step between neighbouring elements, in the same way: `32 x 32`.
std::string receptive_field_jump_text(const Figures& figures, TensorId tensor);

}  // namespace macroscope
