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
const Dim kLength = Dim::symbol("S");

/// Scores, their scale, a softmax and the sum of values as products and activations; `width` and `value_width` of a head.
void attend(NetworkBuilder& net, const Dim& batch, const Dim& heads, const Dim& queries, const Dim& keys, const Dim& width,
            const Dim& value_width) {
  net.input("Q", {batch, heads, queries, width})
      .input("K", {batch, heads, width, keys})
      .input("V", {batch, heads, keys, value_width});
  net.weight("scale", {})
      .node("MatMul", {"Q", "K"}, {"s"})
      .node("Mul", {"s", "scale"}, {"t"})
      .node("Softmax", {"t"}, {"p"})
      .node("MatMul", {"p", "V"}, {"a"});
}

TEST_CASE("attention with its own projection is a product, a bias and attention") {
  Contrib contrib;
  contrib.input("x", {kBatch, kLength, 16}).weight("w", {16, 48}).weight("b", {48}).input("m", {kBatch, 1, kLength, kLength});
  const Analysis analysis = contrib.run("Attention", {"x", "w", "b", "", "", "m"}, {contrib.net.integer("num_heads", 4)}, 2);
  CHECK(type_of(analysis, "o0") == "float32 [N, S, 16]");
  CHECK(type_of(analysis, "o1") == "float32 [2, N, 4, S, 4]");
  CHECK(analysis.parameters.total(Role::weight) == Dim(16 * 48 + 48));
  CHECK(figures(analysis) == figures_of([](NetworkBuilder& net) {
          net.input("x", {kBatch, kLength, 16})
              .weight("w", {16, 48})
              .weight("b", {48})
              .node("MatMul", {"x", "w"}, {"i"})
              .node("Add", {"i", "b"}, {"j"});
          net.input("m", {kBatch, 1, kLength, kLength});
          net.input("Q", {kBatch, 4, kLength, 4})
              .input("K", {kBatch, 4, 4, kLength})
              .input("V", {kBatch, 4, kLength, 4})
              .weight("scale", {});
          net.node("MatMul", {"Q", "K"}, {"s"})
              .node("Mul", {"s", "scale"}, {"t"})
              .node("Add", {"t", "m"}, {"u"})
              .node("Softmax", {"u"}, {"p"});
          net.node("MatMul", {"p", "V"}, {"a"});
        }));
}

TEST_CASE("widths of queries and values may differ, and a past lengthens the keys") {
  Contrib contrib;
  contrib.input("x", {2, 5, 16}).weight("w", {16, 8 + 8 + 12}).weight("b", {28}).input("past", {2, 2, 2, 3, 4});
  const Analysis analysis =
      contrib.run("Attention", {"x", "w", "b", "", "past"},
                  {contrib.net.integer("num_heads", 2), contrib.net.integers("qkv_hidden_sizes", {8, 8, 12}),
                   contrib.net.integer("unidirectional", 1)},
                  2);
  CHECK(type_of(analysis, "o0") == "float32 [2, 5, 12]");
  CHECK(type_of(analysis, "o1") == "float32 [2, 2, 2, 8, 4]");
  // Query i of 5 is at key 3 + i of 8 and sees those up to itself.
  std::int64_t projected = 2 * 5 * 16 * 28, all = 0, seen = 0;
  for (int batch = 0; batch < 2; ++batch)
    for (int head = 0; head < 2; ++head)
      for (int query = 0; query < 5; ++query)
        for (int key = 0; key < 8; ++key) {
          all += 4 + 6;
          seen += key <= 3 + query ? 4 + 6 : 0;
        }
  CHECK(macs_of(analysis) == Dim(projected + all));
  CHECK(analysis.costs.total.effective_macs == Dim(projected + seen));

  Contrib bad;
  bad.input("x", {2, 5, 16}).weight("w", {16, 28});
  CHECK(testing::first_error(bad.run("Attention", {"x", "w"},
                                     {bad.net.integer("num_heads", 2), bad.net.integers("qkv_hidden_sizes", {8, 8, 8})})) ==
        "shape-mismatch");
  Contrib headless;
  headless.input("x", {2, 5, 16}).weight("w", {16, 48});
  CHECK(testing::first_error(headless.run("Attention", {"x", "w"})) == "bad-attribute");
}

