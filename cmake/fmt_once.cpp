// fmt, where no library of it is at hand to be linked: every function that it has, compiled once and kept (-fkeep-inline-functions), so that
// no other file compiles it again.
#define FMT_HEADER_ONLY
#include <fmt/format.h>
#include <fmt/ranges.h>
