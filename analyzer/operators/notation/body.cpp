#include "analyzer/operators/notation/body.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "analyzer/algebra/characters.h"

namespace macroscope {
namespace {

/// Reads the text of a row; a mistake in it is a mistake of the catalogue.
class BodyCompiler {
 public:
  BodyCompiler(const Operator& row, std::string_view text, Network& network)
      : row_(row),
        text_(text),
        network_(network),
        id_(static_cast<GraphId>(network.graphs.size())),
        graph_(network.graphs.emplace_back()) {}

  Function compile() {
    graph_.name = row_.name;
    if (text_.find('|') != std::string_view::npos) {
      do {
        graph_.inputs.push_back(tensor(word()));
      } while (accept(','));
      expect('|');
    }
    std::vector<TensorId> last;
    do {
      last = assignment();
    } while (accept(';'));
    if (position_ != text_.size()) wrong("expected `;` or the end");
    graph_.outputs = std::move(last);
    complete(network_, id_);
    Function function;
    function.name = row_.name;
    function.body = id_;
    return function;
  }

 private:
  [[noreturn]] void wrong(std::string_view what) const {
    throw std::logic_error("body of " + std::string(row_.name) + " at " + std::to_string(position_) + ": " + std::string(what));
  }

  void skip_space() {
    while (position_ < text_.size() && text_[position_] == ' ') ++position_;
  }
  bool accept(char c) {
    skip_space();
    if (position_ == text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) wrong(std::string("expected `") + c + "`");
  }
  std::string_view word() {
    skip_space();
    const std::size_t start = position_;
    while (position_ < text_.size() && is_word(text_[position_])) ++position_;
    if (position_ == start) wrong("expected a name");
    return text_.substr(start, position_ - start);
  }

  TensorId tensor(std::string_view name) {
    if (name == "_") return kAbsent;
    const auto [found, is_new] = tensors_.try_emplace(name, static_cast<TensorId>(graph_.tensors.size()));
    if (is_new) graph_.tensors.push_back({.name = name});
    return found->second;
  }

  /// A name that nothing has assigned yet is an input.
  TensorId operand(std::string_view name) {
    const bool is_new = name != "_" && !tensors_.contains(name);
    const TensorId id = tensor(name);
    if (is_new) graph_.inputs.push_back(id);
    return id;
  }

  std::vector<TensorId> assignment() {
    std::vector<std::string_view> results;
    do {
      results.push_back(word());
    } while (accept(','));
    expect('=');
    Node node;
    node.op = word();
    if (accept('.')) {
      // A domain such as com.microsoft: everything up to the last dot.
      const auto start = static_cast<std::size_t>(node.op.data() - text_.data());
      std::string_view last = word();
      while (accept('.')) last = word();
      node.domain = text_.substr(start, static_cast<std::size_t>(last.data() - text_.data()) - start - 1);
      node.op = last;
    }
    std::vector<TensorId> inputs;
    std::vector<Attribute> attributes;
    expect('(');
    if (!accept(')')) {
      do {
        const std::string_view name = word();
        if (accept('=')) {
          attributes.push_back({name, attribute()});
        } else {
          inputs.push_back(operand(name));
        }
      } while (accept(','));
      expect(')');
    }
    std::vector<TensorId> outputs;
    outputs.reserve(results.size());
    for (const std::string_view name : results) outputs.push_back(tensor(name));
    node.inputs = network_.keep(std::span<const TensorId>(inputs));
    node.outputs = network_.keep(std::span<const TensorId>(outputs));
    node.attributes = network_.keep(std::span<const Attribute>(attributes));
    node.file_index = static_cast<std::uint32_t>(graph_.nodes.size());
    graph_.nodes.push_back(node);
    return outputs;
  }

  std::int64_t integer() {
    skip_space();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text_.data() + position_, text_.data() + text_.size(), number);
    if (error != std::errc()) wrong("expected an integer");
    position_ = static_cast<std::size_t>(end - text_.data());
    return number;
  }

  Attribute::Content attribute() {
    if (accept('@')) return AttributeReference{word()};
    if (accept('\'')) {
      const std::size_t end = text_.find('\'', position_);
      if (end == std::string_view::npos) wrong("expected `'`");
      const std::string_view text = text_.substr(position_, end - position_);
      position_ = end + 1;
      return text;
    }
    if (accept('[')) {
      std::vector<std::int64_t> list;
      do {
        list.push_back(integer());
      } while (accept(','));
      expect(']');
      return network_.keep(std::span<const std::int64_t>(list));
    }
    skip_space();
    const std::size_t end = std::min(text_.find_first_of(",) ", position_), text_.size());
    if (text_.substr(position_, end - position_).find('.') == std::string_view::npos) return integer();
    const std::string number(text_.substr(position_, end - position_));
    char* stopped = nullptr;
    const double real = std::strtod(number.c_str(), &stopped);
    if (stopped == number.c_str()) wrong("expected a number");
    position_ = end;
    return real;
  }

  const Operator& row_;
  std::string_view text_;
  Network& network_;
  GraphId id_;
  Graph& graph_;
  std::size_t position_ = 0;
  std::map<std::string_view, TensorId> tensors_;
};

}  // namespace

Function compile_body(const Operator& row, Network& network) {
  return BodyCompiler(row, std::get<Body>(row.meaning).text, network).compile();
}

std::string mistake_in_body(std::string_view text) {
  Network scratch;
  try {
    compile_body({"body", Body{text}}, scratch);
    return {};
  } catch (const std::logic_error& mistake) {
    return mistake.what();
  }
}

}  // namespace macroscope