TEST_CASE("a decoder's own attention over a shared buffer") {
  Contrib contrib;
  contrib.input("x", {kBatch, 1, 8}).weight("w", {8, 24}).weight("b", {24}).input("past", {2, kBatch, 2, 6, 4});
  contrib.net.stored("length", {1}, DataType::int32, Value(Integers{Dim(3)}));
  const Analysis analysis =
      contrib.run("DecoderMaskedSelfAttention", {"x", "w", "b", "", "past", "", "length"},
                  {contrib.net.integer("num_heads", 2), contrib.net.integer("past_present_share_buffer", 1)}, 2);
  CHECK(type_of(analysis, "o0") == "float32 [N, 1, 8]");
  CHECK(type_of(analysis, "o1") == "float32 [2, N, 2, 6, 4]");
  CHECK(figures(analysis) == figures_of([](NetworkBuilder& net) {
          net.input("x", {kBatch, 1, 8})
              .weight("w", {8, 24})
              .weight("b", {24})
              .node("MatMul", {"x", "w"}, {"i"})
              .node("Add", {"i", "b"}, {"j"});
          attend(net, kBatch, 2, 1, 4, 4, 4);  // 3 keys of the past and the new one
        }));
}

TEST_CASE("a quantised projection counts as integers, the rest as floats") {
  Contrib contrib;
  contrib.input("x", {kBatch, kLength, 16}, DataType::uint8)
      .weight("w", {16, 48}, DataType::int8)
      .weight("b", {48})
      .weight("xs", {})
      .weight("ws", {});
  contrib.weight("xz", {}, DataType::uint8).weight("wz", {}, DataType::int8);
  const Analysis analysis =
      contrib.run("QAttention", {"x", "w", "b", "xs", "ws", "", "xz", "wz"}, {contrib.net.integer("num_heads", 4)}, 2);
  CHECK(type_of(analysis, "o0") == "float32 [N, S, 16]");
  CHECK(type_of(analysis, "o1") == "float32 [2, N, 4, S, 4]");
  CHECK(analysis.parameters.total(Role::weight) == Dim(16 * 48 + 48));
  CHECK(analysis.parameters.total(Role::quantisation) == Dim(4));
  CHECK(figures(analysis) == figures_of([](NetworkBuilder& net) {
          net.input("x", {kBatch, kLength, 16}, DataType::uint8)
              .weight("w", {16, 48}, DataType::int8)
              .weight("f", {48})
              .weight("b", {48});
          net.node("MatMulInteger", {"x", "w"}, {"i"}).node("Cast", {"i"}, {"j"}, {net.integer("to", 1)});
          net.node("Mul", {"j", "f"}, {"k"}).node("Add", {"k", "b"}, {"l"});
          attend(net, kBatch, 4, kLength, kLength, 4, 4);
        }));

  Contrib ordered;
  ordered.input("x", {2, 5, 16}, DataType::int8).weight("s", {});
  for (const char* name : {"q", "k", "v"}) ordered.weight(name, {16, 16}, DataType::int8);
  for (const char* name : {"qb", "kb", "vb"}) ordered.weight(name, {16});
  const Analysis integers =
      ordered.run("QOrderedAttention", {"x", "s", "s", "s", "s", "q", "k", "v", "s", "s", "s", "qb", "kb", "vb", "s", "s", "s"},
                  {ordered.net.integer("num_heads", 4)});
  CHECK(type_of(integers, "o0") == "int8 [2, 5, 16]");
  CHECK(integers.parameters.total(Role::weight) == Dim(3 * 256 + 48));
  // 10 rows by 16 x 48, then 2 * 4 heads of 5 x 5 scores by 4 + 4.
  CHECK(macs_of(integers) == Dim(10 * 16 * 48 + 2 * 4 * 25 * 8));
  CHECK(integers.costs.total.macs_by_dtype.size() == 1);
  CHECK(integers.costs.total.macs_by_dtype.front().first == DataType::int8);
}

