#include <algorithm>

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

std::vector<Attribute> heads(NetworkBuilder& net, std::int64_t queries, std::int64_t keys) {
  return {net.integer("num_heads", queries), net.integer("kv_num_heads", keys)};
}

struct Pairs {
  std::int64_t all = 0, seen = 0;
};

/// Walks every query and key of one head; the queries are the last of the keys.
Pairs walk(std::int64_t queries, std::int64_t keys, std::int64_t window, bool causal) {
  Pairs pairs;
  for (std::int64_t query = 0; query < queries; ++query)
    for (std::int64_t key = 0; key < keys; ++key) {
      const std::int64_t at = keys - queries + query;
      ++pairs.all;
      pairs.seen += (!causal || key <= at) && (window < 0 || key > at - window) ? 1 : 0;
    }
  return pairs;
}

TEST_CASE("query heads share keys and values, each query sees those up to itself") {
  for (const std::int64_t past : {0, 3})
    for (const std::int64_t window : {-1, 2, 4})
      for (const bool causal : {true, false}) {
        if (!causal && window >= 0) continue;
        Contrib contrib;
        contrib.input("q", {2, 5, 32}).input("k", {2, 5, 16}).input("v", {2, 5, 16}).input("l", {2}, DataType::int32);
        contrib.net.stored("t", {1}, DataType::int32, Value(Integers{Dim(past + 5)}));
        std::vector<std::string> inputs{"q", "k", "v", "", "", "l", "t"};
        if (past > 0) {
          contrib.input("pk", {2, 2, past, 8}).input("pv", {2, 2, past, 8});
          inputs[3] = "pk";
          inputs[4] = "pv";
        }
        std::vector<Attribute> attributes = heads(contrib.net, 4, 2);
        attributes.push_back(contrib.net.integer("local_window_size", window));
        attributes.push_back(contrib.net.integer("causal", causal ? 1 : 0));
        const Analysis analysis = contrib.run("GroupQueryAttention", inputs, attributes, 3);
        CHECK(type_of(analysis, "o0") == "float32 [2, 5, 32]");
        CHECK(type_of(analysis, "o1") == fmt::format("float32 [2, 2, {}, 8]", past + 5));
        CHECK(type_of(analysis, "o2") == fmt::format("float32 [2, 2, {}, 8]", past + 5));
        const Pairs pairs = walk(5, past + 5, window, causal);
        CHECK(macs_of(analysis) == Dim(2 * 4 * pairs.all * 16));
        CHECK(analysis.costs.total.effective_macs == Dim(2 * 4 * pairs.seen * 16));
      }
}

TEST_CASE("queries may hold keys and values, rotated and normalized first") {
  Contrib contrib;
  contrib.input("q", {kBatch, kLength, (4 + 2 * 2) * 16}).input("l", {kBatch}, DataType::int32).input("t", {1}, DataType::int32);
  contrib.weight("c", {32, 6}).weight("s", {32, 6}).weight("qn", {16}).weight("kn", {16});
  std::vector<Attribute> attributes = heads(contrib.net, 4, 2);
  attributes.push_back(contrib.net.integer("do_rotary", 1));
  attributes.push_back(contrib.net.real("softcap", 30));
  attributes.push_back(contrib.net.integer("causal", 0));
  const Analysis analysis = contrib.run("GroupQueryAttention",
                                        {"q", "", "", "", "", "l", "t", "c", "s", "", "", "", "", "", "qn", "kn"}, attributes, 3);
  CHECK(type_of(analysis, "o0") == "float32 [N, S, 64]");
  CHECK(type_of(analysis, "o1") == "float32 [N, 2, S, 16]");
  CHECK(figures(analysis) == figures_of([](NetworkBuilder& net) {
          net.weight("qn", {16}).weight("kn", {16}).weight("one", {}).weight("cap", {});
          net.input("q", {kBatch, 4, kLength, 16})
              .input("k", {kBatch, 2, kLength, 16})
              .input("c", {kBatch, kLength, 6})
              .input("s", {kBatch, kLength, 6});
          net.node("RMSNormalization", {"q", "qn"}, {"qa"}).node("RMSNormalization", {"k", "kn"}, {"ka"});
          net.node("RotaryEmbedding", {"qa", "c", "s"}, {"qr"}, {net.integer("rotary_embedding_dim", 12)});
          net.node("RotaryEmbedding", {"ka", "c", "s"}, {"kr"}, {net.integer("rotary_embedding_dim", 12)});
          net.input("K", {kBatch, 4, 16, kLength}).input("V", {kBatch, 4, kLength, 16});
          net.node("MatMul", {"qr", "K"}, {"x"}).node("Mul", {"x", "one"}, {"y"});
          net.node("Div", {"y", "cap"}, {"d"}).node("Tanh", {"d"}, {"h"}).node("Mul", {"h", "cap"}, {"z"});
          net.node("Softmax", {"z"}, {"p"}).node("MatMul", {"p", "V"}, {"a"});
        }));
}

