#include "reports/sections/prefill_decode_section.h"

#include <fmt/format.h>

namespace macroscope {
namespace {

void add_cost(Summary& lines, const GenerationCost& cost, bool is_complete, std::string_view macs, std::string_view flops,
              std::string_view moved, const std::string& remark) {
  lines.push_back({macs, Quantity{cost.macs, !is_complete}, ColumnType::count, remark});
  lines.push_back({flops, Quantity{cost.flops, !is_complete}, ColumnType::count});
  if (cost.bytes) lines.push_back({moved, Quantity{*cost.bytes, !is_complete}, ColumnType::bytes, "read and written"});
}

std::string replaced(const Generation& generation, bool is_decode) {
  std::string text;
  if (!generation.query_symbol.empty())
    text = fmt::format("{} = {}", generation.query_symbol, is_decode ? "1" : generation.length);
  if (!generation.past_symbol.empty())
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", generation.past_symbol,
                        is_decode ? generation.length + " - 1" : std::string("0"));
  return text;
}

/// Nothing was found but attention: no line of a report is worth that.
bool is_empty(const Generation& generation) {
  return !generation.prefill && !generation.decode && !generation.cache_bytes_per_token && generation.caches.empty();
}

void write_cost(JsonFields& fields, std::string_view key, const std::optional<GenerationCost>& cost) {
  JsonWriter& json = fields.json();
  json.key(key);
  if (!cost) return json.null();
  json.begin_object();
  fields.member("macs", cost->macs);
  fields.member("flops", cost->flops);
  fields.member("int_ops", cost->int_ops);
  fields.member("bytes", cost->bytes ? std::optional(Quantity{*cost->bytes}) : std::nullopt);
  json.end_object();
}

}  // namespace

void add_generation_section(const Figures& figures, std::vector<Section>& sections) {
  const std::optional<Generation>& generation = figures.analysis().generation();
  if (!generation || is_empty(*generation)) return;
  const bool is_complete = figures.analysis().costs.complete;
  Summary lines;
  if (generation->prefill)
    add_cost(lines, *generation->prefill, is_complete, "Prefill MACs", "Prefill FLOPs", "Prefill bytes",
             fmt::format("to read {} tokens: {}", generation->length, replaced(*generation, false)));
  if (generation->decode)
    add_cost(lines, *generation->decode, is_complete, "Decode MACs", "Decode FLOPs", "Decode bytes",
             generation->caches.empty()
                 ? fmt::format("to say one more of {}", generation->length)
                 : fmt::format("to say one more of {}: {}", generation->length, replaced(*generation, true)));
  if (generation->cache_bytes_per_token)
    lines.push_back({"Cache per token", Quantity{*generation->cache_bytes_per_token}, ColumnType::bytes,
                     "keys and values of all layers, for one sequence"});
  sections.push_back({"generation", "As a language model", std::move(lines)});
  if (!generation->notes.empty()) sections.push_back({"generation_notes", "Of prefill and decode", Lines(generation->notes)});
}

void write_generation(const Figures& figures, JsonFields& fields) {
  const std::optional<Generation>& generation = figures.analysis().generation();
  if (!generation) return;
  JsonWriter& json = fields.json();
  json.key("generation");
  json.begin_object(JsonWriter::Layout::lines);
  json.member("length", generation->length);
  json.member("query_symbol", generation->query_symbol);
  json.member("past_symbol", generation->past_symbol);
  json.member("attentions", Dim::of_size(generation->attentions));
  json.member("caches", Dim::of_size(generation->caches.size()));
  write_cost(fields, "prefill", generation->prefill);
  write_cost(fields, "decode", generation->decode);
  const std::optional<Dim>& of_token = generation->cache_bytes_per_token;
  fields.member("cache_bytes_per_token", of_token ? std::optional(Quantity{*of_token}) : std::nullopt);
  json.key("notes");
  json.begin_array(JsonWriter::Layout::lines);
  for (const std::string& note : generation->notes) json.string(note);
  json.end_array();
  json.end_object();
}

}  // namespace macroscope
