#include "analyzer/passes/shapes/declarations.h"

#include <fmt/format.h>

#include <algorithm>

namespace macroscope {
namespace {

bool is_fresh(const Dim& dim, const FreshSymbols& fresh) {
  return !dim.is_number() &&
         std::any_of(fresh.begin(), fresh.end(), [&](const std::string& id) { return dim == Dim::symbol(id); });
}

class Agreeing {
 public:
  Agreeing(const FreshSymbols& fresh, Agreement& agreement) : fresh_(fresh), agreement_(agreement) {}

  Type types(const Type& inferred, const Type& declared) {
    if (inferred.kind == Kind::unknown) return declared;
    if (declared.kind == Kind::unknown) return inferred;
    if (inferred.kind != declared.kind) {
      contradict("it is another kind of value than declared");
      return inferred;
    }
    Type type = inferred;
    type.dtype = data_types(inferred.dtype, declared.dtype);
    type.key = data_types(inferred.key, declared.key);
    type.shape = shapes(inferred.shape, declared.shape);
    if (inferred.element && declared.element) {
      type.element = std::make_shared<const Type>(types(*inferred.element, *declared.element));
    } else if (!inferred.element) {
      type.element = declared.element;
    }
    return type;
  }

 private:
  void contradict(std::string what) {
    if (agreement_.contradiction.empty()) agreement_.contradiction = std::move(what);
  }

  DataType data_types(DataType inferred, DataType declared) {
    if (inferred == DataType::unknown) return declared;
    if (declared != DataType::unknown && declared != inferred)
      contradict(fmt::format("its elements are {}, declared {}", name_of(inferred), name_of(declared)));
    return inferred;
  }

  Shape shapes(const Shape& inferred, const Shape& declared) {
    if (!inferred.known()) return declared;
    if (!declared.known() || inferred == declared) return inferred;
    if (inferred.rank() != declared.rank()) {
      contradict(fmt::format("it is {}, declared {}", inferred.text(), declared.text()));
      return inferred;
    }
    std::vector<Dim> dims;
    for (std::size_t axis = 0; axis < inferred.rank(); ++axis) dims.push_back(extents(inferred[axis], declared[axis], axis));
    return Shape(dims);
  }

  Dim extents(const Dim& inferred, const Dim& declared, std::size_t axis) {
    if (inferred == declared || is_undeclared(declared)) return inferred;
    if (is_fresh(inferred, fresh_)) {
      agreement_.renamed.emplace(inferred.symbols().front(), declared);
      return declared;
    }
    const Certainty certainty = equal(inferred, declared);
    if (certainty == Certainty::never) {
      std::string difference = fmt::format("axis {} is {}, declared {}", axis, inferred.text(), declared.text());
      if (declared.is_number()) {
        contradict(std::move(difference));
      } else if (agreement_.misnomer.empty()) {
        agreement_.misnomer = std::move(difference);
      }
    } else if (declared.is_number()) {
      agreement_.assumptions.push_back(fmt::format("{} == {}", inferred.text(), declared.text()));
      return declared;
    }
    return inferred;
  }

  /// A declared extent below zero says nothing.
  static bool is_undeclared(const Dim& declared) { return declared.is_number() && *declared.number() < 0; }

  const FreshSymbols& fresh_;
  Agreement& agreement_;
};

}  // namespace

Agreement agree(const Type& inferred, const Type& declared, const FreshSymbols& fresh) {
  Agreement agreement;
  agreement.type = Agreeing(fresh, agreement).types(inferred, declared);
  return agreement;
}

}  // namespace macroscope