TEST_CASE("packed tokens meet as many keys as the longest sequence has") {
  Contrib contrib;
  contrib.input("x", {Dim::symbol("T"), 8})
      .weight("w", {8, 24})
      .weight("b", {24})
      .input("o", {2, 5}, DataType::int32)
      .input("c", {3}, DataType::int32);
  const Analysis analysis = contrib.run("PackedAttention", {"x", "w", "b", "o", "c"}, {contrib.net.integer("num_heads", 2)});
  CHECK(type_of(analysis, "o0") == "float32 [T, 8]");
  CHECK(figures(analysis) == figures_of([](NetworkBuilder& net) {
          net.input("x", {Dim::symbol("T"), 8})
              .weight("w", {8, 24})
              .weight("b", {24})
              .node("MatMul", {"x", "w"}, {"i"})
              .node("Add", {"i", "b"}, {"j"});
          attend(net, 1, 2, Dim::symbol("T"), 5, 4, 4);
        }));
  Contrib projected;
  projected.input("q", {Dim::symbol("T"), 8}).input("k", {Dim::symbol("T"), 8}).input("v", {Dim::symbol("T"), 12});
  projected.input("o", {2, 5}, DataType::int32).input("c", {3}, DataType::int32);
  const Analysis heads =
      projected.run("PackedMultiHeadAttention", {"q", "k", "v", "", "o", "c"}, {projected.net.integer("num_heads", 2)});
  CHECK(type_of(heads, "o0") == "float32 [T, 12]");
  CHECK(figures(heads) == figures_of([](NetworkBuilder& net) { attend(net, 1, 2, Dim::symbol("T"), 5, 4, 6); }));
}

TEST_CASE("heads of queries, keys and values side by side, apart or of another sequence") {
  const Dim keys = Dim::symbol("L");
  Contrib apart;
  apart.input("q", {kBatch, kLength, 8}).input("k", {kBatch, keys, 8}).input("v", {kBatch, keys, 12}).weight("b", {28});
  const Analysis analysis = apart.run("MultiHeadAttention", {"q", "k", "v", "b"}, {apart.net.integer("num_heads", 2)}, 3);
  CHECK(type_of(analysis, "o0") == "float32 [N, S, 12]");
  CHECK(type_of(analysis, "o1") == "float32 [N, 2, L, 4]");
  CHECK(type_of(analysis, "o2") == "float32 [N, 2, L, 6]");
  CHECK(figures(analysis) == figures_of([&](NetworkBuilder& net) {
          net.input("q", {kBatch, kLength, 8})
              .input("k", {kBatch, keys, 8})
              .input("v", {kBatch, keys, 12})
              .weight("b", {8})
              .weight("c", {12});
          net.node("Add", {"q", "b"}, {"qb"}).node("Add", {"k", "b"}, {"kb"}).node("Add", {"v", "c"}, {"vb"});
          attend(net, kBatch, 2, kLength, keys, 4, 6);
        }));

  Contrib other;
  other.input("q", {kBatch, kLength, 8}).input("k", {kBatch, 2, keys, 4}).input("v", {kBatch, 2, keys, 4});
  const Analysis cross = other.run("MultiHeadAttention", {"q", "k", "v"}, {other.net.integer("num_heads", 2)});
  CHECK(type_of(cross, "o0") == "float32 [N, S, 8]");
  CHECK(figures(cross) == figures_of([&](NetworkBuilder& net) { attend(net, kBatch, 2, kLength, keys, 4, 4); }));

  Contrib packed;
  const Analysis one =
      packed.input("q", {kBatch, kLength, 2, 3, 4}).run("MultiHeadAttention", {"q"}, {packed.net.integer("num_heads", 2)});
  CHECK(type_of(one, "o0") == "float32 [N, S, 8]");
  CHECK(figures(one) == figures_of([&](NetworkBuilder& net) { attend(net, kBatch, 2, kLength, kLength, 4, 4); }));

  Contrib past;
  past.input("q", {kBatch, 5, 8})
      .input("k", {kBatch, 5, 8})
      .input("v", {kBatch, 5, 8})
      .input("pk", {kBatch, 2, 3, 4})
      .input("pv", {kBatch, 2, 3, 4});
  const Analysis grown =
      past.run("MultiHeadAttention", {"q", "k", "v", "", "", "", "pk", "pv"}, {past.net.integer("num_heads", 2)}, 3);
  CHECK(type_of(grown, "o1") == "float32 [N, 2, 8, 4]");
  CHECK(figures(grown) == figures_of([&](NetworkBuilder& net) { attend(net, kBatch, 2, 5, 8, 4, 4); }));
}

