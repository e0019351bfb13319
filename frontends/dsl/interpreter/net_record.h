// Record of an expanded net: what do expectations look up in it?
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/dsl/interpreter/evaluator.h"
#include "frontends/dsl/interpreter/layer_paths.h"
#include "frontends/dsl/syntax/syntax.h"

namespace macroscope::dsl {

/// A name of a net or a block, with where it got its value.
struct Variable {
  Datum datum;
  Span defined;
  /// `skip[i]`: by index.
  std::map<std::int64_t, Datum> elements;
  bool is_indexed = false;
};
using Variables = std::map<std::string_view, Variable>;

class NetRecord {
 public:
  struct Expectation {
    const Statement* statement = nullptr;
    /// What names stood for where it is; of indexed names that it does not mention, that they are some.
    Variables variables;
  };

  LayerPaths paths;
  std::vector<Expectation> expectations;
  /// Names at the end of the net, for expectations outside of it.
  Variables variables;
};

}  // namespace macroscope::dsl
