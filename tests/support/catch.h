// Catch2 of either major version: which one is this? Tests include this header and build with 2.13 and with 3.
#pragma once

#include <string>

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
#include <catch2/matchers/catch_matchers_all.hpp>

namespace macroscope::test {
/// Matches a text that holds `part`.
inline auto contains_text(const std::string& part) { return Catch::Matchers::ContainsSubstring(part); }
}  // namespace macroscope::test
#else
#include <catch2/catch.hpp>

namespace macroscope::test {
/// Matches a text that holds `part`.
inline auto contains_text(const std::string& part) { return Catch::Matchers::Contains(part); }
}  // namespace macroscope::test
#endif
