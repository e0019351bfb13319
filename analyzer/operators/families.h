// Which families make up the catalogue?  One line in families.inc for each; the family itself is a function in rows/.
#pragma once

#include "analyzer/operators/catalogue.h"

namespace macroscope::families {

// clang-format off
Family
#include "analyzer/operators/families.inc"
;
// clang-format on

}  // namespace macroscope::families
