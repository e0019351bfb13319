// Index sums in words: how does a sum over indices read, with its numbers in?
//
//   dL/dw[o,c,j] = sum over n, i of dL/dz[n,o,i] x[n,c,2i+j-1]
//
// As one would write it by hand: loops that take one step only and strides of 1 are left out.  An entry of a factor that lies outside its
// tensor counts as 0; an entry of the result that lies outside is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/algebra/dim.h"

namespace macroscope {

/// `left` `relation` `right`, in the notation above.
struct WrittenEquation {
  std::string left;
  std::string relation = "=";  // or `+=` where several steps of the loops meet one entry
  std::string right;

  [[nodiscard]] std::string text() const { return left + " " + relation + " " + right; }
};

struct IndexSum {
  struct Loop {
    std::string name;
    Dim extent;
  };
  /// What a loop contributes to an index.
  struct Step {
    std::size_t loop = 0;
    Dim factor = 1;
  };
  /// Position along one axis: steps and an offset.
  struct Index {
    std::vector<Step> steps{};
    Dim offset = 0;
    /// No two steps of its loops meet one position.
    bool is_distinct = true;
  };
  struct Factor {
    std::string tensor;
    std::vector<Index> indices;
  };
  enum class Join : std::uint8_t { sum, maximum, minimum, product };

  std::vector<Loop> loops;
  Factor result;
  std::vector<Factor> factors;
  Join join = Join::sum;
  /// Stands in front of all: `1/4 `.
  std::string scale{};
  /// Stands behind all: ` [x[i+j] = z[i]]`, 1 where that holds and otherwise 0.
  std::string condition{};

  /// A result at x = i + j*d + offset becomes one at i, with i - j*d - offset in the place of i: each entry of the result is then one sum.
  /// \param extents of the result's axes
  void gather(const std::vector<Dim>& extents);

  [[nodiscard]] WrittenEquation written() const;
  [[nodiscard]] std::string text_of(const Factor& factor) const;

 private:
  [[nodiscard]] bool is_shown(const Step& step) const { return !loops[step.loop].extent.is(1); }
  [[nodiscard]] std::size_t shown_steps(const Index& index) const;
  [[nodiscard]] std::string text_of(const Index& index) const;
  [[nodiscard]] std::string summed_loops() const;
};

}  // namespace macroscope
