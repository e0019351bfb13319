#include "frontends/dsl/syntax/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "frontends/dsl/syntax/expression_parser.h"
#include "frontends/dsl/syntax/statement_parser.h"

namespace macroscope::dsl {
namespace {

constexpr std::array<std::string_view, 4> kItems{"net", "block", "compare", "expect"};

class Parser {
 public:
  Parser(const Tokens& tokens, Problems& problems)
      : reader_(tokens, problems), expressions_(reader_), statements_(reader_, expressions_) {}

  File run() {
    while (true) {
      reader_.skip_newlines();
      if (reader_.at_end() || reader_.problems().is_full()) break;
      try {
        item();
      } catch (const Unreadable&) {
        skip_to_item();
      }
    }
    return std::move(file_);
  }

 private:
  void item() {
    if (reader_.is("net") || reader_.is("block")) {
      file_.definitions.push_back(definition());
      file_.items.push_back({Item::Kind::definition, file_.definitions.size() - 1});
    } else if (reader_.is("compare")) {
      file_.comparisons.push_back(comparison());
      file_.items.push_back({Item::Kind::comparison, file_.comparisons.size() - 1});
    } else if (reader_.is("expect")) {
      file_.expectations.push_back(statements_.expectation());
      file_.items.push_back({Item::Kind::expectation, file_.expectations.size() - 1});
    } else if (reader_.is("}")) {
      reader_.fail(reader_.now().span, "this '}' closes nothing");
    } else {
      reader_.fail_word("expected 'net', 'block', 'compare' or 'expect'", kItems, "a network begins with: net NAME {");
    }
  }

  /// Goes on with the next line that begins a net or a block, or with what follows the body that was being read.
  void skip_to_item() {
    int depth = 0;
    while (!reader_.at_end()) {
      const bool begins_line = reader_.previous().kind == TokenKind::newline;
      if (begins_line && (reader_.is("net") || reader_.is("block"))) return;
      if (begins_line && depth == 0 && (reader_.is("compare") || reader_.is("expect"))) return;
      if (reader_.is("{")) ++depth;
      if (reader_.is("}") && --depth <= 0) {
        reader_.take();
        return;
      }
      reader_.take();
    }
  }

  CompareLine comparison() {
    CompareLine comparison;
    comparison.span = reader_.take().span;
    while (comparison.nets.size() < 2 || reader_.now().kind == TokenKind::name) {
      comparison.nets.push_back(reader_.name("the name of a net to compare"));
      reader_.take_if(",");
    }
    comparison.span.end = reader_.previous().span.end;
    reader_.end_statement("the nets that are compared");
    return comparison;
  }

  Definition definition() {
    Definition definition;
    definition.is_net = reader_.is("net");
    definition.span = reader_.take().span;
    definition.name = reader_.name(definition.is_net ? "the net's name" : "the block's name");
    if (reader_.is("(")) parameters(definition);
    definition.span.end = reader_.previous().span.end;
    const Token open = reader_.expect("{", definition.is_net ? "that begins the net" : "that begins the block");
    definition.body = statements_.body(open, definition.close);
    return definition;
  }

  void parameters(Definition& definition) {
    const Token open = reader_.take();
    definition.has_parentheses = true;
    while (!reader_.is(")")) {
      Parameter parameter;
      parameter.name = reader_.name("the name of a parameter");
      const auto same = std::find_if(definition.parameters.begin(), definition.parameters.end(),
                                     [&](const Parameter& other) { return other.name.text == parameter.name.text; });
      if (same != definition.parameters.end())
        reader_.problems().error("syntax", parameter.name.span,
                                 fmt::format("two parameters are called '{}'", parameter.name.text), {},
                                 {reader_.problems().note(same->name.span, "the first one")});
      if (reader_.take_if("=")) {
        parameter.has_default = true;
        parameter.value = expressions_.expression();
      }
      definition.parameters.push_back(std::move(parameter));
      if (!reader_.take_if(",")) break;
    }
    reader_.close(open, ")");
  }

  TokenReader reader_;
  ExpressionParser expressions_;
  StatementParser statements_;
  File file_;
};

}  // namespace

File parse(const SourceText& source, Problems& problems) {
  Tokens tokens = tokens_of(source, problems);
  File file = Parser(tokens, problems).run();
  file.comments = std::move(tokens.comments);
  return file;
}

}  // namespace macroscope::dsl
