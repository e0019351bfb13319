// Syntax tree: what does a text of the language say?
//
// Every part knows its span.  The depth of expressions and of nested statements is bounded by the parser, so that whoever walks the tree
// may recurse.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "frontends/dsl/syntax/lexer.h"
#include "frontends/dsl/syntax/source_text.h"

namespace macroscope::dsl {

struct Word {
  std::string_view text;
  Span span;
};

enum class Operation : std::uint8_t {
  none,
  add,
  subtract,
  multiply,
  divide,
  remainder,
  power,
  negate,
  equal,
  not_equal,
  less,
  at_most,
  greater,
  at_least,
  both,    // and
  either,  // or
  invert   // not
};
[[nodiscard]] std::string_view spelling_of(Operation operation) noexcept;
[[nodiscard]] bool is_comparison(Operation operation) noexcept;

struct NamedValue;

struct Expression {
  enum class Kind : std::uint8_t {
    integer,  // text
    decimal,  // text
    percent,  // text, the sign included
    text,     // text, without quotes
    truth,    // text: true or false
    name,     // text
    index,    // text[operands[0]]
    call,     // text(operands, named); without parentheses behind an arrow
    element,  // operands[0][operands[1]]
    list,     // [operands]
    tuple,    // (operands), of two and more
    group,    // (operands[0])
    unary,    // operation operands[0]
    binary,   // operands[0] operation operands[1]
    chain     // operands[0] -> operands[1] -> ..., all but the first are calls
  };
  Kind kind = Kind::name;
  Operation operation = Operation::none;
  bool has_parentheses = false;  // of a call
  /// How deep it is nested: 1 for a leaf.
  std::uint16_t depth = 1;
  Span span;
  std::string_view text;
  /// Of text: the name of a call without its arguments, the sign of an operation.
  Span text_span;
  std::vector<Expression> operands;
  std::vector<NamedValue> named;
  /// `as NAME` behind a call; empty without.
  Word as;
};

struct NamedValue {
  Word name;
  Expression value;
};

/// `name: dtype[dims]`; the dtype is empty where it is left out.
struct TypedName {
  Word name;
  Word dtype;
  std::vector<Expression> dims;
};

struct Parameter {
  Word name;
  bool has_default = false;
  Expression value;
};

struct Statement;

struct Branch {
  Expression condition;  // not there for `else`
  bool is_else = false;
  Span open, close;  // its braces
  std::vector<Statement> body;
};

struct Statement {
  enum class Kind : std::uint8_t {
    input,        // typed
    parameter,    // typed
    constant,     // const name = value
    number,       // let name = value
    assignment,   // targets = value
    output,       // [side] output targets[0] [= value]
    give_back,    // return values
    repeat,       // repeat value { body }
    loop,         // for names in value [.. or downto last] { body }
    alternative,  // if ... else ...
    shared,       // shared name = value
    expectation   // expect value
  };
  Kind kind = Kind::assignment;
  Span span;
  /// Where a nested body ends: its closing brace.
  Span close;
  TypedName typed;
  /// Names or indexed names that are given a value; the variables of a loop.
  std::vector<Expression> targets;
  Expression value;
  bool has_value = false;
  /// `return a, b`, of one or more.
  std::vector<Expression> values;
  bool is_side = false;
  bool is_tuple = false;  // for (a, b) in
  bool is_range = false;  // a..b
  bool is_downward = false;
  Expression last;
  std::vector<Statement> body;
  std::vector<Branch> branches;
};

/// A net or a block.
struct Definition {
  bool is_net = false;
  Word name;
  bool has_parentheses = false;
  std::vector<Parameter> parameters;
  std::vector<Statement> body;
  Span span;
  Span close;
};

/// `compare a b`
struct CompareLine {
  std::vector<Word> nets;
  Span span;
};

/// What a file holds, in its order; indices into the lists.
struct Item {
  enum class Kind : std::uint8_t { definition, comparison, expectation };
  Kind kind = Kind::definition;
  std::size_t index = 0;
};

struct File {
  std::vector<Item> items;
  std::vector<Definition> definitions;
  std::vector<CompareLine> comparisons;
  std::vector<Statement> expectations;  // those that stand outside of nets
  std::vector<Comment> comments;
};

}  // namespace macroscope::dsl
