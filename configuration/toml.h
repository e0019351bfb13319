// The TOML library: what is it where a file is not TOML?
//
// It asserts, and lets the compiler assume, what some files break: `[(` aborts it, while the check behind the assertion is an error with a
// place.  So it is compiled without both.
#pragma once

#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")
