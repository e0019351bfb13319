#include "random_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "analyzer/operators/catalogue.h"
#include "onnx_bytes.h"

namespace macroscope::fuzz {
namespace {

using test::Bytes;
namespace schema = onnx::schema;

constexpr std::size_t kNames = 12;
constexpr std::size_t kDeepest = 3;

constexpr std::array<std::int64_t, 22> kEdges{
    0, 1, 2, 3, 4, 5, 7, 8, 16, 32, 64, -1, -2, -3, -4, -8, 2147483647, -2147483648, 4294967296, INT64_MAX, INT64_MIN, 1000};

/// Attributes that rules read, by how they are spelled.
constexpr std::array<std::string_view, 62> kIntegers{"axis",
                                                     "keepdims",
                                                     "group",
                                                     "ceil_mode",
                                                     "to",
                                                     "transA",
                                                     "transB",
                                                     "p",
                                                     "size",
                                                     "k",
                                                     "hidden_size",
                                                     "num_heads",
                                                     "kv_num_heads",
                                                     "q_num_heads",
                                                     "allowzero",
                                                     "dtype",
                                                     "batch_dims",
                                                     "batch_axis",
                                                     "time_axis",
                                                     "spatial",
                                                     "count_include_pad",
                                                     "storage_order",
                                                     "exclusive",
                                                     "reverse",
                                                     "upper",
                                                     "largest",
                                                     "sorted",
                                                     "num_outputs",
                                                     "num_scan_inputs",
                                                     "noop_with_empty_axes",
                                                     "select_last_index",
                                                     "is_causal",
                                                     "linear_before_reset",
                                                     "layout",
                                                     "input_forget",
                                                     "onesided",
                                                     "inverse",
                                                     "output_height",
                                                     "output_width",
                                                     "sampling_ratio",
                                                     "blocksize",
                                                     "block_size",
                                                     "bits",
                                                     "K",
                                                     "N",
                                                     "causal",
                                                     "do_rotary",
                                                     "local_window_size",
                                                     "unidirectional",
                                                     "rotary_embedding_dim",
                                                     "head_dim",
                                                     "antialias",
                                                     "broadcast",
                                                     "axis_w",
                                                     "stash_type",
                                                     "new_axis",
                                                     "value_int",
                                                     "detect_negative",
                                                     "fmod",
                                                     "seed",
                                                     "output_dtype",
                                                     "qk_matmul_output_mode"};
constexpr std::array<std::string_view, 22> kLists{"axes",
                                                  "perm",
                                                  "kernel_shape",
                                                  "pads",
                                                  "strides",
                                                  "dilations",
                                                  "shape",
                                                  "split",
                                                  "starts",
                                                  "ends",
                                                  "output_padding",
                                                  "output_shape",
                                                  "steps",
                                                  "value_ints",
                                                  "scan_input_axes",
                                                  "scan_output_axes",
                                                  "repeats",
                                                  "pooled_shape",
                                                  "ngram_counts",
                                                  "targets",
                                                  "qkv_hidden_sizes",
                                                  "block_shape"};
constexpr std::array<std::string_view, 12> kReals{"alpha", "beta",  "epsilon", "value_float", "spatial_scale", "ratio",
                                                  "bias",  "lambd", "gamma",   "scale",       "softcap",       "low"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kTexts{
    {{"auto_pad", "SAME_UPPER"},
     {"auto_pad", "VALID"},
     {"mode", "linear"},
     {"mode", "reflect"},
     {"mode", "cubic"},
     {"mode", "DCR"},
     {"direction", "bidirectional"},
     {"equation", "bij,bjk->bik"},
     {"equation", "...ij,...jk"},
     {"equation", "ii->"},
     {"reduction", "mean"},
     {"reduction", "add"},
     {"coordinate_transformation_mode", "align_corners"},
     {"nearest_mode", "floor"},
     {"approximate", "tanh"},
     {"activation", "Relu"}}};
constexpr std::array<std::string_view, 10> kExtentNames{"N",     "H",   "W",       "batch size", "2*N",
                                                        "N + H", "<b>", "seq_len", "N/2",        "\x1b[31m"};

/// Operands of a node: most operators take a few, some attention and quantised ones up to a dozen.
constexpr std::size_t kFewInputs = 3;
constexpr std::size_t kManyInputs = 12;

class Writer {
 public:
  explicit Writer(std::mt19937& random) : random_(random) {}

  std::string fragment() {
    const std::int64_t version = below(4) == 0 ? pick(kEdges) : static_cast<std::int64_t>(7 + below(18));
    Bytes model = Bytes().number(schema::ModelProto::kIrVersion, 8);
    for (const std::string_view domain : {"", "com.microsoft", "ai.onnx.ml", "local"})
      model.message(schema::ModelProto::kOpsetImport,
                    Bytes()
                        .text(schema::OperatorSetIdProto::kDomain, domain)
                        .number(schema::OperatorSetIdProto::kVersion, domain.empty() ? version : 1));
    model.message(schema::ModelProto::kGraph, graph(0));
    for (std::size_t count = below(4) == 0 ? 1 + below(3) : 0; count > 0; --count)
      model.message(schema::ModelProto::kFunctions, function());
    return model.str();
  }

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }
  template <typename List>
  const typename List::value_type& pick(const List& list) {
    return list[below(list.size())];
  }
  std::string name() { return fmt::format("t{}", below(kNames)); }

  test::Extent extent() {
    switch (below(6)) {
      case 0:
        return std::string(pick(kExtentNames));
      case 1:
        return pick(kEdges);
      default:
        return pick(std::span(kEdges).subspan(1, 9));
    }
  }

  Bytes value(std::string_view of) {
    std::vector<test::Extent> shape(below(6));
    for (test::Extent& size : shape) size = extent();
    constexpr std::array<std::int64_t, 10> kTypes{1, 1, 1, 1, 7, 7, 6, 9, 10, 3};
    return test::value_bytes(of, below(12) == 0 ? static_cast<std::int64_t>(below(30)) : pick(kTypes), shape);
  }

  /// Small lists of integers that shapes and axes are read from, and weights without content.
  Bytes stored(std::string_view of) {
    if (below(2) == 0) {
      Bytes weight = Bytes().number(schema::TensorProto::kDataType, 1).text(schema::TensorProto::kName, of);
      for (std::size_t rank = below(5); rank > 0; --rank)
        weight.number(schema::TensorProto::kDims, pick(std::span(kEdges).subspan(1, 9)));
      return weight;
    }
    const std::size_t count = below(5);
    Bytes list = Bytes().number(schema::TensorProto::kDataType, 7).text(schema::TensorProto::kName, of);
    if (count != 1 || below(2) == 0) list.number(schema::TensorProto::kDims, static_cast<std::int64_t>(count));
    for (std::size_t i = 0; i < count; ++i) list.number(schema::TensorProto::kInt64Data, pick(kEdges));
    return list;
  }

  Bytes attribute(std::size_t depth) {
    namespace field = schema::AttributeProto;
    const auto typed = [](schema::AttributeType type, std::string_view of) {
      return Bytes().text(field::kName, of).number(field::kType, static_cast<std::int64_t>(type));
    };
    switch (below(depth < kDeepest ? 8 : 7)) {
      case 0:
      case 1:
        return typed(schema::AttributeType::kInt, pick(kIntegers)).number(field::kI, pick(kEdges));
      case 2:
      case 3: {
        Bytes list = typed(schema::AttributeType::kInts, pick(kLists));
        const bool is_sane = below(3) != 0;
        for (std::size_t count = below(7); count > 0; --count)
          list.number(field::kInts, is_sane ? pick(std::span(kEdges).first(5)) : pick(kEdges));
        return list;
      }
      case 4: {
        constexpr std::array<float, 6> kValues{0, 1, 0.5F, -1, 1e30F, 1e-30F};
        return typed(schema::AttributeType::kFloat, pick(kReals)).real(field::kF, pick(kValues));
      }
      case 5: {
        const auto& [of, text] = kTexts[below(kTexts.size())];
        return typed(schema::AttributeType::kString, of).text(field::kS, text);
      }
      case 6:
        return typed(schema::AttributeType::kTensor, "value").message(field::kT, stored("value"));
      default: {
        constexpr std::array<std::string_view, 4> kBodies{"then_branch", "else_branch", "body", "decoder"};
        // Drawn one after the other: which of two arguments a compiler works out first is its own affair.
        const std::string_view of = pick(kBodies);
        return test::graph_attribute_bytes(of, graph(depth + 1));
      }
    }
  }

  Bytes node(std::size_t depth) {
    const Family& family = pick(catalogue());
    const Operator& op = pick(family.operators);
    const auto* elements = std::get_if<PerElement>(&op.meaning);
    std::size_t inputs = elements != nullptr && elements->operands > 0 ? static_cast<std::size_t>(elements->operands)
                                                                       : 1 + below(below(3) == 0 ? kManyInputs : kFewInputs);
    if (below(12) == 0) inputs = below(8);
    Bytes out;
    for (std::size_t i = 0; i < inputs; ++i) out.text(schema::NodeProto::kInput, below(16) == 0 ? std::string() : name());
    for (std::size_t count = 1 + (below(3) == 0 ? below(4) : 0); count > 0; --count) out.text(schema::NodeProto::kOutput, name());
    const bool is_call = below(16) == 0;
    out.text(schema::NodeProto::kOpType, is_call ? fmt::format("F{}", below(3)) : std::string(op.name));
    if (const std::string_view domain = is_call ? "local" : family.domain; !domain.empty())
      out.text(schema::NodeProto::kDomain, domain);
    if (below(4) == 0) out.text(schema::NodeProto::kName, fmt::format("block/{}/{}", below(3), op.name));
    for (std::size_t count = below(5); count > 0; --count) out.message(schema::NodeProto::kAttribute, attribute(depth));
    if (op.name == "If" || op.name == "Loop" || op.name == "Scan") bodies(op.name, depth, out);
    return out;
  }

  void bodies(std::string_view op, std::size_t depth, Bytes& out) {
    if (depth >= kDeepest) return;
    const auto add = [&](std::string_view of) {
      out.message(schema::NodeProto::kAttribute, test::graph_attribute_bytes(of, graph(depth + 1)));
    };
    if (op != "If") return add("body");
    add("then_branch");
    add("else_branch");
  }

  Bytes graph(std::size_t depth) {
    Bytes out = Bytes().text(schema::GraphProto::kName, depth == 0 ? "fuzzed" : "body");
    const std::size_t inputs = 1 + below(3);
    for (std::size_t i = 0; i < inputs; ++i) out.message(schema::GraphProto::kInput, value(name()));
    for (std::size_t count = below(4); count > 0; --count) out.message(schema::GraphProto::kInitializer, stored(name()));
    for (std::size_t count = 1 + below(depth == 0 ? 6 : 3); count > 0; --count)
      out.message(schema::GraphProto::kNode, node(depth));
    if (below(4) == 0) out.message(schema::GraphProto::kValueInfo, value(name()));
    for (std::size_t count = 1 + below(2); count > 0; --count)
      out.message(schema::GraphProto::kOutput, below(2) == 0 ? test::untyped_value_bytes(name()) : value(name()));
    return out;
  }

  Bytes function() {
    Bytes out = Bytes()
                    .text(schema::FunctionProto::kName, fmt::format("F{}", below(3)))
                    .text(schema::FunctionProto::kDomain, "local")
                    .text(schema::FunctionProto::kInput, "t0")
                    .text(schema::FunctionProto::kOutput, "t1");
    if (below(3) == 0) out.text(schema::FunctionProto::kAttribute, pick(kIntegers));
    for (std::size_t count = 1 + below(3); count > 0; --count) out.message(schema::FunctionProto::kNode, node(1));
    return out;
  }

  std::mt19937& random_;
};

}  // namespace

std::string random_fragment(std::mt19937& random) { return Writer(random).fragment(); }

}  // namespace macroscope::fuzz
