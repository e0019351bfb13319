// Contents of stored tensors: what is in one?  Answers when a rule asks, from what the reader kept or from the file.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "analyzer/network/network.h"
#include "frontends/onnx/reader/document.h"

namespace macroscope::onnx {

class Contents final : public ContentReader {
 public:
  explicit Contents(std::shared_ptr<const Source> source) : source_(std::move(source)) {}

  /// The handle under which read() finds the payload; 0, which has no content, for one that is absent or too long.
  std::uint64_t add(const PayloadView& payload, DataType dtype, std::uint64_t elements);

  [[nodiscard]] ValuePointer read(const StoredTensor& tensor) const override;

 private:
  std::shared_ptr<const Source> source_;
  std::deque<PayloadView> payloads_;  // grows without a second copy of itself
};

}  // namespace macroscope::onnx
