// How does a test compare an operator of com.microsoft with what its documentation says it comes to in operators of ONNX?
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "catch.h"
#include "network_builder.h"

namespace macroscope::testing {

inline constexpr std::string_view kMicrosoft = "com.microsoft";

/// One operator of com.microsoft in a network of its own; outputs are o0, o1 ...
class Contrib {
 public:
  Contrib() : net(kNewestVersion, kMicrosoft) {}

  Contrib& input(std::string_view name, const std::vector<Dim>& dims, DataType dtype = DataType::float32) {
    net.input(name, dims, dtype);
    return *this;
  }
  Contrib& weight(std::string_view name, const std::vector<std::int64_t>& dims, DataType dtype = DataType::float32) {
    net.weight(name, dims, dtype);
    return *this;
  }
  Contrib& list(std::string_view name, const std::vector<std::int64_t>& numbers) {
    net.list(name, numbers);
    return *this;
  }
  Analysis run(std::string_view op, const std::vector<std::string>& inputs, const std::vector<Attribute>& attributes = {},
               int outputs = 1);

  static constexpr std::int64_t kNewestVersion = 28;
  NetworkBuilder net;
};

/// Everything that is counted, as one line: `macs 12 (float32 12), effective 12, 3 add, ...`.
std::string figures(const Analysis& analysis);

/// Multiply-accumulates alone, for a test that counts them by hand.
const Dim& macs_of(const Analysis& analysis);

/// The same of a network of ONNX's own operators.
std::string figures_of(const std::function<void(NetworkBuilder&)>& build);

std::string type_of(const Analysis& analysis, std::string_view name);

/// The type of an output of an operator that only moves data: no work is counted.
std::string moved(const Analysis& analysis, std::string_view name);

std::string first_error(const Analysis& analysis);

}  // namespace macroscope::testing
