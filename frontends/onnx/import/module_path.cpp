#include "frontends/onnx/import/module_path.h"

#include <algorithm>
#include <vector>

namespace macroscope::onnx {
namespace {

/// A list of texts as Python prints it; texts with quotes or escapes in them are no module names and end it.
std::vector<std::string_view> python_list(std::string_view text) {
  std::vector<std::string_view> items;
  while (true) {
    const std::size_t begin = text.find_first_of("'\"");
    if (begin == std::string_view::npos) return items;
    const std::size_t end = text.find(text[begin], begin + 1);
    if (end == std::string_view::npos) return items;
    const std::string_view item = text.substr(begin + 1, end - begin - 1);
    if (item.find('\\') != std::string_view::npos) return items;
    items.push_back(item);
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string_view path_in_name(std::string_view node_name) {
  while (node_name.starts_with('/')) node_name.remove_prefix(1);
  const std::size_t last = node_name.rfind('/');
  return last == std::string_view::npos ? std::string_view() : node_name.substr(0, last);
}

std::string path_in_scopes(const NodeView& node) {
  const auto scopes = std::find_if(node.metadata.begin(), node.metadata.end(),
                                   [](const EntryView& e) { return e.key == "pkg.torch.onnx.name_scopes"; });
  if (scopes == node.metadata.end()) return {};
  std::vector<std::string_view> names = python_list(scopes->value);
  if (!names.empty()) names.pop_back();  // the node itself
  std::string path;
  std::string_view outer;
  for (const std::string_view name : names) {
    if (name.empty()) continue;
    const bool is_inside = !outer.empty() && name.size() > outer.size() && name.starts_with(outer) && name[outer.size()] == '.';
    if (!path.empty()) path += '/';
    path += is_inside ? name.substr(outer.size() + 1) : name;
    outer = name;
  }
  return path;
}

}  // namespace macroscope::onnx
