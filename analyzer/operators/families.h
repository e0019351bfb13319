// Which families make up the catalogue?  One line here and one in catalogue.cpp for each.
#pragma once

#include "analyzer/operators/catalogue.h"

namespace macroscope::families {

Family control() noexcept;
Family repetition() noexcept;
Family convolution() noexcept;
Family pooling() noexcept;
Family matmul() noexcept;
Family reduction() noexcept;
Family sequence() noexcept;
Family arithmetic() noexcept;
Family logic() noexcept;
Family activation() noexcept;
Family machine_learning_models() noexcept;
Family machine_learning() noexcept;
Family text() noexcept;
Family vision() noexcept;
Family signal() noexcept;
Family training() noexcept;
Family loss() noexcept;
Family preview_attention() noexcept;
Family linear_attention() noexcept;
Family conversion() noexcept;
Family folding() noexcept;
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
Family contrib_activation() noexcept;
Family contrib_normalization() noexcept;
Family contrib_normalization_of_onnx() noexcept;
Family contrib_quantized_elementwise() noexcept;
Family contrib_matmul() noexcept;
Family contrib_packed_matmul() noexcept;
Family contrib_convolution() noexcept;
Family contrib_attention() noexcept;
Family contrib_multi_head_attention() noexcept;
Family contrib_grouped_attention() noexcept;
Family contrib_positions() noexcept;
Family contrib_experts() noexcept;
Family contrib_generation() noexcept;
Family contrib_recurrent() noexcept;
Family contrib_state() noexcept;
Family contrib_signal() noexcept;
Family contrib_indexer() noexcept;
Family contrib_movement() noexcept;

}  // namespace macroscope::families
