#include "catch.h"
#include "contrib_case.h"

namespace macroscope {
namespace {

using testing::Contrib;
using testing::macs_of;
using testing::type_of;

constexpr std::int64_t kHeads = 3, kWidth = 8, kRatio = 4;

TEST_CASE("an indexer of tokens scores complete blocks and returns the tokens of the best") {
  // 9 keys so far and 5 new ones are 3 complete blocks of 4.
  const auto analysed = [](bool packed) {
    Contrib contrib;
    contrib.input("q", {2, 5, (kHeads + (packed ? 1 : 0)) * kWidth})
        .input("k", {2, 5, kWidth})
        .weight("qn", {kWidth})
        .weight("kn", {kWidth});
    contrib.weight("c", {32, 4}).weight("s", {32, 4}).input("past", {2, 9, kWidth});
    return contrib.run("SparseAttentionIndexer", {"q", packed ? "" : "k", "qn", "kn", "c", "s", "", "past"},
                       {contrib.net.text("policy_mode", "qsa"), contrib.net.integer("compress_ratio", kRatio),
                        contrib.net.integer("token_budget", 8)},
                       2);
  };
  for (const bool packed : {false, true}) {
    const Analysis analysis = analysed(packed);
    CHECK(type_of(analysis, "o0") == "int32 [2, 5, 11]");  // a budget of 8, and up to 3 of the block that is not complete
    CHECK(type_of(analysis, "o1") == "float32 [2, 14, 8]");
    std::int64_t macs = 0;
    for (int query = 0; query < 2 * 5; ++query)
      for (int block = 0; block < (9 + 5) / kRatio; ++block) macs += kHeads * kWidth;
    CHECK(macs_of(analysis) == Dim(macs));
    CHECK(analysis.parameters.total(Role::weight) == Dim(2 * kWidth + 2 * 32 * 4));
  }
}

TEST_CASE("an indexer of compressed entries makes one for each window that closes") {
  const auto analysed = [](std::int64_t buffered, std::int64_t fresh) {
    Contrib contrib;
    contrib.input("q", {2, fresh, kHeads * kWidth})
        .input("k", {2, fresh, 2 * kWidth})
        .weight("qn", {kWidth})
        .weight("kn", {kWidth});
    contrib.weight("c", {32, 4})
        .weight("s", {32, 4})
        .input("past", {2, 6, kWidth})
        .input("g", {2, fresh, 2 * kWidth})
        .weight("b", {kRatio, 2 * kWidth});
    contrib.input("h", {2, fresh, kHeads}).input("p", {2, fresh}, DataType::int64).input("buffer", {2, 2, buffered, 2 * kWidth});
    return contrib.run("SparseAttentionIndexer", {"q", "k", "qn", "kn", "c", "s", "", "past", "g", "b", "h", "p", "", "buffer"},
                       {contrib.net.text("policy_mode", "csa"), contrib.net.integer("compress_ratio", kRatio),
                        contrib.net.integer("index_topk", 5)},
                       3);
  };
  for (std::int64_t buffered = 0; buffered < 2 * kRatio; ++buffered)
    for (std::int64_t fresh = 1; fresh < 10; ++fresh) {
      // Token by token: the open window closes at 4; a closed one stays in the buffer until the next closes.
      std::int64_t open = buffered >= kRatio ? buffered - kRatio : buffered, made = 0;
      bool has_closed = buffered >= kRatio;
      for (std::int64_t token = 0; token < fresh; ++token)
        if (++open == kRatio) {
          open = 0;
          ++made;
          has_closed = true;
        }
      const Analysis analysis = analysed(buffered, fresh);
      CHECK(type_of(analysis, "o0") == fmt::format("int32 [2, {}, 5]", fresh));
      CHECK(type_of(analysis, "o1") == fmt::format("float32 [2, {}, 8]", 6 + made));
      CHECK(type_of(analysis, "o2") == fmt::format("float32 [2, 2, {}, 16]", open + (has_closed ? kRatio : 0)));
      CHECK(macs_of(analysis) == Dim(2 * fresh * (6 + made) * kHeads * kWidth));
    }
}

TEST_CASE("indexers over packed tokens keep states of fixed capacity") {
  Contrib contrib;
  contrib.input("q", {11, kHeads * kWidth})
      .input("k", {11, kWidth})
      .weight("qn", {kWidth})
      .weight("kn", {kWidth})
      .weight("c", {32, 4})
      .weight("s", {32, 4});
  contrib.input("u", {3}, DataType::int32)
      .input("l", {2}, DataType::int32)
      .input("state", {2, 16, kWidth})
      .input("pending", {2, 7, kWidth})
      .input("n", {2, 2}, DataType::int32);
  const Analysis analysis = contrib.run("PackedSparseAttentionIndexer",
                                        {"q", "k", "qn", "kn", "c", "s", "u", "l", "", "", "", "", "state", "pending", "", "n"},
                                        {contrib.net.text("policy_mode", "qsa"), contrib.net.integer("compress_ratio", kRatio),
                                         contrib.net.integer("token_budget", 8), contrib.net.integer("state_capacity", 16)},
                                        6);
  CHECK(type_of(analysis, "o0") == "int32 [11, 11]");
  CHECK(type_of(analysis, "o1") == "int32 [11]");
  CHECK(type_of(analysis, "o2") == "float32 [2, 16, 8]");
  CHECK(type_of(analysis, "o3") == "float32 [2, 7, 8]");
  CHECK(type_of(analysis, "o5") == "int32 [2, 2]");
  CHECK(macs_of(analysis) == Dim(11 * 16 * kHeads * kWidth));

  Contrib merge;
  merge.input("i", {7, 4}, DataType::int32).input("c", {7}, DataType::int32).input("r", {11}, DataType::int32);
  const Analysis merged =
      merge.run("PackedSparseAttentionIndexerMerge", {"i", "c", "r"}, {merge.net.integer("max_output_entries", 9)}, 3);
  CHECK(testing::moved(merged, "o0") == "int32 [11, 9]");
  CHECK(type_of(merged, "o1") == "int32 [11]");
  CHECK(type_of(merged, "o2") == "int32 [11]");
}

}  // namespace
}  // namespace macroscope
