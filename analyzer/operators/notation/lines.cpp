#include "analyzer/operators/notation/lines.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <stdexcept>
#include <utility>

#include "analyzer/operators/notation/line_expression.h"
#include "analyzer/operators/notation/text_reader.h"

namespace macroscope {
namespace {

class LineParser {
 public:
  explicit LineParser(std::string_view text) : text_(text), reader_(text) {}

  std::variant<LineBody, FormulaError> parse() {
    signature();
    do {
      if (!declaration()) line();
    } while (reader_.accept(";"));
    if (!reader_.at_end()) reader_.refuse("expected `;` or the end");
    finish();
    if (!reader_.error().message.empty()) return reader_.error();
    return std::move(body_);
  }

 private:
  /// `X, _, B -> Y, M |`, if it is there.
  void signature() {
    const std::size_t start = reader_.position();
    std::vector<std::string_view> inputs, outputs;
    const auto names = [&](std::vector<std::string_view>& list) {
      do {
        if (!is_letter(reader_.next())) return;
        list.push_back(reader_.word());
      } while (reader_.accept(","));
    };
    names(inputs);
    if (reader_.accept("->")) names(outputs);
    if (!reader_.accept("|")) return reader_.back_to(start);
    has_signature_ = true;
    for (std::size_t index = 0; index < inputs.size(); ++index)
      if (inputs[index] != "_") body_.inputs[tensor(inputs[index])] = static_cast<int>(index);
    for (const std::string_view output : outputs) body_.outputs.push_back(tensor(output));
  }

  std::size_t tensor(std::string_view name) {
    const auto found = std::find(body_.tensors.begin(), body_.tensors.end(), name);
    if (found != body_.tensors.end()) return static_cast<std::size_t>(found - body_.tensors.begin());
    body_.tensors.push_back(name);
    body_.inputs.push_back(LineBody::kNoInput);
    return body_.tensors.size() - 1;
  }

  std::uint8_t loop(std::string_view name) {
    const auto found = std::find(body_.loops.begin(), body_.loops.end(), name);
    if (found != body_.loops.end()) return static_cast<std::uint8_t>(found - body_.loops.begin());
    if (body_.loops.size() == kMaxLoops) reader_.refuse("more than 16 loops");
    body_.loops.push_back(name);
    return static_cast<std::uint8_t>(body_.loops.size() - 1);
  }

  /// `k < size`
  bool declaration() {
    const std::size_t start = reader_.position();
    if (!is_letter(reader_.next())) return false;
    const std::string_view name = reader_.word();
    if (!reader_.accept("<")) {
      reader_.back_to(start);
      return false;
    }
    DeclaredLoop declared{loop(name), {}, {}};
    if (is_digit(reader_.next())) {
      declared.otherwise = reader_.integer();
    } else {
      declared.attribute = reader_.word();
      if (reader_.accept("=")) declared.otherwise = reader_.integer();
    }
    body_.declared.push_back(declared);
    return true;
  }

  void line() {
    Line line;
    if (reader_.accept_word("when")) guards(line);
    line.is_prepared = reader_.accept_word("let");
    const std::size_t start = start_of_next();
    line.target = read_tensor(reader_.word(), false);
    line.left = text_.substr(start, reader_.position() - start);
    assignment(line);
    const std::size_t right = start_of_next();
    ExpressionParser expression(
        reader_,
        [](void* parser, std::string_view name, bool optional) {
          return static_cast<LineParser*>(parser)->read_tensor(name, optional);
        },
        this);
    expression.read();
    line.right = trimmed(text_.substr(right, reader_.position() - right));
    line.is_contraction = line.assign == Assign::add && expression.is_product();
    line.operands = std::move(expression.operands);
    if (!line.is_contraction) line.costs = std::move(expression.costs);
    line.converts = expression.converts;
    body_.lines.push_back(std::move(line));
  }

  std::size_t start_of_next() {
    static_cast<void>(reader_.next());  // passes over spaces
    return reader_.position();
  }

  static std::string_view trimmed(std::string_view text) {
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
  }

  void guards(Line& line) {
    do {
      LineGuard guard;
      guard.negated = reader_.accept_word("not");
      guard.name = reader_.word();
      if (reader_.accept("=")) {
        if (reader_.next() == '\'') {
          guard.value = reader_.quoted();
        } else {
          guard.value = reader_.integer();
        }
      }
      line.guards.push_back(guard);
    } while (reader_.accept(","));
    reader_.expect(":");
  }

  void assignment(Line& line) {
    constexpr std::pair<std::string_view, Assign> kSigns[] = {
        {"+=", Assign::add}, {"max=", Assign::max}, {"*=", Assign::multiply}, {"=", Assign::once}};
    for (const auto& [sign, assign] : kSigns) {
      if (!reader_.accept(sign)) continue;
      line.sign = sign;
      line.assign = assign;
      return;
    }
    reader_.expect("=");
  }

