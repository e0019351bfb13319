// Reader of ONNX files: how does an untrusted file become a tree of views?  From a path to what the file says.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "analyzer/diagnostics/diagnostic.h"
#include "frontends/onnx/reader/model_view.h"
#include "frontends/onnx/wire/arena.h"
#include "frontends/onnx/wire/source.h"

namespace macroscope::onnx {

struct Document {
  std::shared_ptr<Source> source;
  /// What the arenas of the model and of its network are made of.
  std::shared_ptr<LargePages> pages;
  /// Texts and lists of numbers, texts and dims, which may outlive the tree.
  std::shared_ptr<Arena> lists;
  /// The structs of the tree; no views point into it but the tree's own.
  std::unique_ptr<Arena> tree;
  ModelView model;
};

using DocumentResult = std::variant<Document, Diagnostic>;

/// Reads the structure of a model, never its weights.  `path` serves to tell what a file is that is not ONNX.
/// Time and memory are bounded by the bytes of the structure, whatever lengths the file claims.
DocumentResult read_document(std::shared_ptr<Source> source, std::string_view path = {});
DocumentResult read_document(const std::string& path);

}  // namespace macroscope::onnx
