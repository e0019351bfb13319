// Verdicts: what came of each limit?
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/algebra/quantity.h"
#include "analyzer/budget/budget.h"
#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/record/metric.h"

namespace macroscope {

/// From harmless to grave, as lists are sorted.
enum class Outcome : std::uint8_t {
  passed,
  skipped,    // nothing to compare with
  allowed,    // undecided for lack of a cost rule, and the budget accepts that
  warned,     // a `warn` limit is exceeded, or undecided where the budget only warns
  undecided,  // never a pass
  failed
};
inline constexpr std::size_t kOutcomes = 6;
/// `passed`, `undecided` ...
[[nodiscard]] std::string_view name_of(Outcome outcome) noexcept;

enum class Rule : std::uint8_t { max, min, warn, growth, forbid, max_operator, lock, expect };
/// `max`, `max_operator` ...
[[nodiscard]] std::string_view name_of(Rule rule) noexcept;

/// Part of a quantity that a layer holds.
struct Contribution {
  std::string layer;
  std::string op;
  /// Empty where it is unknown.
  std::optional<Quantity> amount;
  /// Of the whole, where both are numbers.
  std::optional<double> share{};
};

/// What is different in a layer from the baseline.
struct LayerChange {
  enum class Kind : std::uint8_t { added, removed, changed };
  Kind kind = Kind::changed;
  std::string layer;
  std::string op;
  Dim difference;
};
/// `added`, `removed`, `changed`.
[[nodiscard]] std::string_view name_of(LayerChange::Kind kind) noexcept;

/// What a lock file has of a figure, and what it is now; as the file writes numbers.
struct FigureChange {
  std::string name;
  std::string before;
  std::string after;
};

struct Verdict {
  Rule rule = Rule::max;
  Outcome outcome = Outcome::passed;
  /// What the rule is about: a metric, or a pattern of operators, or a group of the lock file.
  std::optional<Metric> metric;
  std::string subject;
  /// Pattern of the layers that it is about; empty: the whole model.
  std::string layers;

  std::optional<Quantity> actual;
  std::optional<Quantity> limit;
  /// The figure of the baseline, where one was compared with.
  std::optional<Quantity> baseline;
  /// By how much the limit is missed, a positive quantity; only of what failed or warned.
  std::optional<Dim> missed_by;
  /// missed_by / limit, where both are numbers.
  std::optional<double> missed_share;
  /// Why it is undecided, skipped or failed where figures do not say so: in words.
  std::string reason;
  /// The layers that hold most of it, largest first; at most three.
  std::vector<Contribution> largest;
  /// How the figure comes about, a line a layer: `conv: (1 + 3*3*3) * 8 = 224`.
  std::vector<std::string> workings{};
  /// What changed most against the baseline; at most three.
  std::vector<LayerChange> changes;
  /// Of a lock: every figure that differs, and what became of the group; empty for the model as a whole.
  std::vector<FigureChange> figures{};
  std::optional<LayerChange::Kind> group{};
  /// Where the limit is in its file; line 0: it is in none.
  TextOrigin origin;
  /// That file, where it is neither the budget nor the lock.
  std::string file{};
};

struct ModelVerdicts {
  /// As the user named it.
  std::string path;
  std::map<std::string, std::string> bindings;
  /// Figures of the model, by Metric, for formats that list them.
  std::array<std::optional<Quantity>, kMetrics> totals{};
  bool is_complete = true;
  /// The file could not be read or is wrong: what is missing was not judged.
  bool has_errors = false;
  /// What is wrong with it, the gravest alone.
  Diagnostics errors{};
  /// Where the budget names it; line 0: it does not.
  TextOrigin origin{};
  std::vector<Verdict> verdicts;
};

}  // namespace macroscope
