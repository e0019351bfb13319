#include "frontends/dsl/syntax/formatter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace macroscope::dsl {
namespace {

using Kind = Statement::Kind;

constexpr std::size_t kWidth = 120;

/// Breaks a line that is too long behind commas within brackets; what follows stands below the innermost bracket that was open.
std::string wrapped(const std::string& line) {
  if (line.size() <= kWidth) return line;
  std::string text;
  std::vector<std::size_t> open;  // columns behind open brackets
  std::size_t column = 0;
  std::size_t last_break = std::string::npos;  // in `text`: where a line may begin
  std::size_t indent = 0;
  bool is_quoted = false;
  for (const char c : line) {
    if (c == ' ' && last_break == text.size()) ++last_break;
    text += c;
    ++column;
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == '(' || c == '[') open.push_back(column);
    if ((c == ')' || c == ']') && !open.empty()) open.pop_back();
    if (column > kWidth && last_break != std::string::npos && last_break < text.size()) {
      text[last_break - 1] = '\n';
      const std::size_t moved = text.size() - last_break;
      text.insert(last_break, std::string(indent, ' '));
      const std::size_t before = column - moved;
      for (std::size_t& bracket : open)
        if (bracket > before) bracket = bracket - before + indent;
      column = indent + moved;
      last_break = std::string::npos;
    }
    if (c == ',' && !open.empty() && open.back() < kWidth / 2) {
      last_break = text.size();
      indent = open.back();
    }
  }
  return text;
}

class Formatter {
 public:
  Formatter(const SourceText& source, const File& file) : source_(source), file_(file) {}

  std::string run() {
    for (std::size_t i = 0; i < file_.items.size(); ++i) {
      const Item& item = file_.items[i];
      if (item.kind == Item::Kind::definition) {
        define(file_.definitions[item.index], i > 0);
      } else if (item.kind == Item::Kind::comparison) {
        compare(file_.comparisons[item.index], follows_definition(i));
      } else {
        const bool is_apart = follows_definition(i);
        lead(file_.expectations[item.index].span.begin, is_apart);
        simple(file_.expectations[item.index]);
      }
    }
    lead(static_cast<std::uint32_t>(source_.text().size()), false);
    return std::move(text_);
  }

 private:
  [[nodiscard]] bool follows_definition(std::size_t item) const {
    return item > 0 && file_.items[item - 1].kind == Item::Kind::definition;
  }
  [[nodiscard]] int line(std::uint32_t position) const { return source_.line_of(position); }
  [[nodiscard]] bool has_comment_before(std::uint32_t position) const {
    return comment_ < file_.comments.size() && file_.comments[comment_].span.begin < position;
  }
  const Comment& take_comment() { return file_.comments[comment_++]; }

  void blank_line_before(int next, bool is_apart) {
    if (!text_.empty() && !at_start_ && (is_apart || next > last_line_ + 1)) text_ += '\n';
    at_start_ = false;
  }

  void write_line(std::string_view content) { text_.append(indent_, ' ').append(content).append("\n"); }

  void write_comment(const Comment& comment) {
    blank_line_before(line(comment.span.begin), false);
    write_line(source_.text(comment.span));
    last_line_ = line(comment.span.begin);
  }

  /// Comments that come before what begins at `position`, and an empty line where one belongs.
  void lead(std::uint32_t position, bool is_apart) {
    bool apart = is_apart;
    while (has_comment_before(position)) {
      const Comment& comment = take_comment();
      blank_line_before(line(comment.span.begin), std::exchange(apart, false));
      write_line(source_.text(comment.span));
      last_line_ = line(comment.span.begin);
    }
    if (position < source_.text().size()) blank_line_before(line(position), apart);
  }

  /// Comments between the parts of what ends at `position`, where no place is kept for them.
  std::vector<std::string_view> inner_comments(std::uint32_t position) {
    std::vector<std::string_view> inner;
    while (has_comment_before(position)) inner.push_back(source_.text(take_comment().span));
    return inner;
  }

  /// A comment on the line on which what was just written ends.
  std::string trailing_comment(std::uint32_t end) {
    if (comment_ == file_.comments.size()) return {};
    const Comment& next = file_.comments[comment_];
    if (next.is_alone || line(next.span.begin) != line(end == 0 ? 0 : end - 1)) return {};
    ++comment_;
    return fmt::format("  {}", source_.text(next.span));
  }