TEST_CASE("a cache grows to the total length, and what that is only its operand tells") {
  const auto analysed = [](std::optional<Dim> total) {
    Contrib contrib;
    contrib.input("q", {2, 1, 64}).input("pk", {2, 2, 6, 8}).input("pv", {2, 2, 6, 8}).input("l", {2}, DataType::int32);
    if (total) {
      contrib.net.stored("t", {1}, DataType::int32, Value(Integers{*total}));
    } else {
      contrib.input("t", {1}, DataType::int32);
    }
    return contrib.run("GroupQueryAttention", {"q", "", "", "pk", "pv", "l", "t"}, heads(contrib.net, 4, 2), 3);
  };
  CHECK(testing::shape_of(analysed(7), "o1") == "[2, 2, 7, 8]");  // as onnxruntime 1.32 runs it
  CHECK(testing::shape_of(analysed(4), "o1") == "[2, 2, 6, 8]");  // the buffer is large enough
  CHECK(macs_of(analysed(4)) == Dim(2 * 4 * 1 * 4 * 16));
  CHECK_FALSE(testing::fact_of(analysed({}), "o1").type.shape[2].is_number());
  CHECK(macs_of(analysed({})) == Dim(2 * 4 * 1 * 7 * 16));  // the past and the new key
}

TEST_CASE("heads that do not fit are an error") {
  const auto error = [](const std::vector<Dim>& query, std::int64_t queries, std::int64_t keys) {
    Contrib contrib;
    contrib.input("q", query).input("l", {1}, DataType::int32).input("t", {1}, DataType::int32);
    return testing::first_error(
        contrib.run("GroupQueryAttention", {"q", "", "", "", "", "l", "t"}, heads(contrib.net, queries, keys)));
  };
  CHECK(error({1, 1, 12}, 4, 0) == "bad-attribute");
  CHECK(error({1, 1, 12}, -4, 1) == "bad-attribute");
  CHECK(error({1, 1, 12}, 4, 3) == "bad-attribute");
  CHECK(error({1, 1, 13}, 4, 1) == "not-divisible");
  CHECK(error({1, 1, 12}, 4, 1).empty());
}

TEST_CASE("a cache of few bits is quantised and dequantised") {
  Contrib contrib;
  contrib.input("q", {1, 2, 16})
      .input("k", {1, 2, 8})
      .input("v", {1, 2, 8})
      .input("pk", {1, 1, 10, 8}, DataType::int8)
      .input("pv", {1, 1, 10, 8}, DataType::int8);
  contrib.input("l", {1}, DataType::int32)
      .weight("ks", {1})
      .weight("vs", {1})
      .net.stored("t", {1}, DataType::int32, Value(Integers{Dim(6)}));
  std::vector<Attribute> attributes = heads(contrib.net, 2, 1);
  attributes.push_back(contrib.net.text("k_quant_type", "PER_TENSOR"));
  attributes.push_back(contrib.net.text("v_quant_type", "PER_TENSOR"));
  const Analysis analysis =
      contrib.run("GroupQueryAttention", {"q", "k", "v", "pk", "pv", "l", "t", "", "", "", "", "", "ks", "vs"}, attributes, 3);
  CHECK(type_of(analysis, "o1") == "int8 [1, 1, 10, 8]");
  // 2 heads of 2 queries by 6 keys; 2 new keys and values of 8 are quantised, 6 of each dequantised.
  const std::int64_t scores = 2 * 2 * 6;
  CHECK(analysis.costs.total.flops_by_kind ==
        std::array<Dim, kFlopKinds>{2 * scores, scores + 2 * 6 * 8, scores + 2 * 2 * 8, scores + 2 * 2 * 2 * 8, scores});
}

TEST_CASE("pages hold the keys of several sequences") {
  const auto analysed = [](const Dim& sequences, std::int64_t window) {
    Contrib contrib;
    contrib.input("q", {7, 32}, DataType::float16).input("k", {7, 16}, DataType::float16).input("v", {7, 16}, DataType::float16);
    contrib.input("kc", {10, 16, 2, 8}, DataType::float16).input("vc", {10, 16, 2, 8}, DataType::float16);
    contrib.input("c", {sequences + 1}, DataType::int32)
        .input("l", {sequences}, DataType::int32)
        .input("b", {sequences, 5}, DataType::int32);
    std::vector<Attribute> attributes = heads(contrib.net, 4, 2);
    attributes.push_back(contrib.net.integer("local_window_size", window));
    return contrib.run("PagedAttention", {"q", "k", "v", "kc", "vc", "c", "l", "b"}, attributes, 3);
  };
  const Analysis several = analysed(3, -1);
  CHECK(type_of(several, "o0") == "float16 [7, 32]");
  CHECK(type_of(several, "o1") == "float16 [10, 16, 2, 8]");
  CHECK(several.costs.complete);
  CHECK(macs_of(several).text() == "448*o0_keys");  // 7 tokens, 4 heads, 8 + 8
  CHECK(several.costs.total.effective_macs == macs_of(several));
  // Of one sequence the mask is known; of several, a token sees at most the window.
  const Analysis one = analysed(1, 4);
  const Pairs pairs = walk(7, 12, 4, true);
  CHECK(macs_of(one).substitute({{"o0_keys", 12}}) == Dim(4 * pairs.all * 16));
  CHECK(one.costs.total.effective_macs.substitute({{"o0_keys", 12}}) == Dim(4 * pairs.seen * 16));
  CHECK(analysed(3, 4).costs.total.effective_macs.substitute({{"o0_keys", 12}}) == Dim(7 * 4 * 4 * 16));

  Contrib latent;
  latent.input("q", {7, 4 * 24}, DataType::float16)
      .input("k", {7, 24}, DataType::float16)
      .input("kc", {10, 16, 1, 24}, DataType::float16);
  latent.input("c", {4}, DataType::int32).input("l", {3}, DataType::int32).input("b", {3, 5}, DataType::int32);
  std::vector<Attribute> attributes = heads(latent.net, 4, 1);
  attributes.push_back(latent.net.text("kv_cache_layout", "LATENT"));
  attributes.push_back(latent.net.integer("v_head_size", 16));
  const Analysis absorbed = latent.run("PagedAttention", {"q", "k", "", "kc", "", "c", "l", "b"}, attributes);
  CHECK(type_of(absorbed, "o0") == "float16 [7, 64]");
  CHECK(macs_of(absorbed).text() == "1120*o0_keys");  // 7 tokens, 4 heads, 24 + 16
}

