#include "frontends/dsl/interpreter/expectations.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "analyzer/diagnostics/suggestion.h"
#include "analyzer/record/metric.h"
#include "frontends/dsl/interpreter/figure_lookup.h"
#include "frontends/dsl/interpreter/net_content.h"
#include "frontends/dsl/interpreter/net_record.h"
#include "frontends/dsl/syntax/formatter.h"

namespace macroscope::dsl {
namespace {

using Kind = Expression::Kind;

/// Evaluates one side of an expectation: names are the net's, and what it costs.
class Sides : public Evaluator {
 public:
  Sides(const NetContent& content, const std::vector<AnalysedNet>& nets, const AnalysedNet* own, const Variables* variables)
      : content_(content), nets_(nets), own_(own), variables_(variables) {}

  /// A figure that was asked for.
  struct Asked {
    std::optional<Metric> metric;  // empty: a property of a layer, or a saving
    std::string net;
    std::string path;
  };
  /// All since the last call.
  std::vector<Asked> take_asked() { return std::exchange(asked_, {}); }

  /// A bare name that stands for nothing is a word, and a word is compared with words. \throws Mistake
  void check_name(const Expression& side, const Datum& value, const Datum& other) {
    if (other.word() == nullptr) require_known(side, value);
  }

 protected:
  Datum value_of_name(const Expression& name) override {
    if (const Variable* variable = find(name.text); variable != nullptr && !variable->is_indexed) return variable->datum;
    if (is_quantity(name.text)) return figure(name.text, own(name));
    return {std::string(name.text)};
  }

  Datum value_of_index(const Expression& index) override {
    const Variable* variable = find(index.text);
    if (variable != nullptr && variable->datum.list() != nullptr) return element_of(variable->datum, index.operands.front());
    if (variable == nullptr || !variable->is_indexed) fail_unknown(index);
    const auto element = variable->elements.find(plain(index.operands.front(), "an index"));
    if (element == variable->elements.end())
      throw Mistake{"unknown-index", index.span, fmt::format("'{}' has no value at this index", index.text)};
    return element->second;
  }

  Datum value_of_call(const Expression& call) override {
    if (!call.named.empty()) throw Mistake{"bad-call", call.span, fmt::format("{} takes no named arguments", call.text)};
    if (call.text == "saving") return saving(call);
    if (is_quantity(call.text)) return quantity(call);
    if (is_property(call.text)) return property(call);
    std::vector<std::string_view> known = quantity_names();
    known.insert(known.end(), property_names().begin(), property_names().end());
    for (const std::string_view name : {"saving", "min", "max", "floor", "ceil"}) known.push_back(name);
    throw Mistake{"unknown-function", call.text_span, fmt::format("expectations know no function '{}'", call.text),
                  suggestion_for(call.text, known)};
  }

  Datum value_of_chain(const Expression& chain) override {
    throw Mistake{"bad-value", chain.span, "layers are not applied in an expectation",
                  "name the result, and expect something of it"};
  }

  Datum value_of_tensors(const Expression& expression, Datum left, Datum right) override {
    return computed(expression, left, right);  // and so says which side is no number
  }

  bool is_unknown_name(const Expression& name) override { return find(name.text) == nullptr; }

  [[noreturn]] void fail_unknown(const Expression& name) override {
    std::vector<std::string_view> known = quantity_names();
    if (variables_ != nullptr)
      for (const auto& [text, variable] : *variables_) known.push_back(text);
    const std::string_view near = nearest_to(name.text, known);
    throw Mistake{"unknown-name", name.text_span, fmt::format("nothing is called '{}' here", name.text),
                  near.empty() ? std::string() : fmt::format("did you mean '{}'?", near)};
  }

 private:
  [[nodiscard]] const Variable* find(std::string_view name) const {
    if (variables_ == nullptr) return nullptr;
    const auto found = variables_->find(name);
    return found == variables_->end() ? nullptr : &found->second;
  }

