// Settings of a net: what does the user give its parameters?
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "analyzer/algebra/dim.h"

namespace macroscope::dsl {

struct NetSettings {
  /// `--set S=56`
  Bindings numbers;
  /// `--set mode=same`, `--set bias=true`
  std::map<std::string, std::string, std::less<>> words;
  /// `--free C`: symbols, whatever their default is.
  std::set<std::string, std::less<>> free;
};

}  // namespace macroscope::dsl
