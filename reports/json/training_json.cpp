#include "reports/json/training_json.h"

namespace macroscope {

void write_training(const Figures& figures, JsonWriter& json, const std::function<void(const Dim&)>& write_dim) {
  const Training& training = figures.analysis().training();
  const auto member = [&](std::string_view key, const Dim& dim) {
    json.key(key);
    write_dim(dim);
  };
  json.key("training");
  json.begin_object();
  member("input_gradient_macs", training.total.input_macs);
  member("weight_gradient_macs", training.total.weight_macs);
  member("macs", training.macs);
  json.key("complete");
  json.boolean(training.total.is_known && training.are_bytes_known && figures.analysis().costs.complete);
  member("learned_parameters", training.learned_parameters);
  member("weight_bytes", training.weight_bytes);
  member("master_bytes", training.master_bytes);
  member("gradient_bytes", training.gradient_bytes);
  json.member("optimizer", name_of(training.options.optimizer));
  member("optimizer_bytes", training.optimizer_bytes);
  member("saved_bytes", training.saved_bytes);
  member("bytes", training.bytes());
  json.key("recomputation");
  json.begin_object();
  member("segments", Dim::of_size(training.activation_checkpointing.segments));
  member("saved_bytes", training.activation_checkpointing.saved_bytes);
  member("macs", training.activation_checkpointing.macs);
  json.end_object();
  json.end_object();
}

void write_fans(const Figures& figures, ScopeId scope, NodeId node, JsonWriter& json,
                const std::function<void(const Dim&)>& write_dim) {
  const std::vector<std::optional<FanOfLayer>>& fans = figures.analysis().initialization().nodes[scope];
  if (node >= fans.size() || !fans[node]) return;
  json.key("fan_in");
  write_dim(fans[node]->in);
  json.key("fan_out");
  write_dim(fans[node]->out);
}

}  // namespace macroscope
