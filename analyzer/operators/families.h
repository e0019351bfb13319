// Which families make up the catalogue?  One line here and one in catalogue.cpp for each.
#pragma once

#include "analyzer/operators/catalogue.h"

namespace macroscope::families {

Family convolution() noexcept;
Family pooling() noexcept;
Family matmul() noexcept;
Family reduction() noexcept;

}  // namespace macroscope::families
