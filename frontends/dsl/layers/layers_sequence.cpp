// Layers over sequences: attention and recurrent cells.
#include <fmt/format.h>

#include "frontends/dsl/layers/layer_call.h"
#include "frontends/dsl/layers/layers_dense.h"

namespace macroscope::dsl {
namespace {

using Kind = ParameterKind;

/// Four projections around ONNX's Attention.
std::vector<Handle> attention(GraphBuilder& build, const LayerCall& call) {
  const Handle x = call.tensor("x");
  const Handle memory = call.has("memory") ? call.tensor("memory") : x;
  const Dim width = input_shape(build, x, 3, 3, "[batch, length, width]")[2];
  const Shape& remembered = build.shape_of(memory);
  if (remembered.rank() != 3)
    refuse("bad-rank", fmt::format("memory is {}; wanted is [batch, length, width]", remembered.text()), "memory");
  const Dim heads = call.size_of_at_least("heads", 1);
  const Dim kv_heads = call.size_of_at_least("kv_heads", 1, heads);
  share_of(heads, kv_heads, "query heads", "kv_heads");
  const Dim head_dim = call.has("head_dim") ? call.size_of_at_least("head_dim", 1)
                                            : share_of(width, heads, "features (the input's width)", "heads");
  const bool bias = call.flag("bias", true);
  const Handle query = project(build, x, heads * head_dim, bias, "query");
  const Handle key = project(build, memory, kv_heads * head_dim, bias, "key");
  const Handle value = project(build, memory, kv_heads * head_dim, bias, "value");
  std::vector<Attribute> attributes{build.size("q_num_heads", heads), build.size("kv_num_heads", kv_heads)};
  if (call.flag("causal", false)) attributes.push_back(build.size("is_causal", 1));
  build.stand_at_part("attention");
  const Handle mixed = build.node("Attention", {query, key, value}, attributes).front();
  return {project(build, mixed, width, bias, "output")};
}

/// [batch, length, features] in and out; the cell itself takes the length first, which is the only layout that runtimes have.
std::vector<Handle> recurrent(GraphBuilder& build, const LayerCall& call, std::string_view op, std::int64_t gates) {
  const Handle x = call.tensor("x");
  const Dim features = input_shape(build, x, 3, 3, "[batch, length, features]")[2];
  const Dim units = call.size_of_at_least("units", 1);
  const bool is_bidirectional = call.flag("bidirectional", false);
  const Dim directions = is_bidirectional ? 2 : 1;
  build.stand_at_part("length_first");
  const Handle steps = build.node("Transpose", {x}, {build.sizes("perm", {1, 0, 2})}).front();
  build.stand_at_part("cell");
  const Handle w = build.weight("weight", {directions, units * gates, features});
  const Handle r = build.weight("recurrence", {directions, units * gates, units});
  const Handle b = build.weight("bias", {directions, units * (2 * gates)});
  std::vector<Attribute> attributes{build.size("hidden_size", units)};
  if (is_bidirectional) attributes.push_back(build.text("direction", "bidirectional"));
  const std::vector<Handle> results = build.node(op, {steps, w, r, b}, attributes, call.results());

  // [length, directions, batch, units] and [directions, batch, units] with the batch first and the directions side by side.
  std::vector<Handle> ordered;
  for (std::size_t index = 0; index < results.size(); ++index) {
    const bool is_sequence = index == 0;
    build.stand_at_part("batch_first");
    const Handle turned = build
                              .node("Transpose", {results[index]},
                                    {build.sizes("perm", is_sequence ? std::vector<Dim>{2, 0, 1, 3} : std::vector<Dim>{1, 0, 2})})
                              .front();
    build.stand_at_part("directions");
    const Handle shape = build.list("shape", is_sequence ? std::vector<Dim>{0, 0, -1} : std::vector<Dim>{0, -1});
    ordered.push_back(build.node("Reshape", {turned, shape}).front());
  }
  return ordered;
}

std::vector<Handle> rnn(GraphBuilder& build, const LayerCall& call) { return recurrent(build, call, "RNN", 1); }
std::vector<Handle> gru(GraphBuilder& build, const LayerCall& call) { return recurrent(build, call, "GRU", 3); }
std::vector<Handle> lstm(GraphBuilder& build, const LayerCall& call) { return recurrent(build, call, "LSTM", 4); }

}  // namespace

std::vector<Layer> sequence_layers() {
  const LayerParameter x{"x", Kind::tensor}, units{"units"}, bidirectional{"bidirectional", Kind::flag, "false"};
  return {
      {"attention",
       {x,
        {"heads"},
        {"kv_heads", Kind::size, "heads"},
        {"head_dim", Kind::size, "width / heads"},
        {"memory", Kind::tensor, "x"},
        {"causal", Kind::flag, "false"},
        {"bias", Kind::flag, "true"}},
       1,
       attention},
      {"rnn", {x, units, bidirectional}, 2, rnn},
      {"gru", {x, units, bidirectional}, 2, gru},
      {"lstm", {x, units, bidirectional}, 3, lstm},
  };
}

}  // namespace macroscope::dsl
