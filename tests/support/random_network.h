// Networks for tests of memory: random nodes over vectors of different lengths, with views and tensors that nobody reads.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "network_builder.h"

namespace macroscope::testing {

/// `nodes` nodes; every length is a multiple of `unit`.
inline Network random_network(std::mt19937& random, std::size_t nodes, const Dim& unit = 1) {
  const auto below = [&](std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random); };
  struct Made {
    std::string name;
    std::int64_t length;
  };
  NetworkBuilder net;
  std::vector<Made> made;
  for (std::size_t i = 0; i < 1 + below(3); ++i) {
    made.push_back({"in" + std::to_string(i), static_cast<std::int64_t>(1 + below(9))});
    net.input(made.back().name, {unit * made.back().length});
  }
  net.list("all", {-1}).list("first", {0});
  for (std::size_t i = 0; i < nodes; ++i) {
    const Made from = made[below(made.size())];
    const Made other = made[below(made.size())];
    const std::string name = "t" + std::to_string(i);
    switch (below(6)) {
      case 0:
        net.node("Reshape", {from.name, "all"}, {name});
        made.push_back({name, from.length});
        break;
      case 1:
        net.node("Identity", {from.name}, {name});
        made.push_back({name, from.length});
        break;
      case 2:
        net.node("Relu", {from.name}, {name});
        made.push_back({name, from.length});
        break;
      case 3:
        if (from.length == other.length) {
          net.node("Add", {from.name, other.name}, {name});
          made.push_back({name, from.length});
          break;
        }
        [[fallthrough]];
      case 4:
        net.node("Concat", {from.name, other.name}, {name}, {net.integer("axis", 0)});
        made.push_back({name, from.length + other.length});
        break;
      default:
        // One element of it, which nobody reads.
        net.node("Gather", {from.name, "first"}, {name}, {net.integer("axis", 0)});
        break;
    }
    if (below(5) == 0) net.output(name);
  }
  net.output("t" + std::to_string(nodes - 1));
  return net.take();
}

}  // namespace macroscope::testing
