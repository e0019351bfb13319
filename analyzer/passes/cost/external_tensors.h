// Shared external data: which stored tensors are the same bytes of the same external file?
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>

#include "analyzer/network/network.h"

namespace macroscope {

/// The layout of the external files that a network names.  Ranges that overlap without being equal show that a file's offsets are
/// placeholders (weights were stripped): then nothing follows from two tensors having one range.
class ExternalRanges {
 public:
  struct Range {
    std::string_view location;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    friend bool operator==(const Range&, const Range&) = default;
    friend bool operator<(const Range& a, const Range& b) noexcept {
      return std::tie(a.location, a.offset, a.length) < std::tie(b.location, b.offset, b.length);
    }
  };

  explicit ExternalRanges(const Network& network);

  /// The range of a tensor, if it is external and its range says something.
  [[nodiscard]] std::optional<Range> range_of(const StoredTensor& tensor) const;

 private:
  /// By location: true if all ranges are apart from each other or equal.
  std::map<std::string_view, bool> consistent_;
};

}  // namespace macroscope