  [[nodiscard]] const AnalysedNet& own(const Expression& at) const {
    if (own_ != nullptr) return *own_;
    throw Mistake{"unknown-net", at.span, fmt::format("which net's {} is meant?", at.text),
                  fmt::format("name it: {}({})", at.text, nets_.empty() ? "net" : nets_.front().name)};
  }

  [[nodiscard]] bool is_net(std::string_view name) const {
    const auto definition = content_.definitions.find(name);
    return definition != content_.definitions.end() && definition->second->is_net;
  }

  [[nodiscard]] static const Analysis& analysis_of(const AnalysedNet& net) {
    if (net.analysis == nullptr || net.analysis->network.graphs.empty())
      throw UnknownFigure{fmt::format("net '{}' has an error", net.name)};
    return *net.analysis;
  }

  [[nodiscard]] const AnalysedNet& net_named(const Expression& argument) const {
    const auto found =
        std::find_if(nets_.begin(), nets_.end(), [&](const AnalysedNet& net) { return net.name == argument.text; });
    if (found != nets_.end() && argument.kind == Kind::name) return *found;
    if (argument.kind == Kind::name && is_net(argument.text))
      throw UnknownFigure{fmt::format("net '{}' is not among those that are checked", argument.text)};
    std::vector<std::string_view> names;
    for (const AnalysedNet& net : nets_) names.emplace_back(net.name);
    throw Mistake{"unknown-net", argument.span, fmt::format("there is no net '{}'", text_of(argument)),
                  suggestion_for(argument.text, names)};
  }

  /// The path of what a quoted name means.
  std::string path_of(const AnalysedNet& net, const Expression& argument) {
    static_cast<void>(analysis_of(net));
    if (const auto path = net.record->paths.find(argument.text)) return *path;
    throw Mistake{"unknown-layer", argument.span, fmt::format("net '{}' has no layer '{}'", net.name, argument.text),
                  suggestion_for(argument.text, net.record->paths.paths()).substr(0, kMaxHelp)};
  }

  /// Of a net, or of what a path in it means.
  Datum figure(std::string_view name, const AnalysedNet& net, const std::string& path = {}) {
    asked_.push_back({metric_expected_as(name), net.name, path});
    return {path.empty() ? quantity_of(analysis_of(net), name) : quantity_of(analysis_of(net), name, path)};
  }

  /// macs, macs(net), macs("path"), macs(net, "path").
  Datum quantity(const Expression& call) {
    if (call.operands.empty()) return figure(call.text, own(call));
    const Expression& last = call.operands.back();
    if (call.operands.size() == 1 && last.kind != Kind::text) return figure(call.text, net_named(last));
    if (call.operands.size() > 2 || last.kind != Kind::text)
      throw Mistake{"bad-call", call.span, fmt::format("{} is that of a net or of a layer", call.text),
                    fmt::format("{}(\"stage/conv\")", call.text)};
    const AnalysedNet& net = call.operands.size() == 2 ? net_named(call.operands.front()) : own(call);
    return figure(call.text, net, path_of(net, last));
  }

  Datum property(const Expression& call) {
    if (call.operands.size() != 1)
      throw Mistake{"bad-call", call.span, fmt::format("{} takes one tensor or layer", call.text),
                    fmt::format("{}(x)", call.text)};
    const AnalysedNet& net = own(call);
    const Analysis& analysis = analysis_of(net);
    asked_.push_back({});
    const Expression& argument = call.operands.front();
    if (is_property_of_layers(call.text)) return property_of_node(analysis, call.text, layer_path(net, argument));
    return property_of_tensor(analysis, call.text, tensor_of(net, argument));
  }

  std::string layer_path(const AnalysedNet& net, const Expression& argument) {
    if (argument.kind == Kind::text) return path_of(net, argument);
    throw Mistake{"bad-value", argument.span, "expected the name of a layer in quotes", "fan_in(\"conv\")"};
  }

