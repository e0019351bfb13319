#include "frontends/onnx/import/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>

#include "analyzer/network/long_lists.h"
#include "frontends/onnx/import/contents.h"
#include "frontends/onnx/import/extents.h"
#include "frontends/onnx/import/graph_import.h"
#include "frontends/onnx/reader/reporter.h"
#include "frontends/onnx/wire/onnx_fields.h"

namespace macroscope::onnx {
namespace {

/// What the views of a network point into, beside its own arena.
struct Storage {
  std::shared_ptr<Arena> lists;
  std::deque<Type> types;
};

void add_operator_sets(const ModelView& model, Network& network, Reporter& reporter) {
  std::unordered_map<std::string_view, std::size_t> known;
  for (const OperatorSetView& view : model.operator_sets) {
    const OperatorSet set{domain_of(view.domain), view.version};
    const auto [same, is_new] = known.try_emplace(set.domain, network.operator_sets.size());
    const std::string name = set.domain.empty() ? "ai.onnx" : std::string(set.domain);
    if (set.version < 1)
      reporter.error("bad-opset",
                     fmt::format("the model imports version {} of operator set '{}'; versions begin at 1", set.version, name));
    if (set.domain.empty() && set.version > schema::kNewestOperatorSet)
      reporter.warning("newer-opset", fmt::format("the model uses operator set {}; rules up to version {} are known", set.version,
                                                  schema::kNewestOperatorSet));
    if (is_new) {
      network.operator_sets.push_back(set);
    } else {
      std::int64_t& version = network.operator_sets[same->second].version;
      if (version != set.version)
        reporter.warning(
            "duplicate-opset",
            fmt::format("the model imports operator set '{}' as version {} and {}; the last holds", name, version, set.version));
      version = set.version;
    }
  }
}

/// Files from before operator sets were numbered use the first; later ones have to say.
void assume_operator_set(Network& network, Reporter& reporter) {
  constexpr std::int64_t kFirstNumberedVersion = 3;
  const auto is_own = [](const OperatorSet& set) { return set.domain.empty(); };
  if (std::any_of(network.operator_sets.begin(), network.operator_sets.end(), is_own)) return;
  if (network.information.ir_version > 0 && network.information.ir_version < kFirstNumberedVersion) {
    network.operator_sets.push_back({"", 1});
    return;
  }
  const auto& nodes = network.main().nodes;
  if (std::any_of(nodes.begin(), nodes.end(), [](const Node& node) { return node.domain.empty(); }))
    reporter.warning("missing-opset", "the model does not say which version of ONNX's operators it uses; the newest is assumed");
}

}  // namespace

Import import_document(Document document) {
  const ModelView& model = document.model;
  Reporter reporter;
  Network network;
  network.arena = std::make_unique<Arena>(document.pages);
  auto storage = std::make_shared<Storage>();
  storage->lists = document.lists;
  auto contents = std::make_shared<Contents>(document.source);
  network.information = {"onnx", model.graph->name, model.producer_name, model.producer_version, model.ir_version.value_or(0)};
  if (!model.ir_version)
    reporter.warning("missing-ir-version", "the model does not say which version of ONNX's format it is written in");
  add_operator_sets(model, network, reporter);

  Extents extents(network.symbols, reporter);
  extents.collect_names(model);
  GraphImport import(network, storage->types, *contents, extents, reporter);
  import.import_main(*model.graph);
  for (const FunctionView& function : model.functions) import.import_function(function);
  assume_operator_set(network, reporter);
  sort_if_many(network.operator_sets);
  sort_if_many(network.functions);
  network.content_reader = std::move(contents);
  network.storage = std::move(storage);
  return {std::move(network), reporter.take()};
}

Import import_model(const std::string& path) {
  DocumentResult document = read_document(path);
  if (auto* refusal = std::get_if<Diagnostic>(&document)) return {std::nullopt, {std::move(*refusal)}};
  return import_document(std::get<Document>(std::move(document)));
}

}  // namespace macroscope::onnx
