// Expectations: which of the `expect` lines of a file hold?
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/analysis.h"
#include "analyzer/record/metric.h"
#include "frontends/dsl/interpreter/net_content.h"

namespace macroscope::dsl {

/// What is looked up in an expanded net; opaque to everyone else.
class NetRecord;

enum class ExpectationOutcome : std::uint8_t {
  holds,
  fails,
  undecided  // depends on a symbol, or on what was unknown; or the line cannot be evaluated
};
[[nodiscard]] std::string_view name_of(ExpectationOutcome outcome) noexcept;

struct ExpectationResult {
  /// The side that asks for figures of a net, and so is the program's; the other is what its writer worked out.
  enum class Computed : std::uint8_t { left, right, both };

  ExpectationOutcome outcome = ExpectationOutcome::undecided;
  /// The net it is in; empty for one that stands outside.
  std::string net;
  TextOrigin origin;
  /// `macs == 120_422_400`
  std::string text;
  /// What the two sides are: `12_443_648`, `c + k*L`.
  std::string left, right;
  /// left - right; empty where that says nothing.
  std::string difference;
  Computed computed = Computed::both;
  /// The one figure that is asked for, and of which part of which net; empty where there are several or none.
  std::optional<Metric> metric{};
  std::string metric_of_net{}, metric_of_path{};
  /// Why it is undecided or does not hold, beyond the values; mostly empty.
  std::string why;
  /// What is wrong with the line itself: nothing is called so, a layer is not there.  It is undecided then.
  std::optional<Diagnostic> mistake{};
};

/// A net that was expanded and analysed.
struct AnalysedNet {
  std::string name;
  const Analysis* analysis = nullptr;
  std::shared_ptr<const NetRecord> record;
};

/// All `expect` lines of a file in its order.  Those of nets that are not among `nets` are left out, and of those outside of nets the ones
/// that name one are undecided.
std::vector<ExpectationResult> check_expectations(const NetContent& file, const std::vector<AnalysedNet>& nets);

}  // namespace macroscope::dsl
