// Quantities in JSON: how do they come into a document?  What all files that write a part of it share.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "reports/document/report.h"
#include "reports/json/json_writer.h"

namespace macroscope {

class JsonFields {
 public:
  explicit JsonFields(JsonWriter& json) : json_(json) {}

  [[nodiscard]] JsonWriter& json() noexcept { return json_; }

  /// What cannot be told is null, never 0.
  void member(std::string_view key, const std::optional<Quantity>& quantity) {
    json_.key(key);
    if (!quantity) return json_.null();
    value(quantity->value);
  }
  void member(std::string_view key, const Dim& dim) {
    json_.key(key);
    value(dim);
  }
  /// A quantity whose named parts are defined at the end of the document.
  void value(const Dim& dim) {
    if (!dim.integer())
      for (auto& [name, definition] : dim.definitions()) definitions_.try_emplace(name, definition.text());
    json_.quantity(dim);
  }

  /// Of all named expressions so far, and of the names in them.
  [[nodiscard]] const std::map<std::string, std::string>& definitions() const noexcept { return definitions_; }

 private:
  JsonWriter& json_;
  std::map<std::string, std::string> definitions_;
};

}  // namespace macroscope
