#include "frontends/onnx/reader/external_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace macroscope::onnx {
namespace {

constexpr std::size_t kLongestLocation = 4096;

/// A decimal number of at least 0 that fits 63 bits, and nothing else: no sign, no space, no exponent.
std::optional<std::uint64_t> count_of(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || number > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return number;
}

bool has_parent_part(std::string_view location) {
  for (std::size_t begin = 0; begin <= location.size();) {
    const std::size_t end = std::min(location.find_first_of("/\\", begin), location.size());
    if (location.substr(begin, end - begin) == "..") return true;
    begin = end + 1;
  }
  return false;
}

/// Why a location is none of a file below the model's directory; empty if it is one.
std::string_view objection_to(std::string_view location) {
  if (location.empty()) return "names no file";
  if (location.size() > kLongestLocation) return "is longer than a path may be";
  const bool is_printable =
      std::none_of(location.begin(), location.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7f'; });
  if (!is_printable) return "holds control characters";
  const bool has_drive = location.size() > 1 && location[1] == ':';
  if (location.front() == '/' || location.front() == '\\' || has_drive) return "is an absolute path";
  if (location.find("://") != std::string_view::npos) return "is an address, not a file";
  if (has_parent_part(location)) return "leads out of the model's directory";
  if (location == "." || location.back() == '/') return "names a directory";
  return {};
}

}  // namespace

ExternalPlace external_place(const TensorView& tensor, const Origin& origin, Reporter& reporter) {
  ExternalPlace place;
  unsigned seen = 0;
  const auto count = [&](const EntryView& entry) {
    const auto number = count_of(entry.value);
    if (!number)
      reporter.error("bad-external-data",
                     fmt::format("the external {} of '{}' is '{}', which is no number of bytes", entry.key.view(),
                                 tensor.name.view(), entry.value.view()),
                     origin);
    return number;
  };
  const auto first_time = [&](unsigned key, std::string_view name) {
    if ((seen & key) != 0)
      reporter.error("bad-external-data", fmt::format("'{}' has two external {}s", tensor.name.view(), name), origin);
    seen |= key;
  };
  for (const EntryView& entry : tensor.external) {
    if (entry.key == "location") {
      first_time(1, "location");
      place.location = entry.value;
    } else if (entry.key == "offset") {
      first_time(2, "offset");
      place.offset = count(entry).value_or(0);
    } else if (entry.key == "length") {
      first_time(4, "length");
      place.length = count(entry);
    } else if (!(entry.key == "checksum" || entry.key == "basepath")) {
      reporter.warning("bad-external-data",
                       fmt::format("the external data of '{}' has an entry '{}' that ONNX does not know", tensor.name.view(),
                                   entry.key.view()),
                       origin);
    }
  }
  // Both are below 2^63, so their sum cannot wrap.
  if (place.length && place.offset + *place.length > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    reporter.error("bad-external-data", fmt::format("the external data of '{}' ends past 2^63", tensor.name.view()), origin);
  if (const std::string_view objection = objection_to(place.location); !objection.empty())
    reporter.warning(
        "external-location",
        fmt::format("the external location of '{}', '{}', {}", tensor.name.view(), place.location.substr(0, 200), objection),
        origin, "external data is never opened here, so the analysis holds; other tools may refuse or be misled");
  return place;
}

}  // namespace macroscope::onnx