  void define(const Definition& definition, bool is_apart) {
    lead(definition.span.begin, is_apart);
    for (const std::string_view comment : inner_comments(definition.span.end)) write_line(comment);
    std::string head = fmt::format("{} {}", definition.is_net ? "net" : "block", definition.name.text);
    if (!definition.parameters.empty()) {
      std::vector<std::string> parameters;
      for (const Parameter& parameter : definition.parameters)
        parameters.push_back(parameter.has_default ? fmt::format("{} = {}", parameter.name.text, text_of(parameter.value))
                                                   : std::string(parameter.name.text));
      head += fmt::format("({})", fmt::join(parameters, ", "));
    }
    if (fits_on_one_line(head + " ", definition.span.begin, definition.body, definition.close)) {
      finish(fmt::format("{} {{ {} }}", head, content_of(definition.body.front())), definition.close.end);
      return;
    }
    nested(head + " ", definition.span.end, definition.body, definition.close);
    text_ += '\n';
    last_line_ = line(definition.close.begin);
  }

  void compare(const CompareLine& comparison, bool is_apart) {
    lead(comparison.span.begin, is_apart);
    std::string content = "compare";
    for (const Word& net : comparison.nets) content.append(" ").append(net.text);
    finish(content, comparison.span.end);
  }

  void finish(const std::string& content, std::uint32_t end) {
    text_ += wrapped(std::string(indent_, ' ') + content);
    text_ += trailing_comment(end);
    text_ += '\n';
    last_line_ = line(end == 0 ? 0 : end - 1);
  }

  /// `head {`, the statements one level deeper, and `}` without a newline.
  void nested(const std::string& head, std::uint32_t head_end, const std::vector<Statement>& body, Span close) {
    text_ += wrapped(std::string(indent_, ' ') + head) + "{";
    continue_body(head_end, body, close);
  }

  void continue_body(std::uint32_t head_end, const std::vector<Statement>& body, Span close) {
    if (body.empty() && !has_comment_before(close.begin)) {
      text_ += " }";
      return;
    }
    if (body.empty() || line(body.front().span.begin) > line(head_end)) text_ += trailing_comment(head_end);
    text_ += '\n';
    indent_ += 2;
    at_start_ = true;
    last_line_ = line(head_end);
    for (const Statement& statement : body) write(statement);
    while (has_comment_before(close.begin)) write_comment(take_comment());
    indent_ -= 2;
    at_start_ = false;
    text_.append(indent_, ' ').append("}");
  }

  void write(const Statement& statement) {
    lead(statement.span.begin, false);
    switch (statement.kind) {
      case Kind::repeat:
      case Kind::loop:
        block_of(statement, loop_head(statement));
        break;
      case Kind::alternative:
        alternative(statement);
        break;
      default:
        simple(statement);
    }
  }

  static std::string loop_head(const Statement& statement) {
    if (statement.kind == Kind::repeat) return fmt::format("repeat {} ", text_of(statement.value));
    std::vector<std::string_view> names;
    for (const Expression& variable : statement.targets) names.push_back(variable.text);
    std::string head =
        statement.is_tuple ? fmt::format("for ({}) in ", fmt::join(names, ", ")) : fmt::format("for {} in ", names.front());
    head += text_of(statement.value);
    if (statement.is_range) head += (statement.is_downward ? " downto " : "..") + text_of(statement.last);
    return head + " ";
  }

  /// A body of one short statement stays on the line of its head where it was written so.
  [[nodiscard]] bool fits_on_one_line(const std::string& head, std::uint32_t begin, const std::vector<Statement>& body,
                                      Span close) const {
    if (body.size() != 1 || line(begin) != line(close.begin) || has_comment_before(close.begin)) return false;
    const Kind kind = body.front().kind;
    if (kind == Kind::repeat || kind == Kind::loop || kind == Kind::alternative) return false;
    return indent_ + head.size() + 4 + content_of(body.front()).size() <= kWidth;
  }

  void block_of(const Statement& statement, const std::string& head) {
    if (fits_on_one_line(head, statement.span.begin, statement.body, statement.close)) {
      finish(fmt::format("{}{{ {} }}", head, content_of(statement.body.front())), statement.close.end);
      return;
    }
    for (const std::string_view comment : inner_comments(statement.span.end)) write_line(comment);
    nested(head, statement.span.end, statement.body, statement.close);
    end_block(statement.close);
  }

  void end_block(Span close) {
    text_ += trailing_comment(close.end);
    text_ += '\n';
    last_line_ = line(close.begin);
  }

  void alternative(const Statement& statement) {
    const Branch& first = statement.branches.front();
    const std::string head = fmt::format("if {} ", text_of(first.condition));
    if (statement.branches.size() == 1 && fits_on_one_line(head, statement.span.begin, first.body, statement.close)) {
      finish(fmt::format("{}{{ {} }}", head, content_of(first.body.front())), statement.close.end);
      return;
    }
    for (const std::string_view comment : inner_comments(first.condition.span.end)) write_line(comment);
    text_ += wrapped(std::string(indent_, ' ') + head) + "{";
    for (std::size_t i = 0; i < statement.branches.size(); ++i) {
      const Branch& branch = statement.branches[i];
      if (i > 0) text_ += branch.is_else ? " else {" : fmt::format(" else if {} {{", text_of(branch.condition));
      continue_body(branch.open.end, branch.body, branch.close);
    }
    end_block(statement.close);
  }

