// Expressions: what is the value of one?
//
// Numbers, truths and words are computed here; what names stand for and what calls give is up to who evaluates: the interpreter
// builds layers, expectations look figures up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "frontends/dsl/graph/graph_builder.h"
#include "frontends/dsl/interpreter/number.h"
#include "frontends/dsl/syntax/mistake.h"
#include "frontends/dsl/syntax/syntax.h"

namespace macroscope::dsl {

struct Instance;

struct Datum {
  /// A word stands for itself: `same`; a quoted text is one as well.  Nothing: what it should be was reported already.
  std::variant<std::monostate, Number, bool, std::string, Handle, std::shared_ptr<Instance>,
               std::shared_ptr<const std::vector<Datum>>>
      value;

  static Datum list_of(std::vector<Datum> elements) { return {std::make_shared<const std::vector<Datum>>(std::move(elements))}; }

  [[nodiscard]] const Number* number() const noexcept { return std::get_if<Number>(&value); }
  [[nodiscard]] const bool* truth() const noexcept { return std::get_if<bool>(&value); }
  [[nodiscard]] const std::string* word() const noexcept { return std::get_if<std::string>(&value); }
  [[nodiscard]] const Handle* tensor() const noexcept { return std::get_if<Handle>(&value); }
  [[nodiscard]] const std::vector<Datum>* list() const noexcept {
    const auto* shared = std::get_if<std::shared_ptr<const std::vector<Datum>>>(&value);
    return shared == nullptr ? nullptr : shared->get();
  }
  [[nodiscard]] bool is_poisoned() const noexcept { return std::holds_alternative<std::monostate>(value); }
};

/// `a tensor`, `the number 3`, `the word 'same'`.
[[nodiscard]] std::string described(const Datum& datum);
/// The value alone, for tables: `3`, `[1, 64, 28, 28]`.
[[nodiscard]] std::string text_of(const Datum& datum);

class Evaluator {
 public:
  /// Elements of a list, with those of lists in it.
  static constexpr std::size_t kMaxElements = 10'000;
  /// Expressions and elements of lists worked out in all, and names kept for symbolic repeats: bounds what loops can ask for.
  static constexpr std::uint64_t kMaxEvaluations = 50'000'000;

  Evaluator() = default;
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;
  virtual ~Evaluator() = default;

  /// \throws Mistake, Poisoned
  Datum evaluate(const Expression& expression);
  Number number(const Expression& expression);
  /// An integer or an expression in symbols. \throws Mistake
  Dim whole(const Expression& expression);
  /// An integer. \throws Mistake where it depends on a symbol
  std::int64_t plain(const Expression& expression, std::string_view what);
  /// Holds, does not, or is unknown for all values of the symbols.
  Certainty truth(const Expression& expression);

 protected:
  virtual Datum value_of_name(const Expression& name) = 0;
  virtual Datum value_of_index(const Expression& index) = 0;
  virtual Datum value_of_call(const Expression& call) = 0;
  virtual Datum value_of_chain(const Expression& chain) = 0;
  /// `x + h`, where one side is a tensor at least.
  virtual Datum value_of_tensors(const Expression& expression, Datum left, Datum right) = 0;
  /// True for names that stand for nothing else, and so for a word.
  virtual bool is_unknown_name(const Expression& name) = 0;
  /// An element of a list, counted from 0, as axes are. \pre it is one \throws Mistake
  Datum element_of(const Datum& list, const Expression& place);
  /// A name that should stand for something and does not. \throws Mistake
  [[noreturn]] virtual void fail_unknown(const Expression& name) = 0;
  /// What was made of an expression stands for something. \throws Mistake if it is a bare name that does not
  void require_known(const Expression& expression, const Datum& datum);
  /// The number that something is. \throws Mistake
  Number number_of_datum(const Datum& datum, const Expression& expression);
  /// A sum, product ... of numbers. \throws Mistake
  Datum computed(const Expression& expression, const Datum& left, const Datum& right);
  /// \throws Mistake past kMaxEvaluations
  void count_evaluations(const Expression& expression, std::size_t count);

 private:
  Datum value_of(const Expression& expression);
  Datum value_of_list(const Expression& expression);
  Datum value_of_element(const Expression& expression);
  Datum value_of_unary(const Expression& expression);
  Datum value_of_binary(const Expression& expression);
  /// min, max, floor, ceil; nothing for another name.
  std::optional<Datum> value_of_function(const Expression& call);
  Certainty comparison(const Expression& expression);

  std::uint64_t evaluations_ = 0;
};

/// Operations that tensors have as numbers do: `+ - * /`.
[[nodiscard]] bool is_arithmetic_of_tensors(Operation operation) noexcept;
[[nodiscard]] bool is_number_function(std::string_view name) noexcept;

}  // namespace macroscope::dsl
