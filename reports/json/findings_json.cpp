#include "reports/json/findings_json.h"

#include <map>
#include <memory>
#include <set>

#include "analyzer/algebra/nominal_estimate.h"
#include "reports/tables/tensor_names.h"

namespace macroscope {
namespace {

using Layout = JsonWriter::Layout;

class FindingsWriter {
 public:
  FindingsWriter(const Figures& figures, JsonWriter& json) : figures_(figures), json_(json) {}

  void write() {
    json_.key("gradient");
    json_.begin_object(Layout::lines);
    if (figures_.has_model()) write_gradient();
    json_.end_object();
    json_.key("findings");
    json_.begin_array(Layout::lines);
    if (figures_.has_model()) write_all();
    json_.end_array();
  }

 private:
  [[nodiscard]] const Scope& scope(ScopeId id) const { return figures_.analysis().shapes.scopes[id]; }
  [[nodiscard]] const Graph& graph_of(ScopeId id) const { return figures_.network().graphs[scope(id).graph]; }

  const TensorNames& names_of(ScopeId id) {
    std::unique_ptr<const TensorNames>& names = names_[scope(id).graph];
    if (!names) names = std::make_unique<const TensorNames>(graph_of(id));
    return *names;
  }

  void write_gradient() {
    const GradientFlow& flow = figures_.analysis().findings().gradients;
    const Graph& graph = figures_.network().main();
    json_.key("inputs");
    json_.begin_object(Layout::lines);
    std::set<TensorId> written;
    for (const TensorId input : graph.inputs) {
      if (!written.insert(input).second) continue;  // an input that is named twice appears once
      json_.key(names_of(0).of(input));
      write_paths(flow.from_tensor[input], json_);
    }
    json_.end_object();
    json_.key("outputs");
    json_.begin_object(Layout::lines);
    written.clear();
    for (const auto& [output, paths] : flow.to_outputs) {
      if (!written.insert(output).second) continue;  // and so does an output
      json_.key(names_of(0).of(output));
      write_paths(paths, json_);
    }
    json_.end_object();
  }

  void write_all() {
    const Analysis& analysis = figures_.analysis();
    for (const DenseBlock& block : analysis.findings().growth.blocks) write_block(block);
    for (const Concatenation& concatenation : analysis.findings().growth.concatenations) write_concatenation(concatenation);
    for (const Saving& saving : analysis.findings().savings) write_saving(saving);
    for (const Opportunity& opportunity : analysis.findings().redundancies) write_opportunity(opportunity);
    if (!analysis.cuts) return;
    if (analysis.cuts->narrowest) write_cut(*analysis.cuts->narrowest, "narrowest");
    for (const Cut& cut : analysis.cuts->single) write_cut(cut, "single");
  }

  void begin(std::string_view kind, ScopeId id, const std::vector<NodeId>& layers) {
    json_.begin_object();
    json_.member("kind", kind);
    if (id != 0) json_.member("scope", scope(id).path);
    write_layers("layers", id, layers);
  }

  void write_layers(std::string_view key, ScopeId id, const std::vector<NodeId>& layers) {
    json_.key(key);
    json_.begin_array();
    for (const NodeId node : layers) json_.string(shown_name(graph_of(id), graph_of(id).nodes[node]));
    json_.end_array();
  }

  void write_tensors(ScopeId id, const std::vector<TensorId>& tensors) {
    json_.key("tensors");
    json_.begin_array();
    for (const TensorId tensor : tensors) json_.string(names_of(id).of(tensor));
    json_.end_array();
  }

  void quantity_if_any(std::string_view key, const Dim& value) {
    if (!value.is(0)) json_.member(key, value);
  }

  void write_block(const DenseBlock& block) {
    begin("dense_block", block.scope, block.layers);
    json_.member("c0", block.first);
    json_.member("k", block.growth);
    json_.member("count", Dim::of_size(block.count()));
    json_.end_object();
  }

  void write_concatenation(const Concatenation& concatenation) {
    const bool is_module = concatenation.input != kAbsent;
    begin(is_module ? "inception" : "concatenation", concatenation.scope, {concatenation.node});
    if (is_module) json_.member("input", names_of(concatenation.scope).of(concatenation.input));
    json_.key("axis");
    json_.integer(concatenation.axis);
    json_.member("channels", concatenation.channels);
    json_.key("branches");
    json_.begin_array();
    for (const BranchGrowth& branch : concatenation.branches) {
      json_.begin_object();
      json_.member("tensor", names_of(concatenation.scope).of(branch.branch.operand));
      json_.member("channels", branch.channels);
      json_.member("share", constant_share(branch.channels, concatenation.channels));
      write_layers("layers", concatenation.scope, branch.branch.nodes);
      json_.member("macs", branch.macs);
      json_.member("parameters", branch.parameters);
      json_.end_object();
    }
    json_.end_array();
    json_.end_object();
  }

  void write_saving(const Saving& saving) {
    begin(name_of(saving.kind), saving.scope, saving.layers);
    json_.member("macs", saving.macs);
    json_.member("twin_macs", saving.twin_macs);
    json_.member("parameters", saving.parameters);
    json_.member("twin_parameters", saving.twin_parameters);
    json_.member("saved", saving.share());
    json_.end_object();
  }

  void write_opportunity(const Opportunity& opportunity) {
    begin(name_of(opportunity.kind), opportunity.scope, opportunity.layers);
    if (!opportunity.tensors.empty()) write_tensors(opportunity.scope, opportunity.tensors);
    json_.key("saves");
    json_.begin_object();
    quantity_if_any("nodes", Dim::of_size(opportunity.nodes));
    quantity_if_any("parameters", opportunity.parameters);
    quantity_if_any("statistics", opportunity.statistics);
    quantity_if_any("macs", opportunity.macs);
    quantity_if_any("flops", opportunity.flops);
    quantity_if_any("bytes", opportunity.bytes);
    json_.end_object();
    json_.end_object();
  }

  void write_cut(const Cut& cut, std::string_view which) {
    json_.begin_object();
    json_.member("kind", "cut");
    json_.member("which", which);
    write_tensors(0, cut.tensors);
    json_.member("bytes", cut.bytes);
    json_.member("macs_before", cut.macs_before);
    json_.member("macs_after", cut.macs_after);
    json_.end_object();
  }

  const Figures& figures_;
  JsonWriter& json_;
  std::map<GraphId, std::unique_ptr<const TensorNames>> names_;
};

void write_count(const PathCount& count, JsonWriter& json) {
  if (!count.is_exact()) {
    json.begin_object();
    json.key("log2");
    json.real(count.log2());
    json.end_object();
  } else if (const auto number = count.number(); number && *number <= std::uint64_t{1} << 53U) {
    json.integer(static_cast<std::int64_t>(*number));
  } else {
    json.string(count.decimal());
  }
}

}  // namespace

void write_findings(const Figures& figures, JsonWriter& json) { FindingsWriter(figures, json).write(); }

void write_paths(const Paths& paths, JsonWriter& json) {
  if (paths.count.is_zero()) return json.null();
  json.begin_object();
  json.key("shortest");
  json.integer(paths.shortest);
  json.key("longest");
  json.integer(paths.longest);
  json.key("count");
  write_count(paths.count, json);
  json.key("weighted");
  json.integer(paths.fewest_weighted);
  json.key("most_weighted");
  json.integer(paths.most_weighted);
  json.end_object();
}

}  // namespace macroscope
