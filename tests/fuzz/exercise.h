// What is done with a model once it was read?  All that the program can do, each document parsed back.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "analyzer/analysis.h"
#include "choices.h"

namespace macroscope::fuzz {

/// Ends the process, with the reason on standard error: what libFuzzer takes for a finding.
[[noreturn]] void report_finding(std::string_view what);

/// Aborts if `complaint` is not empty.
void must_be_sound(std::string_view what, std::string_view complaint);

/// Reads the bytes of a model and imports it; runs all passes with options that are chosen; writes reports and parses them back.
void exercise_model(std::span<const std::uint8_t> bytes, Choices choices);

/// Options of an analysis, with values for some of the network's symbols.
[[nodiscard]] AnalysisOptions chosen_options(const Network& network, Choices& choices);

}  // namespace macroscope::fuzz
