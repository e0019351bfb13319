#include "reports/json/roofline_json.h"

#include "reports/sections/roofline_section.h"

namespace macroscope {
namespace {

void write_known(JsonWriter& json, std::string_view key, const std::optional<double>& number) {
  json.key(key);
  if (!number) return json.null();
  json.real(*number);
}

void write_rates(JsonFields& fields, std::string_view key, const Device::Rates& rates) {
  JsonWriter& json = fields.json();
  json.key(key);
  json.begin_object();
  for (const auto& [dtype, rate] : rates) fields.member(name_of(dtype), rate);
  json.end_object();
}

void write_device(const Device& device, JsonFields& fields) {
  JsonWriter& json = fields.json();
  json.key("device");
  json.begin_object();
  json.member("name", device.name);
  json.member("source", device.source);
  write_rates(fields, "peak", device.peak);
  if (!device.elementwise.empty()) write_rates(fields, "elementwise", device.elementwise);
  fields.member("bandwidth", device.bandwidth);
  if (device.memory) fields.member("memory", *device.memory);
  json.end_object();
}

}  // namespace

void write_roofline(const Figures& figures, JsonFields& fields) {
  const Analysis& analysis = figures.analysis();
  if (!analysis.roofline || !analysis.device) return;
  const Roofline& roofline = *analysis.roofline;
  JsonWriter& json = fields.json();
  json.key("roofline");
  json.begin_object(JsonWriter::Layout::lines);
  write_device(*analysis.device, fields);
  write_known(json, "best_case_seconds", roofline.seconds);
  json.key("complete");
  json.boolean(roofline.is_complete);
  json.key("missing");
  json.begin_array();
  for (const DataType dtype : roofline.missing) json.string(dtype == DataType::unknown ? "unknown" : name_of(dtype));
  json.end_array();
  fields.member("needed_bytes", roofline.needed ? std::optional(Quantity{*roofline.needed}) : std::nullopt);
  json.key("fits");
  if (roofline.fits == Certainty::unknown) {
    json.null();
  } else {
    json.boolean(roofline.fits == Certainty::always);
  }
  json.end_object();
}

void write_layer_limit(const Figures& figures, NodeId node, JsonFields& fields) {
  if (!figures.analysis().roofline) return;
  const LayerLimit& limit = figures.analysis().roofline->layers[node];
  write_known(fields.json(), "intensity", intensity_of(limit));
  fields.json().member("bound", name_of(limit.bound));
  write_known(fields.json(), "best_case_seconds", limit.seconds);
}

}  // namespace macroscope
