#include "frontends/onnx/wire/foreign_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace macroscope::onnx {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kFromPyTorch =
    "export it as ONNX without its weights: torch.onnx.export(model, args, \"model.onnx\", dynamo=True, external_data=True); "
    "macroscope needs "
    "model.onnx alone, not the data beside it";
constexpr std::string_view kFromTensorFlow =
    "convert it: python -m tf2onnx.convert --saved-model DIR --output model.onnx --large_model";
constexpr std::string_view kFromLite = "convert it: python -m tf2onnx.convert --tflite FILE --output model.onnx";
constexpr std::string_view kFromWeights =
    "it holds weights but no graph: export the model that they belong to, as torch.onnx.export or optimum-cli export onnx do";
constexpr std::string_view kFromRuntime = "analyse the .onnx file that it was made from: an .ort file cannot be converted back";
constexpr std::string_view kUnpack = "unpack it first and name the .onnx file inside";
constexpr std::string_view kFromOthers = "export or convert the model to ONNX and name that file";
constexpr std::string_view kNothing = "name an .onnx file";

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
  std::string_view help;
};

constexpr std::array kMagics{
    Magic{0, "PK\x03\x04"sv, "a zip archive, as PyTorch (.pt, .pth) and Keras (.keras) write", kFromPyTorch},
    Magic{0, "\x80\x02\x8a\x0al"sv, "a PyTorch checkpoint", kFromPyTorch},
    Magic{4, "TFL3"sv, "a TensorFlow Lite model", kFromLite},
    Magic{4, "ORTM"sv, "an ONNX Runtime model (.ort)", kFromRuntime},
    Magic{0, "GGUF"sv, "a GGUF file", kFromWeights},
    Magic{8, "{\""sv, "a safetensors file", kFromWeights},
    Magic{0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file, as Keras (.h5) writes", kFromTensorFlow},
    Magic{0, "\x93NUMPY"sv, "a numpy array", kFromWeights},
    Magic{0, "\x1f\x8b"sv, "compressed by gzip", kUnpack},
    Magic{0, "BZh"sv, "compressed by bzip2", kUnpack},
    Magic{0,
          "\xfd"
          "7zXZ\0"sv,
          "compressed by xz", kUnpack},
    Magic{0, "\x28\xb5\x2f\xfd"sv, "compressed by zstd", kUnpack},
    Magic{0, "7z\xbc\xaf\x27\x1c"sv, "a 7z archive", kUnpack},
    Magic{257, "ustar"sv, "a tar archive", kUnpack},
    Magic{0, "\x89PNG\r\n\x1a\n"sv, "a PNG image", kNothing},
    Magic{0, "\xff\xd8\xff"sv, "a JPEG image", kNothing},
    Magic{0, "%PDF-"sv, "a PDF document", kNothing},
    Magic{0,
          "\x7f"
          "ELF"sv,
          "a program", kNothing},
    Magic{0, "version https://git-lfs"sv, "a Git LFS pointer, not the file itself", "fetch the file: git lfs pull"},
};

struct Ending {
  std::string_view ending;
  std::string_view name;
  std::string_view help;
};

constexpr std::array kEndings{
    Ending{".pt", "a PyTorch checkpoint", kFromPyTorch},
    Ending{".pth", "a PyTorch checkpoint", kFromPyTorch},
    Ending{".ckpt", "a checkpoint", kFromPyTorch},
    Ending{".bin", "a file of weights", kFromWeights},
    Ending{".pb", "a TensorFlow graph", kFromTensorFlow},
    Ending{".tflite", "a TensorFlow Lite model", kFromLite},
    Ending{".gguf", "a GGUF file", kFromWeights},
    Ending{".safetensors", "a safetensors file", kFromWeights},
    Ending{".ort", "an ONNX Runtime model", kFromRuntime},
    Ending{".h5", "an HDF5 file", kFromTensorFlow},
    Ending{".keras", "a Keras model", kFromTensorFlow},
    Ending{".mlmodel", "a Core ML model", kFromOthers},
    Ending{".caffemodel", "a Caffe model", kFromOthers},
    Ending{".xml", "an OpenVINO model", kFromOthers},
    Ending{".gz", "compressed", kUnpack},
    Ending{".npy", "a numpy array", kFromWeights},
    Ending{".npz", "a numpy archive", kFromWeights},
};

Diagnostic refusal(std::string_view what, std::string_view help) {
  return {Severity::error, "not-onnx", fmt::format("this is {}, not an ONNX model", what), {}, std::string(help)};
}

bool is_text(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t' || c == '\f'; });
}

}  // namespace

std::optional<Diagnostic> refuse_by_content(std::string_view head) {
  if (head.empty()) return Diagnostic{Severity::error, "not-onnx", "the file is empty", {}, std::string(kNothing)};
  for (const Magic& magic : kMagics)
    if (head.size() >= magic.offset && head.substr(magic.offset).starts_with(magic.bytes)) return refusal(magic.name, magic.help);
  return std::nullopt;
}

std::optional<Diagnostic> refuse_by_name_or_text(std::string_view head, std::string_view path) {
  for (const Ending& ending : kEndings)
    if (path.ends_with(ending.ending)) return refusal(ending.name, ending.help);
  if (is_text(head)) return refusal("a text file", kNothing);
  return std::nullopt;
}

}  // namespace macroscope::onnx
