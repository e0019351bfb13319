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
Family conversion() noexcept;
Family gathering() noexcept;
Family joining() noexcept;
Family matrices() noexcept;
Family padding() noexcept;
Family random() noexcept;
Family repeating() noexcept;
Family reshaping() noexcept;
Family resizing() noexcept;
Family scattering() noexcept;
Family selecting() noexcept;
Family shape_arithmetic() noexcept;
Family slicing() noexcept;
Family attention() noexcept;
Family recurrent() noexcept;
Family quantization() noexcept;
Family normalization() noexcept;

}  // namespace macroscope::families
