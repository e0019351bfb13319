#include "reports/notation/type_text.h"

#include <fmt/format.h>

namespace macroscope {

std::string type_text(const Type& type) {
  switch (type.kind) {
    case Kind::absent:
    case Kind::unknown:
      return "?";
    case Kind::tensor:
    case Kind::sparse:
      break;
    case Kind::sequence:
      return "sequence";
    case Kind::optional:
      return "optional";
    case Kind::map:
      return "map";
  }
  if (type.dtype == DataType::unknown && !type.shape.known()) return "?";
  const std::string_view dtype = type.dtype == DataType::unknown ? "?" : name_of(type.dtype);
  return fmt::format("{}{}{}", type.kind == Kind::sparse ? "sparse " : "", dtype, type.shape.text());
}

}  // namespace macroscope
