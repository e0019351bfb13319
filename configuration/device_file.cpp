#include "configuration/device_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analyzer/diagnostics/suggestion.h"
#include "configuration/settings_text.h"

namespace macroscope {
namespace {

constexpr std::array<std::string_view, 6> kKeys{"name", "source", "bandwidth", "memory", "peak", "elementwise"};
constexpr std::array<std::string_view, 11> kUnits{"",      "B",   "B/s",  "FLOPS", "FLOP/s", "Flops",
                                                  "flops", "OPS", "OP/s", "ops",   "op/s"};
constexpr std::string_view kPrefixes = "KMGTPE";
/// More than any device has or does; less than what sums and products overflow at.
constexpr double kLargest = 1e21;
constexpr std::size_t kMostDigits = 15;

std::string_view without_spaces(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Digits with one point at most, as a whole number and the count of digits behind the point.
struct Decimal {
  std::int64_t digits = 0;
  int scale = 0;
};

std::optional<Decimal> decimal_in(std::string_view& text) {
  Decimal decimal;
  std::size_t count = 0;
  bool has_point = false;
  for (; !text.empty(); text.remove_prefix(1)) {
    const char c = text.front();
    if (c == '.' && !has_point) {
      has_point = true;
    } else if (c >= '0' && c <= '9') {
      if (++count > kMostDigits) return std::nullopt;
      decimal.digits = decimal.digits * 10 + (c - '0');
      decimal.scale += has_point ? 1 : 0;
    } else {
      break;
    }
  }
  return count == 0 ? std::nullopt : std::optional(decimal);
}

class DeviceFileReader {
 public:
  DeviceFileReader(std::string_view text, DeviceFile& file)
      : settings_(text, {"device-file", "a device file"}, file.diagnostics), file_(file) {}

  void read() {
    const std::optional<toml::table> parsed = settings_.parse();
    if (!parsed) return;
    const toml::table& document = *parsed;
    settings_.refuse_other_keys(document, "a device", kKeys);
    Device device;
    device.name = text_at(document, "name");
    device.source = text_at(document, "source");
    if (const std::optional<Dim> bandwidth = quantity_at(document, "bandwidth", true)) device.bandwidth = *bandwidth;
    device.memory = quantity_at(document, "memory", false);
    device.peak = rates_at(document, "peak", true);
    device.elementwise = rates_at(document, "elementwise", false);
    if (file_.diagnostics.empty()) file_.device = std::make_shared<const Device>(std::move(device));
  }

 private:
  std::string text_at(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
      settings_.report(table.source(), fmt::format("a device needs the key '{}'", key));
      return {};
    }
    return settings_.text_of(*node, key);
  }

  std::optional<Dim> quantity_at(const toml::table& table, std::string_view key, bool required) {
    const toml::node* node = table.get(key);
    if (node != nullptr) return quantity_of(*node, key);
    if (required) settings_.report(table.source(), fmt::format("a device needs the key '{}'", key));
    return std::nullopt;
  }

  std::optional<Dim> quantity_of(const toml::node& node, std::string_view key) {
    std::optional<Dim> quantity;
    if (const auto text = node.value_exact<std::string>()) {
      quantity = quantity_in(*text);
    } else if (const auto whole = node.value_exact<std::int64_t>()) {
      quantity = *whole;
    } else if (const auto number = node.value_exact<double>(); number && *number >= 1 && *number < kLargest) {
      quantity = Dim::of_int128(static_cast<Int128>(std::round(*number)));
    }
    if (quantity && *quantity->integer() >= 1) return quantity;
    settings_.report(node.source(),
                     fmt::format("'{}' is a number from 1, or a text such as \"312 T\", \"2039 GB/s\", \"80 GiB\"", key));
    return std::nullopt;
  }

  Device::Rates rates_at(const toml::table& table, std::string_view key, bool required) {
    Device::Rates rates;
    const toml::node* node = table.get(key);
    if (node == nullptr) {
      if (required) settings_.report(table.source(), fmt::format("a device needs a table [{}] of operations per second", key));
      return rates;
    }
    const toml::table* types = node->as_table();
    if (types == nullptr || types->empty()) {
      settings_.report(node->source(), fmt::format("{} is a table of operations per second by type: float32 = \"19.5 T\"", key));
      return rates;
    }
    for (const auto& [name, rate] : *types) {
      const std::optional<DataType> dtype = data_type_named(name.str());
      if (!dtype)
        settings_.report(name.source(), fmt::format("'{}' is no type of elements", name.str()),
                         suggestion_for(name.str(), names_of_types()));
      const std::optional<Dim> quantity = quantity_of(rate, name.str());
      if (dtype && quantity) rates.emplace_back(*dtype, *quantity);
    }
    return rates;
  }

  static std::vector<std::string_view> names_of_types() {
    std::vector<std::string_view> names;
    for (int type = 1; type < kDataTypeCount; ++type) names.push_back(name_of(static_cast<DataType>(type)));
    return names;
  }

  SettingsText settings_;
  DeviceFile& file_;
};

}  // namespace

std::optional<Dim> quantity_in(std::string_view text) {
  text = without_spaces(text);
  const std::optional<Decimal> decimal = decimal_in(text);
  if (!decimal) return std::nullopt;
  text = without_spaces(text);
  int power = 0;
  bool is_binary = false;
  if (const std::size_t prefix = text.empty() ? std::string_view::npos : kPrefixes.find(text.front());
      prefix != std::string_view::npos && !text.starts_with("FLOP") && !text.starts_with("OP")) {
    power = static_cast<int>(prefix) + 1;
    text.remove_prefix(1);
    is_binary = text.starts_with('i');
    if (is_binary) text.remove_prefix(1);
  }
  text = without_spaces(text);
  if (std::find(kUnits.begin(), kUnits.end(), text) == kUnits.end()) return std::nullopt;
  Int128 value = decimal->digits;
  for (int i = 0; i < power; ++i) value *= is_binary ? 1024 : 1000;
  Int128 divisor = 1;
  for (int i = 0; i < decimal->scale; ++i) divisor *= 10;
  if (value % divisor != 0 && !is_binary) return std::nullopt;  // a part of an operation
  return Dim::of_int128(value / divisor);
}

DeviceFile read_device_file(std::string_view text) {
  DeviceFile file;
  DeviceFileReader(text, file).read();
  return file;
}

}  // namespace macroscope
