#include "configuration/baseline_file.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

namespace macroscope {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kSchema = "macroscope/1";

struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

const Json& member(const Json& object, const char* key, Json::value_t type) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end() || found->type() != type)
    throw Refusal(fmt::format("it has no '{}', or one of another type", key));
  return *found;
}

std::string text_of(const Json& object, const char* key) { return member(object, key, Json::value_t::string).get<std::string>(); }

/// Empty where it is null, absent, or not to be read.
std::optional<Dim> dim_of(const Json& value) {
  if (value.is_number_unsigned()) return Dim::of_int128(value.get<std::uint64_t>());
  if (value.is_number_integer()) return Dim(value.get<std::int64_t>());
  if (!value.is_string()) return std::nullopt;
  auto parsed = Dim::parse(value.get_ref<const std::string&>());
  if (std::holds_alternative<DimParseError>(parsed)) return std::nullopt;
  return std::get<Dim>(std::move(parsed));
}

std::optional<Quantity> quantity_of(const Json& object, std::string_view key, bool at_least) {
  const auto found = object.find(key);
  if (found == object.end()) return std::nullopt;
  std::optional<Dim> value = dim_of(*found);
  if (!value) return std::nullopt;
  return Quantity{std::move(*value), at_least};
}

/// `totals` holds some figures a level deeper.
std::optional<Quantity> total_of(const Json& totals, Metric metric, bool at_least) {
  const std::string place(place_in_totals(metric));
  const bool is_bound = at_least && !is_certain(metric);
  const std::size_t dot = place.find('.');
  if (dot == std::string::npos) return quantity_of(totals, place, is_bound);
  const auto group = totals.find(place.substr(0, dot));
  return group == totals.end() || !group->is_object() ? std::nullopt : quantity_of(*group, place.substr(dot + 1), is_bound);
}

std::string shape_of(const Json& tensors, const std::string& name) {
  const auto tensor = tensors.find(name);
  if (tensor == tensors.end() || !tensor->is_object() || tensor->contains("kind")) return "?";
  const auto shape = tensor->find("shape");
  if (shape == tensor->end() || !shape->is_array()) return "[?]";
  std::string text;
  for (const Json& dim : *shape)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", dim.is_string() ? dim.get<std::string>() : dim.dump());
  return "[" + text + "]";
}

LayerRecord layer_of(const Json& row, const Json& tensors) {
  LayerRecord layer;
  layer.name = text_of(row, "name");
  layer.path = text_of(row, "path");
  const std::string domain = text_of(row, "domain");
  layer.op = domain.empty() ? text_of(row, "op") : domain + ":" + text_of(row, "op");
  for (const Json& output : member(row, "outputs", Json::value_t::array)) {
    if (!output.is_string() || output.get_ref<const std::string&>().empty()) continue;
    if (layer.name.empty()) layer.name = output.get<std::string>();
    layer.shapes += (layer.shapes.empty() ? "" : " ") + shape_of(tensors, output.get<std::string>());
  }
  const bool is_unknown = text_of(row, "status") == "unknown";
  for (std::size_t i = 0; i < kLayerMetricCount; ++i)
    layer.amounts[i] = quantity_of(row, name_of(kLayerMetrics[i]), is_unknown && !is_certain(kLayerMetrics[i]));
  return layer;
}

ModelRecord record_of(const Json& document) {
  const std::string schema = text_of(document, "schema");
  if (schema != kSchema)
    throw Refusal(fmt::format("it has the schema '{}', and this program compares with '{}'", schema, kSchema));
  const Json& model = member(document, "model", Json::value_t::object);
  ModelRecord record;
  record.path = text_of(model, "path");
  record.name = text_of(model, "name");
  if (!document.contains("totals")) throw Refusal(fmt::format("its model {} could not be read", record.path));
  for (const auto& [name, value] : member(document, "bindings", Json::value_t::object).items())
    if (const std::optional<Dim> size = dim_of(value)) record.bindings.emplace(name, size->text());
  record.is_complete = member(document, "complete", Json::value_t::boolean).get<bool>();
  const Json& totals = member(document, "totals", Json::value_t::object);
  for (std::size_t i = 0; i < kMetrics; ++i)
    if (is_recorded(static_cast<Metric>(i))) record.totals[i] = total_of(totals, static_cast<Metric>(i), !record.is_complete);
  record.totals[static_cast<std::size_t>(Metric::nodes)] =
      quantity_of(member(document, "coverage", Json::value_t::object), "nodes", false);
  const Json& tensors = member(document, "tensors", Json::value_t::object);
  for (const Json& row : member(document, "layers", Json::value_t::array)) record.layers.push_back(layer_of(row, tensors));
  return record;
}

}  // namespace

std::variant<std::vector<ModelRecord>, BaselineError> read_baseline_file(std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  constexpr std::string_view kHelp = "a baseline is the output of: macroscope analyze MODEL --format json";
  if (document.is_discarded()) return BaselineError{"it is no JSON", std::string(kHelp)};
  std::vector<ModelRecord> records;
  try {
    if (document.is_array()) {
      for (const Json& one : document) records.push_back(record_of(one));
    } else {
      records.push_back(record_of(document));
    }
  } catch (const Refusal& refusal) {
    return BaselineError{refusal.what(), std::string(kHelp)};
  }
  return records;
}

}  // namespace macroscope
