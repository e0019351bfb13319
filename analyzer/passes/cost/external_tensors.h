// Shared external data: which stored tensors are the same bytes of the same external file?
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "analyzer/network/network.h"

namespace macroscope {

/// The layout of the external files that a network names.  Ranges that overlap without being equal show that a file's offsets are
/// placeholders (weights were stripped): then nothing follows from two tensors having one place.
class ExternalPlaces {
 public:
  struct Place {
    std::string_view location;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  explicit ExternalPlaces(const Network& network);

  /// The place of a tensor, if it is external and its place says something.
  [[nodiscard]] std::optional<Place> place_of(const StoredTensor& tensor) const;

 private:
  /// By location: true if all ranges are apart from each other or equal.
  std::map<std::string_view, bool> consistent_;
};

}  // namespace macroscope
