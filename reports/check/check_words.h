// Verdicts in words: what do they say?  The same words in every format; text of the model is in them as it is, renderers escape it.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/budget/verdict.h"

namespace macroscope {

struct CheckReport {
  /// As the user named it; empty: there is none.
  std::string budget_path;
  std::string lock_path;
  std::vector<ModelVerdicts> models;

  [[nodiscard]] const std::string& file_of(const Verdict& verdict) const noexcept {
    if (!verdict.file.empty()) return verdict.file;
    return verdict.rule == Rule::lock ? lock_path : budget_path;
  }
};

/// How many verdicts have each outcome.
using OutcomeCounts = std::array<std::size_t, kOutcomes>;
[[nodiscard]] OutcomeCounts count_outcomes(const CheckReport& report);
/// `2 failed, 1 undecided, 5 passed`.
[[nodiscard]] std::string words_for(const OutcomeCounts& counts);

/// What is wrong with a model and where, a line each, ten at most: `bad-rank: ..., at node 17 'conv1' (Conv)`.
[[nodiscard]] std::vector<std::string> error_lines(const ModelVerdicts& model);
/// What a verdict is about: `MACs of head/*`, `operator Loop`, `lock: head`.
[[nodiscard]] std::string subject_of(const Verdict& verdict);
/// `4,480,000,000 (4.48 G), over the maximum of 4,400,000,000 by 80,000,000 (1.8 %)`.
[[nodiscard]] std::string sentence_of(const Verdict& verdict);
/// What helps to understand and to decide, a line each: the largest layers, what changed, the line to change.
[[nodiscard]] std::vector<std::string> details_of(const Verdict& verdict, std::string_view file);
/// The key and value that would accept what is there: `macs = "4.48G"`; empty where no number would.
[[nodiscard]] std::string accepting_line(const Verdict& verdict);
/// `N = 1, H = 640`; empty where no size is bound.
[[nodiscard]] std::string words_for(const std::map<std::string, std::string>& bindings);
/// What identifies the rule: `macs-max`, `forbidden-operator`.
[[nodiscard]] std::string rule_id(const Verdict& verdict);

}  // namespace macroscope
