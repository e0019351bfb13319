#include "reports/json/roofline_json.h"

#include "reports/sections/roofline_section.h"

namespace macroscope {
namespace {

void write_rates(JsonWriter& json, std::string_view key, const Device::Rates& rates) {
  json.key(key);
  json.begin_object();
  for (const auto& [dtype, rate] : rates) json.member(name_of(dtype), rate);
  json.end_object();
}

void write_device(const Device& device, JsonWriter& json) {
  json.key("device");
  json.begin_object();
  json.member("name", device.name);
  json.member("source", device.source);
  write_rates(json, "peak", device.peak);
  if (!device.elementwise.empty()) write_rates(json, "elementwise", device.elementwise);
  json.member("bandwidth", device.bandwidth);
  if (device.memory) json.member("memory", *device.memory);
  json.end_object();
}

}  // namespace

void write_roofline(const Figures& figures, JsonWriter& json) {
  const Analysis& analysis = figures.analysis();
  if (!analysis.roofline || !analysis.device) return;
  const Roofline& roofline = *analysis.roofline;
  json.key("roofline");
  json.begin_object(JsonWriter::Layout::lines);
  write_device(*analysis.device, json);
  json.member("best_case_seconds", roofline.seconds);
  json.member("complete", roofline.is_complete);
  json.key("missing");
  json.begin_array();
  for (const DataType dtype : roofline.missing) json.string(dtype == DataType::unknown ? "unknown" : name_of(dtype));
  json.end_array();
  json.member("needed_bytes", roofline.needed ? std::optional(Quantity{*roofline.needed}) : std::nullopt);
  json.key("fits");
  if (roofline.fits == Certainty::unknown) {
    json.null();
  } else {
    json.boolean(roofline.fits == Certainty::always);
  }
  json.end_object();
}

void write_layer_limit(const Figures& figures, NodeId node, JsonWriter& json) {
  if (!figures.analysis().roofline) return;
  const LayerLimit& limit = figures.analysis().roofline->layers[node];
  json.member("intensity", intensity_of(limit));
  json.member("bound", name_of(limit.bound));
  json.member("best_case_seconds", limit.seconds);
}

}  // namespace macroscope
