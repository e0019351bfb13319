#include "reports/json/memory_json.h"

#include "reports/tables/memory_figures.h"
#include "reports/tables/tensor_names.h"

namespace macroscope {
namespace {

void write_step(const PeakStep& peak, const Figures& figures, const TensorNames& names, JsonWriter& json) {
  const Memory& memory = figures.analysis().memory;
  const Graph& graph = figures.network().main();
  const Node& node = graph.nodes[memory.order[peak.step]];
  json.member("node", shown_name(graph, node));
  json.key("index");
  json.integer(node.file_index);
  json.key("tensors");
  json.begin_array();
  for (const std::uint32_t buffer : memory.alive_at(peak.step)) json.string(names.of(memory.buffers.all[buffer].tensor));
  json.end_array();
  if (const Dim inside = memory.inside_at(peak.step); !inside.is(0)) json.member("inside_bytes", inside);
}

/// Nodes by their numbers in the file, in the order in which they run.
void write_schedule(const Figures& figures, const Schedule& schedule, JsonWriter& json) {
  json.member("optimal", schedule.is_optimal);
  const auto known = [](const std::optional<Dim>& bytes) { return bytes ? std::optional(Quantity{*bytes}) : std::nullopt; };
  json.member("file_order_bytes", known(schedule.in_file_order.peak));
  json.member("saved_bytes", known(schedule.saved));
  json.key("nodes");
  json.begin_array();
  for (const NodeId node : schedule.order) json.integer(figures.network().main().nodes[node].file_index);
  json.end_array();
}

void write_nothing(JsonWriter& json) {
  json.key("node");
  json.null();
  json.key("tensors");
  json.begin_array();
  json.end_array();
}

}  // namespace

void write_peak(const Figures& figures, JsonWriter& json) {
  const Memory& memory = figures.analysis().memory;
  const TensorNames names(figures.network().main());
  json.key("peak");
  json.begin_object();
  json.member("bytes", figures.total(Metric::peak_bytes));
  const PeakStep* shown = shown_peak(figures);
  if (shown == nullptr) {
    write_nothing(json);
  } else {
    write_step(*shown, figures, names, json);
  }
  if (memory.peaks.size() > 1) {
    json.key("candidates");
    json.begin_array();
    for (const PeakStep& peak : memory.peaks) {
      json.begin_object();
      json.member("bytes", peak.bytes);
      write_step(peak, figures, names, json);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

void write_memory(const Figures& figures, JsonWriter& json) {
  const Memory& memory = figures.analysis().memory;
  json.key("memory");
  json.begin_object();
  json.key("weight_bytes_by_dtype");
  json.begin_object();
  for (const auto& [dtype, bytes] : memory.weights) json.member(dtype == DataType::unknown ? "unknown" : name_of(dtype), bytes);
  json.end_object();
  json.member("order", figures.analysis().schedule ? "best" : "file");
  if (figures.analysis().schedule) write_schedule(figures, *figures.analysis().schedule, json);
  json.end_object();
}

}  // namespace macroscope
