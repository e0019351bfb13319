#include "reports/sections/prefill_decode_section.h"

#include <fmt/format.h>

namespace macroscope {
namespace {

void add_cost(Summary& lines, const PrefillDecodeCost& cost, bool is_complete, std::string_view macs, std::string_view flops,
              std::string_view moved, const std::string& remark) {
  lines.push_back({macs, Quantity{cost.macs, !is_complete}, ColumnType::count, remark});
  lines.push_back({flops, Quantity{cost.flops, !is_complete}, ColumnType::count});
  if (cost.bytes) lines.push_back({moved, Quantity{*cost.bytes, !is_complete}, ColumnType::bytes, "read and written"});
}

std::string replaced(const PrefillDecode& prefill_decode, bool is_decode) {
  std::string text;
  if (!prefill_decode.query_symbol.empty())
    text = fmt::format("{} = {}", prefill_decode.query_symbol, is_decode ? "1" : prefill_decode.length);
  if (!prefill_decode.past_symbol.empty())
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", prefill_decode.past_symbol,
                        is_decode ? prefill_decode.length + " - 1" : std::string("0"));
  return text;
}

/// Nothing was found but attention: no line of a report is worth that.
bool is_empty(const PrefillDecode& prefill_decode) {
  return !prefill_decode.prefill && !prefill_decode.decode && !prefill_decode.cache_bytes_per_token &&
         prefill_decode.caches.empty();
}

void write_cost(JsonWriter& json, std::string_view key, const std::optional<PrefillDecodeCost>& cost) {
  json.key(key);
  if (!cost) return json.null();
  json.begin_object();
  json.member("macs", cost->macs);
  json.member("flops", cost->flops);
  json.member("int_ops", cost->int_ops);
  json.member("bytes", cost->bytes ? std::optional(Quantity{*cost->bytes}) : std::nullopt);
  json.end_object();
}

}  // namespace

void add_prefill_decode_section(const Figures& figures, std::vector<Section>& sections) {
  const std::optional<PrefillDecode>& prefill_decode = figures.analysis().prefill_decode();
  if (!prefill_decode || is_empty(*prefill_decode)) return;
  const bool is_complete = figures.analysis().costs.complete;
  Summary lines;
  if (prefill_decode->prefill)
    add_cost(lines, *prefill_decode->prefill, is_complete, "Prefill MACs", "Prefill FLOPs", "Prefill bytes",
             fmt::format("to read {} tokens: {}", prefill_decode->length, replaced(*prefill_decode, false)));
  if (prefill_decode->decode)
    add_cost(lines, *prefill_decode->decode, is_complete, "Decode MACs", "Decode FLOPs", "Decode bytes",
             prefill_decode->caches.empty()
                 ? fmt::format("to say one more of {}", prefill_decode->length)
                 : fmt::format("to say one more of {}: {}", prefill_decode->length, replaced(*prefill_decode, true)));
  if (prefill_decode->cache_bytes_per_token)
    lines.push_back({"Cache per token", Quantity{*prefill_decode->cache_bytes_per_token}, ColumnType::bytes,
                     "keys and values of all layers, for one sequence"});
  sections.push_back({"generation", "As a language model", std::move(lines)});
  if (!prefill_decode->notes.empty())
    sections.push_back({"generation_notes", "Of prefill and decode", Lines(prefill_decode->notes)});
}

void write_prefill_decode(const Figures& figures, JsonWriter& json) {
  const std::optional<PrefillDecode>& prefill_decode = figures.analysis().prefill_decode();
  if (!prefill_decode) return;
  json.key("generation");
  json.begin_object(JsonWriter::Layout::lines);
  json.member("length", prefill_decode->length);
  json.member("query_symbol", prefill_decode->query_symbol);
  json.member("past_symbol", prefill_decode->past_symbol);
  json.member("attentions", Dim::of_size(prefill_decode->attentions));
  json.member("caches", Dim::of_size(prefill_decode->caches.size()));
  write_cost(json, "prefill", prefill_decode->prefill);
  write_cost(json, "decode", prefill_decode->decode);
  const std::optional<Dim>& of_token = prefill_decode->cache_bytes_per_token;
  json.member("cache_bytes_per_token", of_token ? std::optional(Quantity{*of_token}) : std::nullopt);
  json.key("notes");
  json.begin_array(JsonWriter::Layout::lines);
  for (const std::string& note : prefill_decode->notes) json.string(note);
  json.end_array();
  json.end_object();
}

}  // namespace macroscope
