// Budget: which limits hold for which model, whatever file they were written in?
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/algebra/dim.h"
#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/record/metric.h"

namespace macroscope {

/// What becomes of a limit that cannot be decided because some operator has no cost rule.
enum class UnknownPolicy : std::uint8_t { fail, warn, allow };

struct Limit {
  Metric metric = Metric::parameters;
  Dim value;
  TextOrigin origin;
};

/// ChannelGrowth that is allowed against a baseline; both must be exceeded where both are given.
struct GrowthLimit {
  Metric metric = Metric::parameters;
  /// A share of the baseline as a fraction of whole numbers: +2.5 % is 25 / 1000.
  struct Share {
    std::int64_t over = 0;
    std::int64_t under = 1;
  };
  std::optional<Share> share;
  std::optional<Dim> amount;
  TextOrigin origin;
};

struct Limits {
  std::vector<Limit> max;
  std::vector<Limit> min;
  std::vector<Limit> warn;
  std::vector<GrowthLimit> growth;
};

struct OperatorLimit {
  /// `Loop`, `com.microsoft:*`: see matches_operator().
  std::string pattern;
  /// How often it may be in the model; 0: it is forbidden.
  std::int64_t most = 0;
  bool is_forbidden = false;
  TextOrigin origin;
};

struct LayerBudget {
  /// `head/*`: see matches_layer().
  std::string pattern;
  Limits limits;
  TextOrigin origin;
};

struct ModelBudget {
  /// A path relative to the budget file, with wildcards; empty: any model.
  std::string path;
  /// Sizes that take a value, by name or identifier.
  Bindings bindings;
  Limits limits;
  std::vector<OperatorLimit> operators;
  std::vector<LayerBudget> layers;
  TextOrigin origin;
};

struct Budget {
  UnknownPolicy unknown = UnknownPolicy::fail;
  std::vector<ModelBudget> models;
};

}  // namespace macroscope