  TensorId tensor_of(const AnalysedNet& net, const Expression& argument) {
    if (argument.kind == Kind::text) {
      for (const TensorId input : analysis_of(net).network.main().inputs)
        if (analysis_of(net).network.main().tensors[input].name == argument.text) return input;
      const TensorId result = result_of(analysis_of(net), path_of(net, argument));
      if (result == kAbsent) throw UnknownFigure{fmt::format("'{}' makes no tensor", argument.text)};
      return result;
    }
    const Datum datum = evaluate(argument);
    require_known(argument, datum);
    if (datum.tensor() == nullptr)
      throw Mistake{"bad-value", argument.span, fmt::format("expected a tensor, found {}", described(datum))};
    if (datum.tensor()->graph != 0) throw UnknownFigure{"this tensor is one of each round of a 'repeat'"};
    return datum.tensor()->tensor;
  }

  /// 1 - b / a.
  Datum saving(const Expression& call) {
    if (call.operands.size() != 3 || call.operands[2].kind != Kind::name || !is_quantity(call.operands[2].text))
      throw Mistake{"bad-call", call.span, "saving compares two nets by a quantity", "saving(direct, bottleneck, macs)"};
    asked_.push_back({});
    const std::string_view name = call.operands[2].text;
    const Number before = quantity_of(analysis_of(net_named(call.operands[0])), name);
    const Number after = quantity_of(analysis_of(net_named(call.operands[1])), name);
    try {
      return {compute(Operation::subtract, Number(Dim(1)), compute(Operation::divide, after, before))};
    } catch (const AlgebraError& error) {
      throw Mistake{"bad-value", call.span, error.what()};
    }
  }

  static constexpr std::size_t kMaxHelp = 200;

  std::vector<Asked> asked_;
  const NetContent& content_;
  const std::vector<AnalysedNet>& nets_;
  const AnalysedNet* own_;
  const Variables* variables_;
};

/// Two expressions that are spelled differently are different, unless one holds more than sums, products and powers.
bool is_polynomial(const Number& number) {
  const std::string text = number.over.text() + number.under.text();
  constexpr std::array<std::string_view, 6> kOthers{"floor(", "ceil(", "max(", "min(", "mod(", "abs("};
  return std::none_of(kOthers.begin(), kOthers.end(),
                      [&](std::string_view other) { return text.find(other) != std::string::npos; });
}

Certainty compare_numbers(Operation operation, const Number& left, const Number& right) {
  const Certainty certainty = compare(operation, left, right);
  if (certainty != Certainty::unknown) return certainty;
  if (left.real || right.real || !is_polynomial(left) || !is_polynomial(right)) return certainty;
  if (operation == Operation::equal) return Certainty::never;
  return operation == Operation::not_equal ? Certainty::always : certainty;
}

std::set<std::string> symbols_of(const Number& left, const Number& right) {
  std::set<std::string> symbols;
  for (const Number* side : {&left, &right})
    for (const Dim* part : {&side->over, &side->under})
      for (const std::string& symbol : part->symbols()) symbols.insert(symbol);
  return symbols;
}

Certainty compare_where(const Bindings& bindings, Operation operation, const Number& left, const Number& right) {
  const auto bound = [&](const Number& side) {
    Number number = side;
    number.over = side.over.substitute(bindings);
    number.under = side.under.substitute(bindings);
    return number;
  };
  try {
    return compare_numbers(operation, bound(left), bound(right));
  } catch (const AlgebraError&) {
    return Certainty::unknown;
  }
}

/// The same where no symbol is 0: a kernel of no taps, a repeat of no iterations are often a case of their own.
Certainty compare_from_one(Operation operation, const Number& left, const Number& right) {
  Bindings from_one;
  for (const std::string& symbol : symbols_of(left, right)) from_one.insert_or_assign(symbol, Dim::symbol(symbol) + 1);
  return compare_where(from_one, operation, left, right);
}

/// No threshold is looked for past this.
constexpr std::int64_t kMostThreshold = std::int64_t{1} << 20;

/// `it holds from C = 3 on`, where one symbol decides and it does not hold just before; empty where nothing so simple can be said.
std::string threshold(Operation operation, const Number& left, const Number& right) {
  const std::set<std::string> symbols = symbols_of(left, right);
  if (symbols.size() != 1) return {};
  const std::string& symbol = *symbols.begin();
  const auto at = [&](const Dim& value) { return compare_where({{symbol, value}}, operation, left, right); };
  const auto from = [&](std::int64_t first) { return at(Dim::symbol(symbol) + first); };
  std::int64_t known = 1;
  while (known < kMostThreshold && from(known) == Certainty::unknown) known *= 2;
  const Certainty behind = from(known);
  if (behind == Certainty::unknown) return {};
  std::int64_t open = known / 2;  // the first of which nothing is certain
  while (known - open > 1) {
    const std::int64_t middle = open + (known - open) / 2;
    (from(middle) == behind ? known : open) = middle;
  }
  const Certainty before = at(Dim(known - 1));
  if (before == behind || before == Certainty::unknown) return {};
  return fmt::format("it {} from {} = {} on", behind == Certainty::always ? "holds" : "fails", symbol, known);
}

Certainty compare_lists(const std::vector<Datum>& left, const std::vector<Datum>& right) {
  if (left.size() != right.size()) return Certainty::never;
  Certainty all = Certainty::always;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const Number* a = left[i].number();
    const Number* b = right[i].number();
    const Certainty one = a != nullptr && b != nullptr ? compare_numbers(Operation::equal, *a, *b) : Certainty::never;
    if (one == Certainty::never) return one;
    if (one == Certainty::unknown) all = one;
  }
  return all;
}

class Checking {
 public:
  Checking(const NetContent& file, const std::vector<AnalysedNet>& nets) : content_(file), nets_(nets) {}

