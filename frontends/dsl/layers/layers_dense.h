// Dense layers: what does a multiplication by a trained matrix look like in ONNX?
#pragma once

#include <string_view>

#include "frontends/dsl/layers/layer_call.h"

namespace macroscope::dsl {

/// x W + b along the last axis.  `part` names it within a layer of several parts; empty: it is the layer.
Handle project(GraphBuilder& build, Handle x, const Dim& units, bool bias, std::string_view part);

}  // namespace macroscope::dsl
