// Derivation of sizes: how is the size of an output worked out, and what do a convolution's letters mean?
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analyzer/operators/notation/nest.h"
#include "reports/document/worked.h"

namespace macroscope {

struct SizeLine {
  /// `output`, `output height`.
  std::string label;
  Worked worked;
  Dim value;
};

/// `floor((W + 2P - D(K-1) - 1)/S) + 1` for each axis that a window moves along, one line where all axes have the same numbers.
[[nodiscard]] std::vector<SizeLine> sizes_of_windows(const BoundNest& nest, const OpContext& context);

/// What Flatten multiplies and Concat adds up.
[[nodiscard]] std::optional<SizeLine> joined_size(const Operator& row, const OpContext& context);

/// What a convolution's letters stand for.
struct ConvolutionSizes {
  Dim batch, filters, channels, groups;
  std::vector<Dim> kernel;
  /// Of the output; of a transposed convolution those of the input.
  std::vector<Dim> places;
  bool is_transposed = false;
};
/// Empty where the nest is no convolution.
[[nodiscard]] std::optional<ConvolutionSizes> convolution_sizes(const BoundNest& nest, const OpContext& context);

/// `K*K` where all axes have one extent, otherwise `K1*K2`.
class KernelLetters {
 public:
  explicit KernelLetters(std::span<const Dim> kernel);
  [[nodiscard]] const std::string& product() const noexcept { return product_; }
  [[nodiscard]] const std::vector<Letter>& letters() const noexcept { return letters_; }

 private:
  std::string product_;
  std::vector<Letter> letters_;
};

/// `1*64*112*112`
[[nodiscard]] std::string product_text(const Shape& shape);

}  // namespace macroscope
