#include "configuration/operator_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <variant>

#include "analyzer/operators/activation.h"
#include "analyzer/operators/derivation.h"
#include "analyzer/operators/notation/body.h"
#include "analyzer/operators/notation/formula.h"
#include "configuration/settings_text.h"

namespace macroscope {
namespace {

constexpr std::array<std::string_view, 12> kKeys{"domain", "name",  "loops",   "bias",     "roles",      "elements",
                                                 "body",   "moves", "derives", "operands", "activation", "activation_attribute"};
constexpr std::array<std::string_view, 4> kMeanings{"loops", "elements", "body", "moves"};
constexpr std::int64_t kMaxEffort = 1'000'000;

std::vector<Fact> same_as_first(const OpContext& context) { return {context.input(0)}; }

class OperatorFileReader {
 public:
  OperatorFileReader(std::string_view text, OperatorFile& file)
      : settings_(text, {"operator-file", "an operator file"}, file.diagnostics), file_(file) {}

  void read() {
    const std::optional<toml::table> parsed = settings_.parse();
    if (!parsed) return;
    const toml::table& document = *parsed;
    for (const auto& [key, node] : document)
      if (key.str() != "operator")
        settings_.report(key.source(), fmt::format("'{}' is no key of an operator file; write [[operator]]", key.str()));
    const toml::array* rows = document["operator"].as_array();
    if (rows == nullptr) {
      settings_.report(document.source(), "an operator file holds [[operator]] tables");
      return;
    }
    auto operators = std::make_shared<CustomOperators>();
    for (const toml::node& row : *rows) {
      if (const toml::table* table = row.as_table()) {
        read_row(*table, *operators);
      } else {
        settings_.report(row.source(), "an operator is a table: [[operator]]");
      }
    }
    if (file_.diagnostics.empty()) file_.operators = std::move(operators);
  }

 private:
  void read_row(const toml::table& table, CustomOperators& operators) {
    settings_.refuse_other_keys(table, "an operator", kKeys);
    const auto given =
        std::count_if(kMeanings.begin(), kMeanings.end(), [&](std::string_view key) { return table.contains(key); });
    const bool derives = table.contains("derives");
    if (given > 1 || (given == 0 && !derives))
      settings_.report(table.source(),
                       "an operator has one of the keys loops, elements, body, moves, or derives from another one");
    Operator row;
    row.name = operators.keep(text_at(table, "name", true));
    const std::string_view domain = operators.keep(text_at(table, "domain", false));
    if (table.contains("roles")) row.roles = roles_at(table);
    if (derives) read_derivation(table, row, operators);
    if (table.contains("activation")) row.activation.name = activation_at(table, operators);
    if (table.contains("activation_attribute"))
      row.activation.attribute = operators.keep(text_at(table, "activation_attribute", true));
    if (given > 0) row.meaning = meaning_at(table, operators);
    operators.add(domain, completed(row));
  }

  void read_derivation(const toml::table& table, Operator& row, CustomOperators& operators) {
    row.derives.name = operators.keep(text_at(table, "derives", true));
    if (!says_meaning(completed(row)))
      settings_.report(table.get("derives")->source(), fmt::format("ONNX has no operator '{}'", row.derives.name));
    const toml::node* operands = table.get("operands");
    if (operands == nullptr) return;
    const toml::array* list = operands->as_array();
    const auto is_place = [](const toml::node& place) {
      const auto input = place.value<std::int64_t>();
      return input && *input >= 0 && *input <= 255;
    };
    if (list == nullptr || list->size() > row.derives.operands.size() || !std::all_of(list->begin(), list->end(), is_place)) {
      settings_.report(operands->source(),
                       fmt::format("operands are at most {} numbers of inputs, from 0", row.derives.operands.size()));
      return;
    }
    for (std::size_t index = 0; index < list->size(); ++index)
      row.derives.operands.at(index) = static_cast<std::uint8_t>(*(*list)[index].value<std::int64_t>());
  }

  std::string_view activation_at(const toml::table& table, CustomOperators& operators) {
    const std::string_view name = operators.keep(text_at(table, "activation", true));
    try {
      activation_named(name);
    } catch (const RuleError& mistake) {
      settings_.report(table.get("activation")->source(), mistake.what());
    }
    return name;
  }

