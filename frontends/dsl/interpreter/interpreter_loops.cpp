// How are the iterations of loops run, one after another, each under a path of its own?
#include <fmt/format.h>

#include <utility>

#include "frontends/dsl/interpreter/interpreter.h"
#include "frontends/dsl/syntax/formatter.h"

namespace macroscope::dsl {

void Interpreter::round(const Statement& statement, std::string_view word, const std::string& loop, std::int64_t number) {
  const PathId outside = frame().path;
  std::vector<std::string> others;
  if (word == "for") others.push_back(fmt::format("repeat[{}]", number));
  frame().path = record_->paths.add(outside, fmt::format("{}[{}]", loop, number), others);
  const PathId inside = frame().path;
  run_all(statement.body);
  frame().path = outside;
  record_->paths.drop_if_empty(inside);
}

void Interpreter::repeat(const Statement& statement) {
  const Dim count = whole(statement.value);
  if (at_least(count, 0) == Certainty::never)
    throw Mistake{"bad-value", statement.value.span, fmt::format("a count is at least 0, and this is {}", count.text())};
  if (!count.is_number()) return repeat_symbolically(statement, count);
  const std::string name = record_->paths.loop_name(frame().path, "repeat");
  for (std::int64_t number = 1; number <= *count.number() && !frame().has_returned; ++number) {
    if (statement.body.empty()) break;
    round(statement, "repeat", name, number);
  }
}

void Interpreter::loop(const Statement& statement) {
  for (const Expression& variable : statement.targets) frames_.check_name({variable.text, variable.span});
  if (statement.is_range) return loop_over_range(statement);
  const Datum over = evaluate(statement.value);
  const std::vector<Datum>* elements = over.list();
  if (elements == nullptr) {
    require_known(statement.value, over);
    throw Mistake{"bad-value", statement.value.span, fmt::format("expected a range or a list, found {}", described(over)),
                  fmt::format("for {} in 1..4 {{", statement.targets.front().text)};
  }
  const std::string name = record_->paths.loop_name(frame().path, "for");
  std::int64_t number = 0;
  for (const Datum& element : *elements) {
    if (frame().has_returned) return;
    if (!statement.is_tuple) {
      bind(statement.targets.front(), element);
    } else {
      const std::vector<Datum>* parts = element.list();
      if (parts == nullptr || parts->size() != statement.targets.size())
        throw Mistake{"bad-value", statement.value.span,
                      fmt::format("element {} of the list is {}, and {} variables are given", number + 1, text_of(element),
                                  statement.targets.size())};
      for (std::size_t i = 0; i < parts->size(); ++i) bind(statement.targets[i], (*parts)[i]);
    }
    round(statement, "for", name, ++number);
  }
}

void Interpreter::loop_over_range(const Statement& statement) {
  if (statement.is_tuple)
    throw Mistake{"bad-value", statement.value.span, "a range has one number a round, and several variables are given"};
  const std::int64_t first = plain(statement.value, "the start of a range");
  const std::int64_t last = plain(statement.last, "the end of a range");
  const std::string name = record_->paths.loop_name(frame().path, "for");
  const std::int64_t step = statement.is_downward ? -1 : 1;
  std::int64_t number = 0;
  for (std::int64_t i = first; (statement.is_downward ? i >= last : i <= last) && !frame().has_returned; i += step) {
    if (statement.body.empty()) break;
    bind(statement.targets.front(), {Number(Dim(i))});
    round(statement, "for", name, ++number);
    if (i == last) break;  // also at the ends of 64 bits
  }
}

}  // namespace macroscope::dsl
