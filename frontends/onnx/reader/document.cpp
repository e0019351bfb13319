#include "frontends/onnx/reader/document.h"

#include <optional>
#include <protozero/exception.hpp>
#include <string>
#include <utility>

#include "frontends/onnx/reader/walker.h"
#include "frontends/onnx/wire/foreign_format.h"
#include "frontends/onnx/wire/read_error.h"

namespace macroscope::onnx {
namespace {

Diagnostic not_a_model(std::string message) {
  return {Severity::error, "not-onnx", std::move(message), {}, "name an .onnx file that holds a graph, as exporters write it"};
}

/// Bytes of many kinds happen to be fields of some message: a model says at least one thing that only models say.
std::optional<Diagnostic> refuse_other_messages(const ModelView& model) {
  const bool is_model = model.ir_version.has_value() || !model.operator_sets.empty();
  if (model.graph == nullptr) return not_a_model(is_model ? "the model has no graph" : "this is not an ONNX model");
  if (!is_model && model.graph->nodes.empty()) return not_a_model("this is not an ONNX model");
  return std::nullopt;
}

/// The one place where the reader's exceptions end.
template <typename Read>
std::optional<Diagnostic> guarded(const Wire& wire, Read read) {
  const auto malformed = [&wire](std::string message) { return ReadError(wire.offset(), std::move(message)).diagnostic(); };
  try {
    return read();
  } catch (const ReadError& error) {
    return error.diagnostic();
  } catch (const protozero::varint_too_long_exception&) {
    return malformed("a number takes more than ten bytes");
  } catch (const protozero::exception&) {
    return malformed("a number is cut off");
  }
}

}  // namespace

DocumentResult read_document(std::shared_ptr<Source> source, std::string_view path) {
  const auto pages = std::make_shared<LargePages>();
  Document document{std::move(source), pages, std::make_shared<Arena>(pages), std::make_unique<Arena>(pages), {}};
  Wire wire(*document.source);
  std::string head;
  auto refusal = guarded(wire, [&]() -> std::optional<Diagnostic> {
    head = wire.peek(kHeadBytes);
    return refuse_by_content(head);
  });
  if (refusal) return std::move(*refusal);
  refusal = guarded(wire, [&]() -> std::optional<Diagnostic> {
    Walker(wire, *document.tree, *document.lists).read_model(document.model);
    return refuse_other_messages(document.model);
  });
  if (!refusal) return document;
  // What cannot be read says little of why; that it never was a model says more.
  if (refusal->code == "malformed-model" || refusal->code == "not-onnx")
    if (auto better = refuse_by_name_or_text(head, path)) return std::move(*better);
  return std::move(*refusal);
}

DocumentResult read_document(const std::string& path) {
  auto source = Source::open(path);
  if (auto* refusal = std::get_if<Diagnostic>(&source)) return std::move(*refusal);
  return read_document(std::get<std::shared_ptr<Source>>(std::move(source)), path);
}

}  // namespace macroscope::onnx
