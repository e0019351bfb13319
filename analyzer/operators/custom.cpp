#include "analyzer/operators/custom.h"

#include <stdexcept>

#include "analyzer/operators/catalogue.h"
#include "analyzer/operators/notation/body.h"

namespace macroscope {

const Operator* find_row(const CustomOperators* custom, const Node& node, std::int64_t version) noexcept {
  if (custom != nullptr)
    if (const Operator* row = custom->find(node.domain, node.op)) return row;
  return find_operator(node.domain, node.op, version);
}

std::string mistake_in_body(std::string_view text) {
  Network scratch;
  try {
    compile_body({"body", Body{text}}, scratch);
    return {};
  } catch (const std::logic_error& mistake) {
    return mistake.what();
  }
}

}  // namespace macroscope
