// Join of facts: what is certain of a value that is one of two?
#pragma once

#include <string_view>

#include "analyzer/operators/op_context.h"

namespace macroscope {

/// Where two extents differ, the size that stands for both.
class Differing {
 public:
  virtual ~Differing() = default;
  virtual Dim extent(const Dim& a, const Dim& b) = 0;
};

/// Differing extents become sizes that only the data can tell, named after output `index` of the site.
class DifferingByData : public Differing {
 public:
  DifferingByData(const OpContext& context, std::size_t output) : site_(context), output_(output) {}
  Dim extent(const Dim&, const Dim&) override { return site_.fresh(output_); }

 private:
  const OpContext& site_;
  std::size_t output_;
};

/// What two types have in common; unknown where they have nothing.
Type join(const Type& a, const Type& b, Differing& differing);
/// The same of facts: content stays where it is equal.  A sequence that is known to be empty says nothing about its elements.
Fact join(const Fact& a, const Fact& b, Differing& differing);

/// The number of elements of a sequence, where it is known: kept as the content of its fact, or the shape of each element.
std::optional<Dim> length_of(const Fact& sequence);
const ElementShapes* element_shapes_of(const Fact& sequence);
Fact sequence_fact(Type element, std::optional<Dim> length);
/// A sequence whose elements are known one by one.
Fact sequence_fact(Type element, ElementShapes shapes);

}  // namespace macroscope
