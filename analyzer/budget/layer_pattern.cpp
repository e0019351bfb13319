#include "analyzer/budget/layer_pattern.h"

#include <string>

#include "analyzer/network/name_pattern.h"
#include "analyzer/record/record.h"

namespace macroscope {

bool matches_layer(std::string_view pattern, std::string_view name, std::string_view path) {
  const std::string_view wanted = without_slash(pattern);
  const std::string_view own = without_slash(name);
  const std::string_view module = without_slash(path);
  if (matches(wanted, own)) return true;
  if (module.empty()) return false;
  return matches(wanted, module) || matches(wanted, std::string(module) + '/' + std::string(own));
}

bool matches_operator(std::string_view pattern, std::string_view op) {
  const std::size_t colon = op.rfind(':');
  const std::string_view name = op.substr(colon == std::string_view::npos ? 0 : colon + 1);
  const std::size_t split = pattern.rfind(':');
  if (split == std::string_view::npos) return matches(pattern, name);
  std::string_view domain = pattern.substr(0, split);
  if (domain == "ai.onnx") domain = {};
  return matches(domain, colon == std::string_view::npos ? std::string_view() : op.substr(0, colon)) &&
         matches(pattern.substr(split + 1), name);
}

}  // namespace macroscope
