// Memory figures: the peak, where it lies, what is alive there, and the curve over all layers.
#pragma once

#include <optional>
#include <vector>

#include "analyzer/algebra/evaluation.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// The step of the peak: of several that it may be, depending on the symbols, the one with the most where every symbol is 64.  Null if
/// there is none.
[[nodiscard]] const PeakStep* shown_peak(const Figures& figures);

/// The most bytes that are alive at once where the symbols have these sizes; empty where some step has no number there.
[[nodiscard]] std::optional<Quantity> peak_at(const Figures& figures, const SizePoint& sizes);

/// By node of the main graph: bytes alive while it runs.  The running sums of a model with symbols may be long; whoever asks keeps them.
[[nodiscard]] std::vector<std::optional<Quantity>> live_bytes(const Figures& figures);

/// The largest of several; empty where one of them is not told, or where too many are larger than the others for some symbols.
[[nodiscard]] std::optional<Quantity> largest_of(const std::vector<std::optional<Quantity>>& quantities);

}  // namespace macroscope