  std::vector<ExpectationResult> run() {
    for (const Item& item : content_.file.items) {
      if (item.kind == Item::Kind::expectation) check(content_.file.expectations[item.index], sole_net(), nullptr);
      if (item.kind != Item::Kind::definition) continue;
      const std::string_view name = content_.file.definitions[item.index].name.text;
      for (const AnalysedNet& net : nets_)
        if (net.name == name && net.record != nullptr)
          for (const NetRecord::Expectation& expectation : net.record->expectations)
            check(*expectation.statement, &net, &expectation.variables);
    }
    return std::move(results_);
  }

 private:
  /// The one net of a file that holds one: expectations outside of it are about it.
  [[nodiscard]] const AnalysedNet* sole_net() const { return nets_.size() == 1 ? &nets_.front() : nullptr; }

  void check(const Statement& statement, const AnalysedNet* net, const Variables* variables) {
    const Expression& comparison = statement.value;
    ExpectationResult result;
    const bool is_outside = variables == nullptr;
    if (net != nullptr && !is_outside) result.net = net->name;
    if (is_outside && net != nullptr && net->record != nullptr) variables = &net->record->variables;
    result.origin = content_.source.origin(statement.span);
    result.text = text_of(comparison);
    try {
      Sides sides(content_, nets_, net, variables);
      const Datum left = sides.evaluate(comparison.operands.front());
      const std::vector<Sides::Asked> asked_left = sides.take_asked();
      const Datum right = sides.evaluate(comparison.operands.back());
      note_asked(asked_left, sides.take_asked(), result);
      sides.check_name(comparison.operands.front(), left, right);
      sides.check_name(comparison.operands.back(), right, left);
      compare_sides(comparison, left, right, sides, result);
    } catch (const Mistake& mistake) {
      result.origin = content_.source.origin(mistake.span);
      result.why = mistake.help.empty() ? mistake.message : fmt::format("{}; {}", mistake.message, mistake.help);
      if (mistake.code != "undecided")
        result.mistake = Diagnostic{Severity::error, mistake.code, mistake.message, result.origin, mistake.help, mistake.notes};
    } catch (const Poisoned&) {
      result.why = "what it names has an error";
    } catch (const UnknownFigure& unknown_figure) {
      result.why = unknown_figure.why;
    } catch (const AlgebraError& error) {
      result.why = error.what();
    } catch (const RuleError& error) {
      result.why = error.what();
    } catch (const Unknown&) {
      result.why = "not known";
    }
    results_.push_back(std::move(result));
  }

