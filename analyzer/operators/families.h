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
Family microsoft_activation() noexcept;
Family microsoft_normalization() noexcept;
Family microsoft_normalization_of_onnx() noexcept;
Family microsoft_quantized_elementwise() noexcept;
Family microsoft_matmul() noexcept;
Family microsoft_packed_matmul() noexcept;
Family microsoft_convolution() noexcept;
Family microsoft_attention() noexcept;
Family microsoft_multi_head_attention() noexcept;
Family microsoft_grouped_attention() noexcept;
Family microsoft_positions() noexcept;
Family microsoft_experts() noexcept;
Family microsoft_generation() noexcept;
Family microsoft_recurrent() noexcept;
Family microsoft_state() noexcept;
Family microsoft_signal() noexcept;
Family microsoft_indexer() noexcept;
Family microsoft_movement() noexcept;

}  // namespace macroscope::families