  std::string text_at(const toml::table& table, std::string_view key, bool required) {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
      if (required) settings_.report(table.source(), fmt::format("an operator needs the key '{}'", key));
      return {};
    }
    const auto text = node->value<std::string>();
    if (!text || (required && text->empty())) settings_.report(node->source(), fmt::format("'{}' is a text in quotes", key));
    return text.value_or("");
  }

  Roles roles_at(const toml::table& table) {
    try {
      return Roles(text_at(table, "roles", true));
    } catch (const std::invalid_argument&) {
      settings_.report(
          table.get("roles")->source(),
          fmt::format(
              "roles are at most {} words of data, weight, bias, statistic, quantisation, constant, view, elements, type, packed",
              Roles::kMost));
      return "data";
    }
  }

  Meaning meaning_at(const toml::table& table, CustomOperators& operators) {
    if (table.contains("loops")) return loops_at(table, operators);
    if (table.contains("elements")) return elements_at(table);
    if (table.contains("body")) return body_at(table, operators);
    if (table.contains("moves") && text_at(table, "moves", true) != "same")
      settings_.report(table.get("moves")->source(), "moves is \"same\"");
    return Moves{same_as_first};
  }

  Loops loops_at(const toml::table& table, CustomOperators& operators) {
    Loops loops;
    loops.nests = operators.keep(text_at(table, "loops", true));
    const auto parsed = parse_formula(loops.nests.front().formula);
    if (const auto* error = std::get_if<FormulaError>(&parsed)) {
      settings_.report(table.get("loops")->source(),
                       fmt::format("at character {} of the loop nest: {}", error->position + 1, error->message));
    } else if (std::get<Formula>(parsed).operands.size() > loops.operands.size()) {
      settings_.report(table.get("loops")->source(), fmt::format("a loop nest reads {} operands at most", loops.operands.size()));
    }
    if (const toml::node* bias = table.get("bias")) {
      const auto input = bias->value<std::int64_t>();
      if (!input || *input < 0 || *input > 255) settings_.report(bias->source(), "bias is the number of an input, from 0");
      loops.bias = static_cast<int>(input.value_or(-1) & 255);
    }
    return loops;
  }

  PerElement elements_at(const toml::table& table) {
    PerElement per_element{.operands = 0, .mixed = true};
    const toml::node* node = table.get("elements");
    const toml::table* efforts = node->as_table();
    if (efforts == nullptr) {
      settings_.report(node->source(), "elements is a table such as { mul = 2, add = 1 }");
      return per_element;
    }
    for (const auto& [kind, count] : *efforts) {
      int* effort = effort_of(per_element.effort, kind.str());
      const auto number = count.value<std::int64_t>();
      if (effort == nullptr)
        settings_.report(kind.source(), fmt::format("'{}' is no kind of work: add, mul, div, compare, special", kind.str()));
      if (!number || *number < 0 || *number > kMaxEffort)
        settings_.report(count.source(), fmt::format("'{}' is a number from 0 to {}", kind.str(), kMaxEffort));
      if (effort != nullptr && number) *effort = static_cast<int>(std::clamp(*number, std::int64_t{0}, kMaxEffort));
    }
    return per_element;
  }

  static int* effort_of(Effort& effort, std::string_view kind) {
    if (kind == "add") return &effort.add;
    if (kind == "mul") return &effort.mul;
    if (kind == "div") return &effort.div;
    if (kind == "compare") return &effort.compare;
    return kind == "special" ? &effort.special : nullptr;
  }

  Body body_at(const toml::table& table, CustomOperators& operators) {
    const Body body{operators.keep(text_at(table, "body", true))};
    if (const std::string mistake = mistake_in_body(body.text); !mistake.empty())
      settings_.report(table.get("body")->source(), mistake);
    return body;
  }

  SettingsText settings_;
  OperatorFile& file_;
};

}  // namespace

OperatorFile read_operator_file(std::string_view text) {
  OperatorFile file;
  OperatorFileReader(text, file).read();
  return file;
}

}  // namespace macroscope