TEST_CASE("one step of a decoder over a buffer, packed or not") {
  Contrib contrib;
  contrib.input("q", {kBatch, 1, 8})
      .input("k", {kBatch, 1, 8})
      .input("v", {kBatch, 1, 8})
      .input("pk", {kBatch, 2, 6, 4})
      .input("pv", {kBatch, 2, 6, 4});
  contrib.net.stored("length", {1}, DataType::int32, Value(Integers{Dim(3)}));
  const Analysis analysis =
      contrib.run("DecoderMaskedMultiHeadAttention", {"q", "k", "v", "", "", "pk", "pv", "length"},
                  {contrib.net.integer("num_heads", 2), contrib.net.integer("past_present_share_buffer", 1)}, 3);
  CHECK(type_of(analysis, "o0") == "float32 [N, 1, 8]");
  CHECK(type_of(analysis, "o1") == "float32 [N, 2, 6, 4]");
  CHECK(figures(analysis) == figures_of([&](NetworkBuilder& net) { attend(net, kBatch, 2, 1, 4, 4, 4); }));
  Contrib packed;
  packed.input("q", {kBatch, 1, 24}).input("pk", {kBatch, 2, 6, 4}).input("pv", {kBatch, 2, 6, 4});
  const Analysis grown =
      packed.run("DecoderMaskedMultiHeadAttention", {"q", "", "", "", "", "pk", "pv"}, {packed.net.integer("num_heads", 2)}, 3);
  CHECK(type_of(grown, "o0") == "float32 [N, 1, 8]");
  CHECK(type_of(grown, "o1") == "float32 [N, 2, 7, 4]");
  CHECK(figures(grown) == figures_of([&](NetworkBuilder& net) { attend(net, kBatch, 2, 1, 7, 4, 4); }));
}

TEST_CASE("a decoder's attention whose flags are operands") {
  const auto analysed = [](bool is_static, bool uses_past, bool known) {
    Contrib contrib;
    contrib.input("q", {3, 2, 8}).input("k", {7, 2, 8}).weight("wq", {8, 8}).weight("wk", {8, 16}).weight("b", {24});
    contrib.input("kc", {2, 2, 4, 4}).input("vc", {2, 2, 4, 4});
    for (const auto& [name, value] : {std::pair("s", is_static), std::pair("p", uses_past)}) {
      if (known) {
        contrib.net.stored(name, {1}, DataType::boolean, Value(Integers{Dim(value ? 1 : 0)}));
      } else {
        contrib.input(name, {1}, DataType::boolean);
      }
    }
    return contrib.run("DecoderAttention", {"q", "k", "wq", "wk", "b", "", "kc", "vc", "s", "p", "s", "s"},
                       {contrib.net.integer("num_heads", 2)}, 3);
  };
  const auto macs = [](std::int64_t projected, std::int64_t keys) {
    return Dim(2 * 64 * (3 + 2 * projected) + 2 * 2 * 3 * keys * 8);
  };
  CHECK(testing::shape_of(analysed(false, false, true), "o0") == "[3, 2, 8]");
  CHECK(testing::shape_of(analysed(false, false, true), "o1") == "[2, 2, 3, 4]");
  CHECK(macs_of(analysed(false, false, true)) == macs(3, 3));  // self attention: keys are the queries'
  CHECK(macs_of(analysed(true, false, true)) == macs(7, 7));   // cross attention
  CHECK(macs_of(analysed(false, true, true)) == macs(3, 4 + 3));
  CHECK(testing::shape_of(analysed(false, true, true), "o1") == "[2, 2, 7, 4]");
  CHECK(macs_of(analysed(true, true, true)) == macs(0, 4));  // all keys come from the cache
  const Analysis open = analysed(true, true, false);
  CHECK(open.costs.complete);
  CHECK(macs_of(open).substitute({{"o1_keys", 7}}) == macs(7, 7));
}

}  // namespace
}  // namespace macroscope