  static void note_asked(const std::vector<Sides::Asked>& left, const std::vector<Sides::Asked>& right,
                         ExpectationResult& result) {
    if (left.empty() == right.empty()) return;
    result.computed = left.empty() ? ExpectationResult::Computed::right : ExpectationResult::Computed::left;
    const std::vector<Sides::Asked>& asked = left.empty() ? right : left;
    if (asked.size() > 1) return;
    result.metric = asked.front().metric;
    result.metric_of_net = asked.front().net;
    result.metric_of_path = asked.front().path;
  }

  static void compare_sides(const Expression& comparison, const Datum& left, const Datum& right, Sides& sides,
                            ExpectationResult& result) {
    const bool is_equality = comparison.operation == Operation::equal || comparison.operation == Operation::not_equal;
    Certainty certainty = Certainty::unknown;
    if (left.list() != nullptr && right.list() != nullptr && is_equality) {
      certainty = compare_lists(*left.list(), *right.list());
      if (comparison.operation == Operation::not_equal) certainty = opposite(certainty);
      result.left = text_of(left);
      result.right = text_of(right);
    } else if (left.number() != nullptr && right.number() != nullptr) {
      const Number& a = *left.number();
      const Number& b = *right.number();
      certainty = compare_numbers(comparison.operation, a, b);
      if (certainty == Certainty::unknown && compare_from_one(comparison.operation, a, b) == Certainty::always) {
        certainty = Certainty::always;
        result.why = "where no symbol is 0";
      }
      const int places = std::max(a.places, b.places);
      result.left = text_of(a, places);
      result.right = text_of(b, places);
      if (certainty != Certainty::always) result.difference = difference(a, b, places);
      if (certainty == Certainty::unknown) result.why = threshold(comparison.operation, a, b);
    } else {
      result.left = text_of(left);
      result.right = text_of(right);
      certainty = sides.truth(comparison);
    }
    result.outcome = certainty == Certainty::always  ? ExpectationOutcome::holds
                     : certainty == Certainty::never ? ExpectationOutcome::fails
                                                     : ExpectationOutcome::undecided;
    if (result.outcome == ExpectationOutcome::undecided && result.why.empty()) result.why = "it depends on the symbols";
  }

  static Certainty opposite(Certainty certainty) {
    if (certainty == Certainty::unknown) return certainty;
    return certainty == Certainty::always ? Certainty::never : Certainty::always;
  }

  static std::string difference(const Number& a, const Number& b, int places) {
    try {
      return text_of(compute(Operation::subtract, a, b), places);
    } catch (const AlgebraError&) {
      return {};
    }
  }

  const NetContent& content_;
  const std::vector<AnalysedNet>& nets_;
  std::vector<ExpectationResult> results_;
};

}  // namespace

std::string_view name_of(ExpectationOutcome outcome) noexcept {
  switch (outcome) {
    case ExpectationOutcome::holds:
      return "holds";
    case ExpectationOutcome::fails:
      return "fails";
    case ExpectationOutcome::undecided:
      break;
  }
  return "undecided";
}

std::vector<ExpectationResult> check_expectations(const NetContent& file, const std::vector<AnalysedNet>& nets) {
  return Checking(file, nets).run();
}

}  // namespace macroscope::dsl
