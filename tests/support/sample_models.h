// Sample models: which ones do the tests of reports show?
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "analyzer/analysis.h"
#include "network_builder.h"

namespace macroscope::testing {

/// Gives nodes of the main graph the module paths of a model whose names have them.
inline Network with_paths(Network network, const std::vector<std::string>& paths) {
  for (std::size_t i = 0; i < paths.size(); ++i) network.graphs.front().nodes[i].path = network.keep(std::string_view(paths[i]));
  return network;
}

/// Two blocks of convolutions over an image of any height.
inline Network small_cnn() {
  NetworkBuilder net;
  net.input("image", {1, 3, Dim::symbol("H"), 224});
  net.weight("stem.weight", {64, 3, 7, 7})
      .weight("a.weight", {64, 64, 3, 3})
      .weight("a.bias", {64})
      .weight("b.weight", {128, 64, 1, 1});
  const auto pads = [&](std::int64_t pad) { return net.integers("pads", {pad, pad, pad, pad}); };
  net.node("Conv", {"image", "stem.weight"}, {"stem/conv"}, {pads(3), net.integers("strides", {2, 2})});
  net.node("Relu", {"stem/conv"}, {"stem/relu"});
  net.node("Conv", {"stem/relu", "a.weight", "a.bias"}, {"body/a/conv"}, {pads(1)});
  net.node("Relu", {"body/a/conv"}, {"body/a/relu"});
  net.node("Conv", {"body/a/relu", "b.weight"}, {"body/b/conv"}, {pads(0)});
  net.node("Add", {"body/b/conv", "body/b/conv"}, {"body/b/add"});
  net.output("body/b/add");
  Network network = with_paths(net.take(), {"stem", "stem", "body/a", "body/a", "body/b", "body/b"});
  network.information.name = "small";
  network.information.producer = "tests";
  network.information.producer_version = "1.0";
  network.information.ir_version = 10;
  network.symbols.named("H");
  return network;
}

/// The same image through an operator that nobody knows.
inline Network incomplete_model() {
  NetworkBuilder net(21, "acme");
  net.input("x", {1, 8, 16, 16}).weight("w", {8, 8, 3, 3}).weight("v", {8, 8, 1, 1});
  net.node("Conv", {"x", "w"}, {"conv"});
  net.node("WindowMix", {"conv"}, {"mixed"}, {}, "acme");
  net.node("Conv", {"mixed", "v"}, {"last"});
  net.output("last");
  Network network = net.take();
  network.information.name = "incomplete";
  network.information.ir_version = 10;
  return network;
}

/// Texts that would steer, reorder or break what they are written into.
inline const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> texts{"\x1b[31mred\x1b[0m",
                                              "a\tb\nc\rd",
                                              std::string("nul\0byte", 8),
                                              "\xe2\x80\xae"
                                              "gnp.exe",
                                              "\xc2\x9b"
                                              "2J",
                                              "\xff\xfe",
                                              "\xed\xa0\x80",
                                              "a|b\\|c`d``",
                                              "<script>alert(1)</script>",
                                              "=1+1",
                                              "@SUM(A1)",
                                              "+cmd",
                                              "-2",
                                              " =HYPERLINK(\"x\")",
                                              "\"quoted\", with, commas;",
                                              "**bold** _x_ [a](javascript:b) ![i](u) https://x.invalid @user #1",
                                              "$x^2$",
                                              "&lt;b&gt;",
                                              "\xe4\xb8\xad\xe6\x96\x87\xe5\xb1\x82",
                                              "e\xcc\x81",
                                              "\xf0\x9f\x98\x80",
                                              std::string(300, 'x'),
                                              "\\u0041",
                                              "{}%s%n"};
  return texts;
}

/// A chain of Relus where every text that a model brings is hostile.
inline Network hostile_model() {
  NetworkBuilder net(21, hostile_texts()[0]);
  net.input("start", {1, 4});
  std::string before = "start";
  for (const std::string& text : hostile_texts()) {
    net.node("Relu", {before}, {text});
    before = text;
  }
  net.node(hostile_texts()[8], {before}, {"end"}, {}, hostile_texts()[0]);
  net.output("end");
  Network network = net.take();
  network.information.name = network.keep(std::string_view(hostile_texts()[0]));
  network.information.producer = network.keep(std::string_view(hostile_texts()[7]));
  network.information.producer_version = network.keep(std::string_view(hostile_texts()[3]));
  for (std::size_t i = 0; i < hostile_texts().size(); ++i)
    network.graphs.front().nodes[i].path = network.keep(std::string_view(hostile_texts()[i]));
  for (const std::string& text : hostile_texts()) network.symbols.named(text);
  return network;
}

}  // namespace macroscope::testing