TEST_CASE("sparse attention meets the keys that are selected, or all up to its own") {
  Contrib blocks;
  blocks.input("q", {2, 5, 32})
      .input("k", {2, 5, 16})
      .input("v", {2, 5, 16})
      .input("pk", {2, 2, 64, 8})
      .input("pv", {2, 2, 64, 8});
  blocks.input("r", {1, 5}, DataType::int32)
      .input("c", {1, 10}, DataType::int32)
      .input("t", {1}, DataType::int32)
      .input("l", {2}, DataType::int32);
  const Analysis analysis =
      blocks.run("SparseAttention", {"q", "k", "v", "pk", "pv", "r", "c", "t", "l"}, heads(blocks.net, 4, 2), 3);
  CHECK(type_of(analysis, "o0") == "float32 [2, 5, 32]");
  CHECK(type_of(analysis, "o1") == "float32 [2, 2, 64, 8]");  // as onnxruntime 1.32 infers: a buffer
  const Pairs pairs = walk(5, 9, -1, true);
  const std::string total = macs_of(analysis).symbols().front();
  CHECK(macs_of(analysis).substitute({{total, 9}}) == Dim(2 * 4 * pairs.all * 16));
  CHECK(analysis.costs.total.effective_macs.substitute({{total, 9}}) == Dim(2 * 4 * pairs.seen * 16));

  Contrib dynamic;
  dynamic.input("q", {2, 3, 32})
      .input("k", {2, 3, 16})
      .input("v", {2, 3, 16})
      .input("pk", {2, 2, 16, 8})
      .input("pv", {2, 2, 16, 8});
  dynamic.input("i", {6, 4}, DataType::int32).input("n", {6}, DataType::int32).input("l", {2}, DataType::int32);
  dynamic.net.stored("t", {1}, DataType::int32, Value(Integers{Dim(9)}));
  std::vector<Attribute> local = heads(dynamic.net, 4, 2);
  local.push_back(dynamic.net.text("attention_mode", "local_plus_selected"));
  local.push_back(dynamic.net.integer("local_window_size", 5));
  const Analysis selected =
      dynamic.run("DynamicSparseAttention", {"q", "k", "v", "pk", "pv", "", "", "i", "n", "l", "t"}, local, 4);
  CHECK(type_of(selected, "o0") == "float32 [2, 3, 32]");
  CHECK(type_of(selected, "o1") == "float32 [2, 2, 16, 8]");
  CHECK(type_of(selected, "o3") == "int32 [1]");
  CHECK(macs_of(selected) == Dim(2 * 3 * 4 * (4 + 5) * 16));

  Contrib paged;
  paged.input("q", {7, 32}, DataType::float16).input("k", {7, 16}, DataType::float16).input("v", {7, 16}, DataType::float16);
  paged.input("kc", {10, 16, 2, 8}, DataType::float16)
      .input("vc", {10, 16, 2, 8}, DataType::float16)
      .input("c", {4}, DataType::int32);
  paged.input("l", {3}, DataType::int32)
      .input("b", {3, 5}, DataType::int32)
      .input("i", {7, 6}, DataType::int32)
      .input("n", {7}, DataType::int32);
  const Analysis pages =
      paged.run("SparsePagedAttention", {"q", "k", "v", "kc", "vc", "c", "l", "b", "", "i", "n"}, heads(paged.net, 4, 2), 3);
  CHECK(type_of(pages, "o0") == "float16 [7, 32]");
  CHECK(type_of(pages, "o2") == "float16 [10, 16, 2, 8]");
  CHECK(macs_of(pages) == Dim(7 * 4 * 6 * 16));
}

}  // namespace
}  // namespace macroscope
