#include "reports/json/receptive_field_json.h"

namespace macroscope {
namespace {

void write_ratio(const Ratio& ratio, JsonWriter& json) {
  if (ratio.is_whole()) return json.quantity(ratio.over);
  json.string(ratio.text());
}

void write_axis(const AxisField& field, JsonWriter& json) {
  if (field.kind == AxisField::Kind::unknown) return json.null();
  if (field.kind == AxisField::Kind::all) return json.string("all");
  json.begin_object();
  json.member("size", field.size);
  json.key("jump");
  write_ratio(field.jump, json);
  json.key("start");
  write_ratio(field.start, json);
  json.member("aligned", field.aligned);
  if (field.before || field.after) json.member("reaches", field.before ? "before" : "after");
  if (field.wraps) {
    json.member("wraps", true);
  }
  json.end_object();
}

}  // namespace

void write_receptive_field(const Figures& figures, TensorId tensor, const TensorNames& names, JsonWriter& json) {
  const ReceptiveFields& fields = figures.analysis().receptive_fields();
  const std::vector<InputField> of_tensor = fields.of(tensor, figures.analysis().shapes);
  if (of_tensor.empty()) return;
  json.key("receptive_field");
  json.begin_object();
  for (const InputField& field : of_tensor) {
    json.key(names.of(fields.inputs[field.input].tensor));
    json.begin_array();
    for (const AxisField& axis : field.axes) write_axis(axis, json);
    json.end_array();
  }
  json.end_object();
}

}  // namespace macroscope
