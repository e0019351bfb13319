// Which families make up the catalogue?  One line here and one in catalogue.cpp for each.
#pragma once

#include "analyzer/operators/catalogue.h"

namespace macroscope::families {

Family control() noexcept;
Family convolution() noexcept;
Family pooling() noexcept;
Family matmul() noexcept;
Family reduction() noexcept;
Family sequence() noexcept;
Family arithmetic() noexcept;
Family logic() noexcept;
Family activation() noexcept;

}  // namespace macroscope::families