  static std::string targets_of(const Statement& statement) {
    std::vector<std::string> targets;
    for (const Expression& target : statement.targets) targets.push_back(text_of(target));
    return fmt::format("{}", fmt::join(targets, ", "));
  }

  static std::string typed(std::string_view word, const TypedName& typed) {
    std::vector<std::string> dims;
    for (const Expression& dim : typed.dims) dims.push_back(text_of(dim));
    return fmt::format("{} {}: {}[{}]", word, typed.name.text, typed.dtype.text, fmt::join(dims, ", "));
  }

  /// What comes before the value of a statement.
  static std::string head_of(const Statement& statement) {
    switch (statement.kind) {
      case Kind::constant:
        return fmt::format("const {} = ", targets_of(statement));
      case Kind::number:
        return fmt::format("let {} = ", targets_of(statement));
      case Kind::shared:
        return fmt::format("shared {} = ", targets_of(statement));
      case Kind::output:
        return fmt::format("{}output {}{}", statement.is_side ? "side " : "", targets_of(statement),
                           statement.has_value ? " = " : "");
      case Kind::expectation:
        return "expect ";
      default:
        return fmt::format("{} = ", targets_of(statement));
    }
  }

  static std::string content_of(const Statement& statement) {
    switch (statement.kind) {
      case Kind::input:
        return typed("input", statement.typed);
      case Kind::parameter:
        return typed("param", statement.typed);
      case Kind::give_back: {
        std::vector<std::string> values;
        for (const Expression& value : statement.values) values.push_back(text_of(value));
        return fmt::format("return {}", fmt::join(values, ", "));
      }
      default:
        return head_of(statement) + (statement.has_value ? text_of(statement.value) : std::string());
    }
  }

  /// Whether the arrow of a step begins a line.
  [[nodiscard]] bool begins_line(const Expression& chain, std::size_t step) const {
    return line(chain.operands[step - 1].span.end) != line(chain.operands[step].text_span.begin);
  }

  [[nodiscard]] bool is_broken(const Expression& chain) const {
    for (std::size_t step = 1; step < chain.operands.size(); ++step)
      if (begins_line(chain, step)) return true;
    return false;
  }

  void simple(const Statement& statement) {
    const std::string content = content_of(statement);
    const bool returns_one = statement.kind == Kind::give_back && statement.values.size() == 1;
    const Expression* value = statement.has_value ? &statement.value : returns_one ? &statement.values.front() : nullptr;
    if (value != nullptr && value->kind == Expression::Kind::chain && (indent_ + content.size() > kWidth || is_broken(*value))) {
      chain(returns_one ? "return " : head_of(statement), *value);
      return;
    }
    for (const std::string_view comment : inner_comments(statement.span.end)) write_line(comment);
    finish(content, statement.span.end);
  }

  /// Broken before arrows where it was, and where a line would be too long; the arrows that begin lines stand below the first one.
  void chain(const std::string& head, const Expression& chain) {
    for (const std::string_view comment : inner_comments(chain.operands.front().span.end)) write_line(comment);
    std::string line_text = head + text_of(chain.operands.front());
    std::size_t column = line_text.size() + 1;
    std::uint32_t end = chain.operands.front().span.end;
    if (column > kWidth / 2) {
      column = 4;
      finish(line_text, end);
      line_text.clear();
    }
    for (std::size_t i = 1; i < chain.operands.size(); ++i) {
      const Expression& step = chain.operands[i];
      const std::string text = fmt::format("-> {}", step_text(step));
      const bool is_long = indent_ + line_text.size() + 1 + text.size() > kWidth;
      if (i > 1 && !line_text.empty() && (begins_line(chain, i) || is_long)) {
        finish(line_text, end);
        line_text.clear();
      }
      for (const std::string_view comment : inner_comments(step.span.end)) {
        text_.append(line_text.empty() ? column : 0, ' ');
        write_line(comment);
      }
      line_text += line_text.empty() ? std::string(column, ' ') : " ";
      line_text += text;
      end = step.span.end;
    }
    finish(line_text, end);
  }

  static std::string step_text(const Expression& step) {
    const std::string text = text_of(step);
    const bool is_bare = step.operands.empty() && step.named.empty();
    if (!is_bare) return text;
    return step.as.text.empty() ? std::string(step.text) : fmt::format("{} as {}", step.text, step.as.text);
  }

  const SourceText& source_;
  const File& file_;
  std::string text_;
  std::size_t comment_ = 0;
  std::size_t indent_ = 0;
  int last_line_ = 0;
  bool at_start_ = true;
};

}  // namespace

std::string format(const SourceText& source, const File& file) { return Formatter(source, file).run(); }

}  // namespace macroscope::dsl
