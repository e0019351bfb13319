// Mathematical notation: how does a formula in plain letters look in mathematics?
//
//   floor((W + 2P - D(K-1) - 1)/S) + 1        \left\lfloor \frac{W + 2P - D(K - 1) - 1}{S} \right\rfloor + 1
//   dL/dw[j] = sum over i of dL/dz[i] x[i+j]  \frac{\partial L}{\partial w_{j}} = \sum_{i} \frac{\partial L}{\partial z_{i}} x_{i + j}
//
// The notation is that of Dim::text() and of index_sum.h; besides, factors may be beside each other, and a number may be grouped.
#pragma once

#include <string>
#include <string_view>

namespace macroscope {

/// For a mathematics mode of LaTeX and of KaTeX; a text that is no formula comes out as text.  Holds no `|`, `<` or `$`.
[[nodiscard]] std::string latex_of_notation(std::string_view text);

}  // namespace macroscope