  LineTensor read_tensor(std::string_view name, bool optional) {
    LineTensor read;
    read.tensor = tensor(name);
    read.optional = optional;
    reader_.expect("[");
    if (reader_.accept("]")) return read;
    read.any_shape = reader_.accept("..");
    while (!read.any_shape) {
      read.axes.push_back(index());
      if (read.axes.back().repeated) {
        if (read.repeated_at >= 0) reader_.refuse("a tensor has one repeated index at most");
        read.repeated_at = static_cast<int>(read.axes.size()) - 1;
      }
      if (!reader_.accept(",")) break;
    }
    reader_.expect("]");
    return read;
  }

  LineIndex index() {
    LineIndex index;
    if (reader_.accept("@")) {
      index.form = LineIndex::Form::looked_up;
      reader_.word();
      return index;
    }
    if (is_digit(reader_.next())) {
      reader_.integer();
      index.form = LineIndex::Form::looked_up;
      if (!reader_.accept("*")) return index;
      index.form = LineIndex::Form::moved;
      index.loop = loop(reader_.word());
      return index;
    }
    index.loop = loop(reader_.word());
    if (reader_.accept("*")) {
      index.form = LineIndex::Form::groups;
      index.inner = loop(reader_.word());
    } else if (reader_.next() == '+' || reader_.next() == '-') {
      moved(index);
    } else if (reader_.accept("/")) {
      reduction(index);
    }
    index.repeated = reader_.accept("..");
    return index;
  }

  void moved(LineIndex& index) {
    index.form = LineIndex::Form::moved;
    const bool back = reader_.accept("-");
    if (!back) reader_.accept("+");
    index.adds_inner = is_letter(reader_.next());
    if (index.adds_inner) {
      index.inner = loop(reader_.word());
    } else {
      const auto offset = static_cast<int>(reader_.integer());
      index.offset = back ? -offset : offset;
    }
  }

  void reduction(LineIndex& index) {
    const std::string_view which = reader_.word();
    if (which == "some") {
      index.stretched = true;
      return;
    }
    LineReduction reduction;
    reduction.loop = index.loop;
    if (which == "axis") {
      reduction.kind = reader_.accept(":") ? LineReduction::Kind::from_axis : LineReduction::Kind::axis;
      reduction.otherwise = {-1};
    } else if (which == "axes") {
      reduction.kind = LineReduction::Kind::axes;
    } else if (which == "all") {
      reduction.kind = LineReduction::Kind::all;
    } else {
      reader_.refuse("expected `axis`, `axes`, `all` or `some`");
    }
    if (reader_.accept("=")) {
      reduction.otherwise.clear();
      do {
        reduction.otherwise.push_back(reader_.integer());
      } while (reader_.accept(","));
    }
    const auto found = std::find(body_.reductions.begin(), body_.reductions.end(), reduction);
    index.reduction = static_cast<std::int8_t>(found - body_.reductions.begin());
    if (found == body_.reductions.end()) body_.reductions.push_back(std::move(reduction));
  }

  /// Tensors that nothing assigns are operands; the result is Y.
  void finish() {
    if (body_.outputs.empty() && reader_.error().message.empty()) body_.outputs.push_back(tensor("Y"));
    std::vector<bool> is_assigned(body_.tensors.size(), false);
    for (const Line& line : body_.lines) is_assigned[line.target.tensor] = true;
    for (const std::size_t output : body_.outputs)
      if (!is_assigned[output]) reader_.refuse("no line assigns " + std::string(body_.tensors[output]));
    int next = 0;
    for (std::size_t tensor = 0; tensor < body_.tensors.size(); ++tensor) {
      if (is_assigned[tensor] || body_.is_input(tensor)) continue;
      if (has_signature_) {
        reader_.refuse("no line assigns " + std::string(body_.tensors[tensor]) + ", and it is no operand");
      } else {
        body_.inputs[tensor] = next++;
      }
    }
  }

  std::string_view text_;
  TextReader reader_;
  LineBody body_;
  bool has_signature_ = false;
};

/// What was made of texts, by their address: all are those of the catalogue, which stay.
template <typename Made>
using ByAddress = boost::unordered_flat_map<const char*, std::unique_ptr<const Made>>;

[[noreturn]] void wrong(std::string_view text, const FormulaError& error) {
  throw std::logic_error("'" + std::string(text) + "' at " + std::to_string(error.position) + ": " + error.message);
}

}  // namespace

std::variant<LineBody, FormulaError> parse_lines(std::string_view text) { return LineParser(text).parse(); }

const LineBody& lines_of(std::string_view text) {
  thread_local ByAddress<LineBody> known;
  if (const auto found = known.find(text.data()); found != known.end()) return *found->second;
  auto result = parse_lines(text);
  if (const auto* error = std::get_if<FormulaError>(&result)) wrong(text, *error);
  // Reading it may have asked for others: only now is there a place for it.
  return *known.emplace(text.data(), std::make_unique<const LineBody>(std::get<LineBody>(std::move(result)))).first->second;
}

}  // namespace macroscope
