// Net file: which nets does a text of the language hold, and what network is each of them?
//
//   const NetFile file(text);
//   Expansion expansion = file.expand("direct", {});
//   Analysis analysis = analyze(std::move(*expansion.network), std::move(expansion.diagnostics));
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/network/network.h"
#include "frontends/dsl/interpreter/net_settings.h"

namespace macroscope::dsl {

/// What expectations look up in an expanded net; opaque to everyone else.
class NetRecord;
/// What is known of a file before any of its nets is expanded; opaque to everyone else.
class NetContent;

struct Expansion {
  /// Absent if the net has an error.
  std::optional<Network> network;
  Diagnostics diagnostics;
  std::shared_ptr<const NetRecord> record;
};

class NetFile {
 public:
  /// Reads a text.  What cannot be read is in diagnostics(); nets that can be read are there all the same.
  explicit NetFile(std::string text);
  NetFile(NetFile&&) noexcept;
  NetFile& operator=(NetFile&&) noexcept;
  ~NetFile();

  /// What is wrong with the text, apart from any net's expansion.
  [[nodiscard]] const Diagnostics& diagnostics() const noexcept;
  /// In the order of the file.
  [[nodiscard]] std::vector<std::string_view> nets() const;
  [[nodiscard]] std::vector<std::string_view> parameters_of(std::string_view net) const;
  /// `compare a b` lines: the nets that each names.
  [[nodiscard]] std::vector<std::vector<std::string>> comparisons() const;
  /// How many `expect` lines there are, within nets and without.
  [[nodiscard]] std::size_t expectation_count() const noexcept;

  [[nodiscard]] Expansion expand(std::string_view net, const NetSettings& settings) const;
  /// The text in its canonical layout; empty if it has a mistake.
  [[nodiscard]] std::optional<std::string> formatted() const;
  /// Gives diagnostics of an expanded net's nodes their places in the text.
  void place_in_text(const Network& network, Diagnostics& diagnostics) const;

  [[nodiscard]] const NetContent& content() const noexcept { return *content_; }

 private:
  std::shared_ptr<const NetContent> content_;
};

}  // namespace macroscope::dsl
