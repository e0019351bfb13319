#include "catch.h"
#include "contrib_case.h"

namespace macroscope {
namespace {

using testing::Contrib;
using testing::figures;
using testing::figures_of;
using testing::macs_of;
using testing::NetworkBuilder;
using testing::type_of;

const Dim kBatch = Dim::symbol("N");

TEST_CASE("an LSTM with weights of 8 bits is an LSTM of integers, quantised in each step") {
  constexpr std::int64_t kSteps = 5, kInput = 6, kHidden = 4;
  for (const char* direction : {"forward", "bidirectional"}) {
    const std::int64_t directions = direction == std::string_view("forward") ? 1 : 2;
    Contrib contrib;
    contrib.input("x", {kSteps, kBatch, kInput})
        .weight("w", {directions, kInput, 4 * kHidden}, DataType::int8)
        .weight("r", {directions, kHidden, 4 * kHidden}, DataType::int8);
    contrib.weight("b", {directions, 8 * kHidden}).weight("ws", {directions}).weight("wz", {directions}, DataType::int8);
    const Analysis analysis =
        contrib.run("DynamicQuantizeLSTM", {"x", "w", "r", "b", "", "", "", "", "ws", "wz", "ws", "wz"},
                    {contrib.net.integer("hidden_size", kHidden), contrib.net.text("direction", direction)}, 3);
    CHECK(type_of(analysis, "o0") == fmt::format("float32 [5, {}, N, 4]", directions));
    CHECK(type_of(analysis, "o1") == fmt::format("float32 [{}, N, 4]", directions));
    CHECK(analysis.parameters.total(Role::weight) == Dim(directions * (kInput * 16 + kHidden * 16 + 32)));
    NetworkBuilder net(Contrib::kNewestVersion);
    net.input("x", {kSteps, kBatch, kInput})
        .weight("w", {directions, 4 * kHidden, kInput})
        .weight("r", {directions, 4 * kHidden, kHidden})
        .weight("b", {directions, 8 * kHidden});
    net.node("LSTM", {"x", "w", "r", "b"}, {"y"}, {net.integer("hidden_size", kHidden), net.text("direction", direction)});
    const Analysis floating = analyze(net.take(), {});
    CHECK(macs_of(analysis) == macs_of(floating));
    CHECK(analysis.costs.total.macs_by_dtype.front().first == DataType::int8);
    // Per step and direction: DynamicQuantizeLinear of N x input and N x hidden; two products of 4 gates scaled.
    const Dim quantized = kBatch * (kSteps * directions * (kInput + kHidden)), calls = kSteps * directions * 2;
    const Dim units = kBatch * (kSteps * directions * kHidden);
    const auto& own = analysis.costs.total.flops_by_kind;
    const auto& base = floating.costs.total.flops_by_kind;
    CHECK(own[0] - base[0] == quantized + calls * 2);
    CHECK(own[1] - base[1] == units * 8);
    CHECK(own[2] - base[2] == quantized + calls * 2);
    CHECK(own[3] - base[3] == quantized * 4 + calls * 4);
    CHECK(own[4] == base[4]);
  }
}

TEST_CASE("an LSTM that attends to a memory in each step") {
  constexpr std::int64_t kSteps = 5, kRows = 3, kInput = 6, kHidden = 4, kSlots = 7, kDepth = 8, kAttention = 9, kLayer = 10;
  Contrib contrib;
  contrib.input("x", {kSteps, kRows, kInput})
      .weight("w", {1, 4 * kHidden, kInput + kLayer})
      .weight("r", {1, 4 * kHidden, kHidden});
  contrib.weight("qw", {1, kHidden, kAttention})
      .weight("mw", {1, kDepth, kAttention})
      .weight("v", {1, kAttention})
      .input("m", {kRows, kSlots, kDepth});
  contrib.weight("aw", {1, kDepth + kHidden, kLayer});
  const Analysis analysis = contrib.run("AttnLSTM", {"x", "w", "r", "", "", "", "", "", "qw", "mw", "v", "m", "", "aw"},
                                        {contrib.net.integer("hidden_size", kHidden)}, 3);
  CHECK(type_of(analysis, "o0") == "float32 [5, 1, 3, 4]");
  CHECK(type_of(analysis, "o2") == "float32 [1, 3, 4]");
  std::int64_t macs = 0;
  for (int row = 0; row < kRows; ++row) {
    macs += kSlots * kDepth * kAttention;  // keys, once
    for (int step = 0; step < kSteps; ++step) {
      macs += 4 * kHidden * (kInput + kLayer + kHidden);  // the cell, fed with the last attention
      macs += kHidden * kAttention;                       // the query
      for (int slot = 0; slot < kSlots; ++slot) macs += kAttention + kDepth;
      macs += (kDepth + kHidden) * kLayer;
    }
  }
  CHECK(macs_of(analysis) == Dim(macs));
}

TEST_CASE("linear attention is the one of ONNX, with a window of states and more heads of values") {
  const auto attributes = [](NetworkBuilder& net) {
    return std::vector{net.integer("q_num_heads", 4), net.integer("kv_num_heads", 2)};
  };
  Contrib contrib;
  contrib.input("q", {kBatch, 7, 32})
      .input("k", {kBatch, 7, 16})
      .input("v", {kBatch, 7, 12})
      .input("d", {kBatch, 7, 2})
      .input("b", {kBatch, 7, 2});
  std::vector<Attribute> windowed = attributes(contrib.net);
  windowed.push_back(contrib.net.integer("state_window", 3));
  const Analysis analysis = contrib.run("LinearAttention", {"q", "k", "v", "", "d", "b"}, windowed, 2);
  CHECK(type_of(analysis, "o0") == "float32 [N, 7, 24]");
  CHECK(type_of(analysis, "o1") == "float32 [3, N, 2, 8, 6]");
  CHECK(figures(analysis) == figures_of([&](NetworkBuilder& net) {
          net.input("q", {kBatch, 7, 32})
              .input("k", {kBatch, 7, 16})
              .input("v", {kBatch, 7, 12})
              .input("d", {kBatch, 7, 2})
              .input("b", {kBatch, 7, 2});
          net.node("LinearAttention", {"q", "k", "v", "", "d", "b"}, {"y", "s"}, attributes(net));
        }));
  Contrib inverse;
  inverse.input("q", {kBatch, 7, 16}).input("k", {kBatch, 7, 32}).input("v", {kBatch, 7, 24});
  const Analysis more = inverse.run(
      "LinearAttention", {"q", "k", "v"},
      {inverse.net.integer("q_num_heads", 2), inverse.net.integer("kv_num_heads", 4), inverse.net.text("update_rule", "linear")},
      2);
  CHECK(type_of(more, "o0") == "float32 [N, 7, 24]");
  // Each of 4 states of 8 x 6 takes one product in and gives one out, at each of 7 steps.
  CHECK(macs_of(more) == kBatch * (7 * 4 * 2 * 48));

  Contrib gate;
  gate.input("a", {kBatch, 7, 4}).weight("t", {4}).weight("d", {4}).input("b", {kBatch, 7, 4});
  const Analysis gates = gate.run("LinearAttentionGate", {"a", "t", "d", "b"}, {}, 2);
  CHECK(type_of(gates, "o0") == "float32 [N, 7, 4]");
  CHECK(type_of(gates, "o1") == "float32 [N, 7, 4]");
  CHECK(figures(gates) == figures_of([](NetworkBuilder& net) {
          net.input("a", {kBatch, 7, 4}).weight("t", {4}).weight("d", {4}).input("b", {kBatch, 7, 4});
          net.node("Add", {"a", "t"}, {"s"})
              .node("Softplus", {"s"}, {"p"})
              .node("Mul", {"p", "d"}, {"y"})
              .node("Sigmoid", {"b"}, {"z"});
        }));
}

TEST_CASE("a gated delta network over packed tokens") {
  const auto analysed = [](bool packed) {
    Contrib contrib;
    contrib.input("state", {2, 4, 6, 8});
    if (packed) {
      contrib.input("q", {11, 2 * 2 * 8 + 4 * 6});
    } else {
      contrib.input("q", {11, 2, 8}).input("k", {11, 2, 8}).input("v", {11, 4, 6});
    }
    contrib.input("d", {11, 4}).input("b", {11, 4});
    return contrib.run("GatedDeltaNet", {"q", packed ? "" : "k", packed ? "" : "v", "", "d", "b", "state"},
                       {contrib.net.integer("state_update_capacity", 3), contrib.net.text("beta_activation", "sigmoid")}, 3);
  };
  for (const bool packed : {false, true}) {
    const Analysis analysis = analysed(packed);
    CHECK(type_of(analysis, "o0") == "float32 [11, 4, 6]");
    CHECK(type_of(analysis, "o1") == "float32 [2, 4, 6, 8]");
    CHECK(type_of(analysis, "o2") == fmt::format("float32 [2, {}]", 3 * (4 + 2 * 8 + 4 * 6)));
    std::int64_t macs = 0, decayed = 0;
    for (int token = 0; token < 11; ++token)
      for (int head = 0; head < 4; ++head) {
        macs += 3 * 8 * 6;  // what the state says of the key, the update, what it says to the query
        decayed += 8 * 6;
      }
    CHECK(macs_of(analysis) == Dim(macs));
    CHECK(analysis.costs.total.flops_by_kind[1] == Dim(decayed + 11 * 4 * 6 * 2));
    CHECK(analysis.costs.total.flops_by_kind[4] == Dim(11 * 4 * 2));
  }
  Contrib replay;
  replay.input("s", {500}).input("c", {300}).input("d", {500}).net.list("m", {0, 0, 0, 12, 60, 4, 6, 8, 2, 3, 2});
  const Analysis replayed = replay.run("GatedDeltaNetStateReplay", {"s", "c", "d", "m"});
  CHECK(type_of(replayed, "o0") == "float32 [500]");
  CHECK(figures(replayed) == "macs 384 (float32 384), effective 384, 384 mul");  // 4 x 6 x 8 cells, 2 transitions
  Contrib history;
  history.input("s", {500}).input("c", {300}).input("d", {400}).input("m", {8}, DataType::int64);
  const Analysis copied = history.run("ConvStateReplay", {"s", "c", "d", "m"});
  CHECK(type_of(copied, "o0") == "float32 [400]");
  CHECK(figures(copied) == "macs 0, effective 0");
}

TEST_CASE("causal convolutions keep what later calls need") {
  for (const std::int64_t dilation : {1, 2}) {
    Contrib contrib;
    contrib.input("x", {kBatch, 6, 9}).weight("w", {6, 1, 4}).weight("b", {6});
    const Analysis analysis = contrib.run("CausalConvWithState", {"x", "w", "b"},
                                          {contrib.net.integer("dilation", dilation), contrib.net.text("activation", "silu")}, 2);
    CHECK(type_of(analysis, "o0") == "float32 [N, 6, 9]");
    CHECK(type_of(analysis, "o1") == fmt::format("float32 [N, 6, {}]", 3 * dilation));
    CHECK(figures(analysis) == figures_of([&](NetworkBuilder& net) {
            net.input("x", {kBatch, 6, 9}).weight("w", {6, 1, 4}).weight("b", {6});
            net.node("Conv", {"x", "w", "b"}, {"c"},
                     {net.integer("group", 6), net.integers("dilations", {dilation}), net.integers("pads", {3 * dilation, 0})});
            net.node("Swish", {"c"}, {"y"});
          }));
  }
  Contrib last;
  last.input("x", {kBatch, 9, 2, 3}).weight("w", {6, 1, 4}).input("p", {5, kBatch, 3, 2, 3});
  const Analysis analysis = last.run("CausalConvWithState", {"x", "w", "", "p"},
                                     {last.net.integer("channels_last", 1), last.net.integer("state_window", 5)}, 2);
  CHECK(type_of(analysis, "o0") == "float32 [N, 9, 2, 3]");
  CHECK(type_of(analysis, "o1") == "float32 [5, N, 3, 2, 3]");
  CHECK(figures(analysis) == "macs 216*N (float32 216*N), effective 216*N");
  Contrib packed;
  packed.input("x", {11, 6}).weight("w", {6, 1, 4}).input("c", {3}, DataType::int32).weight("b", {6}).input("s", {2, 6, 3});
  const Analysis rows =
      packed.run("VarlenCausalConvWithState", {"x", "w", "c", "b", "s"}, {packed.net.integer("state_update_capacity", 5)}, 3);
  CHECK(type_of(rows, "o0") == "float32 [11, 6]");
  CHECK(type_of(rows, "o1") == "float32 [2, 6, 3]");
  CHECK(type_of(rows, "o2") == "float32 [2, 5, 6]");
  CHECK(figures(rows) == "macs 264 (float32 264), effective 264, 66 add");
}

TEST_CASE("a state-space model verifies rows of one sequence") {
  constexpr std::int64_t kHeads = 2, kGroups = 1, kInner = kHeads * 64, kChannels = kInner + 2 * kGroups * 128;
  Contrib contrib;
  contrib.input("p", {5, 2 * kInner + 2 * kGroups * 128 + kHeads}, DataType::bfloat16)
      .input("c", {4, kChannels, 3}, DataType::bfloat16)
      .input("s", {4, kHeads, 128, 64});
  contrib.weight("w", {kChannels, 4}, DataType::bfloat16)
      .weight("b", {kChannels}, DataType::bfloat16)
      .weight("d", {kHeads})
      .weight("n", {kInner})
      .input("r", {1}, DataType::int32);
  const Analysis analysis = contrib.run("Mamba2Verify", {"p", "c", "s", "w", "b", "d", "d", "d", "n", "r"},
                                        {contrib.net.integer("heads", kHeads), contrib.net.integer("n_groups", kGroups)}, 5);
  CHECK(type_of(analysis, "o0") == "bfloat16 [5, 128]");
  CHECK(type_of(analysis, "o1") == "bfloat16 [4, 384, 3]");
  CHECK(type_of(analysis, "o2") == "float32 [4, 2, 128, 64]");
  CHECK(type_of(analysis, "o3") == "bfloat16 [5, 384]");
  CHECK(type_of(analysis, "o4") == "float32 [5, 128]");
  std::int64_t convolved = 0, recurrent = 0;
  for (int row = 0; row < 5; ++row) {
    convolved += kChannels * 4;
    for (int head = 0; head < kHeads; ++head)
      for (int place = 0; place < 64; ++place) recurrent += 2 * 128;  // one product into each cell, one out of it
  }
  CHECK(macs_of(analysis) == Dim(convolved + recurrent));
  REQUIRE(analysis.costs.total.macs_by_dtype.size() == 2);
  for (const auto& [dtype, macs] : analysis.costs.total.macs_by_dtype)
    CHECK(macs == Dim(dtype == DataType::bfloat16 ? convolved : recurrent));
}

}  // namespace
}  // namespace macroscope
