#include "app/read_model.h"

#include <utility>

#include "frontends/onnx/import/import.h"

namespace macroscope {

ReadModel read_model(const std::string& path) {
  onnx::Import import = onnx::import_model(path);
  return {std::move(import.network), std::move(import.diagnostics)};
}

}  // namespace macroscope
