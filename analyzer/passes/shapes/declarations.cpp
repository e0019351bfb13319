#include "analyzer/passes/shapes/declarations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analyzer/algebra/characters.h"

namespace macroscope {
namespace {

/// `stem` and a number behind it, at the end of `name`.
bool ends_with_number_after(std::string_view name, std::string_view stem) {
  const std::size_t at = name.rfind(stem);
  if (at == std::string_view::npos || at + stem.size() == name.size()) return false;
  const std::string_view number = name.substr(at + stem.size());
  return std::all_of(number.begin(), number.end(), is_digit);
}

class Agreeing {
 public:
  Agreeing(const SizeNames& names, Agreement& agreement) : names_(names), agreement_(agreement) {}

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
    const bool has_made_up_name = is_made_up_symbol(declared);
    if (is_fresh(inferred)) {
      if (has_made_up_name) {
        agreement_.made_up.emplace(declared.symbols().front(), inferred);
        return inferred;
      }
      agreement_.renamed.emplace(inferred.symbols().front(), declared);
      return declared;
    }
    const Certainty certainty = equal(inferred, declared);
    if (certainty == Certainty::never) {
      if (declared.is_number() && inferred.is_number()) {
        contradict(fmt::format("axis {} is {}, declared {}", axis, inferred.text(), declared.text()));
      } else if (!has_made_up_name) {
        misname(inferred, declared, axis);
      }
    } else if (declared.is_number() && follows_from_inputs(inferred) && !is_equal_but_for_empty(inferred, declared)) {
      misname(inferred, declared, axis);
    } else if (declared.is_number()) {
      agreement_.assumptions.push_back(Assumption::equal(inferred, declared));
      return declared;
    }
    return inferred;
  }

  void misname(const Dim& inferred, const Dim& declared, std::size_t axis) {
    if (agreement_.misnomer.empty())
      agreement_.misnomer = fmt::format("axis {} is {}, declared {}", axis, inferred.text(), declared.text());
  }

  [[nodiscard]] bool is_fresh(const Dim& dim) const {
    return !dim.is_number() &&
           std::any_of(names_.fresh.begin(), names_.fresh.end(), [&](const std::string& id) { return dim == Dim::symbol(id); });
  }

  [[nodiscard]] bool follows_from_inputs(const Dim& dim) const {
    const std::vector<std::string> symbols = dim.symbols();
    return std::all_of(symbols.begin(), symbols.end(), [&](const std::string& id) { return names_.of_inputs.contains(id); });
  }

  [[nodiscard]] bool is_made_up_symbol(const Dim& dim) const {
    if (dim.is_number()) return false;
    const std::vector<std::string> symbols = dim.symbols();
    if (symbols.size() != 1 || dim != Dim::symbol(symbols.front()) || names_.of_inputs.contains(symbols.front())) return false;
    const Symbol* symbol = names_.table.find_id(symbols.front());
    return symbol != nullptr && is_made_up(symbol->name);
  }

  /// Exporters take it for granted that no size is 0: the first of `length` words is `min(length, 1)` of them, declared 1.
  [[nodiscard]] static bool is_equal_but_for_empty(const Dim& inferred, const Dim& declared) {
    Bindings at_least_one;
    for (const std::string& id : inferred.symbols()) at_least_one.emplace(id, Dim::symbol(id) + 1);
    return equal(inferred.substitute(at_least_one), declared) == Certainty::always;
  }

  /// A declared extent below zero says nothing.
  static bool is_undeclared(const Dim& declared) { return declared.is_number() && *declared.number() < 0; }

  const SizeNames& names_;
  Agreement& agreement_;
};

}  // namespace

Agreement agree(const Type& inferred, const Type& declared, const SizeNames& names) {
  Agreement agreement;
  agreement.type = Agreeing(names, agreement).types(inferred, declared);
  return agreement;
}

bool is_made_up(std::string_view name) {
  constexpr std::array<std::string_view, 4> kStems{"unk__", "_dim_", "DynamicDimension_", "DynamicDimension."};
  return std::any_of(kStems.begin(), kStems.end(), [name](std::string_view stem) { return ends_with_number_after(name, stem); });
}

}  // namespace macroscope
