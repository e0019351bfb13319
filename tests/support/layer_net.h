// Layers without a text: how does a test apply them?
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/analysis.h"
#include "frontends/dsl/layers/layers.h"

namespace macroscope::testing {

using dsl::Argument;
using dsl::Handle;
using dsl::NamedArgument;

inline Argument argument(const Handle& handle, std::string label = {}) { return {handle, std::move(label)}; }
inline Argument argument(const Dim& size) { return {size}; }
inline Argument argument(int size) { return {Dim(size)}; }
inline Argument argument(bool flag) { return {flag}; }
inline Argument argument(double number) { return {number}; }
inline Argument argument(const char* word) { return {std::string(word)}; }
inline Argument argument(const std::vector<Dim>& sizes) {
  std::vector<Argument> list;
  for (const Dim& size : sizes) list.push_back({size});
  return {std::move(list)};
}

class LayerNet {
 public:
  Handle input(const std::vector<Dim>& dims, DataType dtype = DataType::float32, std::string_view name = "x") {
    return build.input(name, dtype, dims);
  }
  std::vector<Handle> layer(std::string_view name, const std::vector<Argument>& arguments,
                            const std::vector<NamedArgument>& named = {}, std::size_t results = 1) {
    build.stand_at({path, std::string(name), 1, 1});
    return dsl::apply(build, *dsl::find_layer(name), arguments, named, results);
  }
  /// The first result of a layer applied to a tensor.
  template <typename... Further>
  Handle to(Handle x, std::string_view name, const Further&... further) {
    return layer(name, {argument(x), argument(further)...}).front();
  }
  Handle with(Handle x, std::string_view name, const std::vector<Argument>& further, const std::vector<NamedArgument>& named) {
    std::vector<Argument> arguments{argument(x)};
    arguments.insert(arguments.end(), further.begin(), further.end());
    return layer(name, arguments, named).front();
  }
  std::string shape(Handle handle) const { return build.type_of(handle).shape.text(); }
  Analysis analysis(Handle result) {
    build.output(result, "y");
    return analyze(build.take(), {});
  }

  dsl::GraphBuilder build{"test"};
  std::string path;
};

/// What a layer refuses with.
template <typename Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const dsl::BuildError& error) {
    return error.what();
  }
  return "";
}

inline std::string parameters_of(const Analysis& analysis) { return analysis.parameters.total(Role::weight).text(); }
inline std::string macs_of(const Analysis& analysis) { return analysis.costs.total.macs.text(); }

}  // namespace macroscope::testing
