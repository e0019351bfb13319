// Module path: to which module of the exported program does a node belong?
#pragma once

#include <string>
#include <string_view>

#include "frontends/onnx/reader/model_view.h"

namespace macroscope::onnx {

/// From a node's name: `/layer1/layer1.0/conv1/Conv` is in `layer1/layer1.0/conv1`; empty where the name holds no '/'.
std::string_view path_in_name(std::string_view node_name);

/// From what torch writes as `pkg.torch.onnx.name_scopes`: `['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d']` is
/// `layer1/0/conv1`; empty where a node has none.
std::string path_in_scopes(const NodeView& node);

}  // namespace macroscope::onnx
