#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "parse_back/parse_back.h"

namespace macroscope::testing {
namespace {

using Json = nlohmann::json;

/// Takes the events of nlohmann's parser; keeps the keys of the objects that are open.
class Events : public nlohmann::json_sax<Json> {
 public:
  [[nodiscard]] const Complaint& complaint() const noexcept { return complaint_; }

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*elements*/) override { return keys_.emplace_back(), true; }
  bool end_object() override { return keys_.pop_back(), true; }
  bool start_array(std::size_t /*elements*/) override { return true; }
  bool end_array() override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    complaint_ = fmt::format("an object has the key '{}' twice", name);
    return false;
  }
  bool parse_error(std::size_t position, const std::string& token, const Json::exception& error) override {
    complaint_ = fmt::format("byte {}, at '{}': {}", position, token, error.what());
    return false;
  }

 private:
  Complaint complaint_;
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

Complaint complaint_of_json(std::string_view text) {
  if (Complaint complaint = complaint_of_text(text); !complaint.empty()) return complaint;
  Events events;
  const bool is_whole = Json::sax_parse(text, &events);
  if (is_whole || !events.complaint().empty()) return events.complaint();
  return "it is no JSON";
}

}  // namespace macroscope::testing
