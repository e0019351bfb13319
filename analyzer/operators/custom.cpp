#include "analyzer/operators/custom.h"

#include <stdexcept>

#include "analyzer/operators/catalogue.h"
#include "analyzer/operators/notation/body.h"

namespace macroscope {

const Operator* find_row(const Network& network, const Node& node, std::int64_t version) noexcept {
  if (network.custom_operators)
    if (const Operator* row = network.custom_operators->find(node.domain, node.op)) return row;
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
