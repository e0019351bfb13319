// Stored tensors: which are there, and does what is stored agree with what is declared?
#pragma once

#include <optional>
#include <string_view>

#include "analyzer/network/network.h"
#include "frontends/onnx/import/contents.h"
#include "frontends/onnx/reader/model_view.h"
#include "frontends/onnx/reader/reporter.h"

namespace macroscope::onnx {

class StoredTensors {
 public:
  StoredTensors(Contents& contents, Reporter& reporter) noexcept : contents_(contents), reporter_(reporter) {}

  /// The tensor, or nothing where its dims or its type make no tensor; whatever is wrong is reported at `origin`.
  std::optional<StoredTensor> import(const TensorView& tensor, const Origin& origin);
  std::optional<StoredTensor> import(const SparseTensorView& tensor, const Origin& origin);

 private:
  std::optional<std::uint64_t> elements_of(std::string_view name, std::span<const std::int64_t> dims, const Origin& origin);
  void check_payload(const TensorView& tensor, DataType dtype, std::uint64_t elements, const Origin& origin);

  Contents& contents_;
  Reporter& reporter_;
};

}  // namespace macroscope::onnx
