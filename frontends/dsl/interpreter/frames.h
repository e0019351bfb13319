// Scopes of names: what do names refer to in the net or block that is being run?
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "frontends/dsl/interpreter/net_content.h"
#include "frontends/dsl/interpreter/net_record.h"
#include "frontends/dsl/syntax/problems.h"

namespace macroscope::dsl {

/// A net or block that is being run.
struct Frame {
  const Definition* definition = nullptr;
  Variables variables;
  PathId path = 0;
  Span called;
  std::vector<Datum> returned;
  bool has_returned = false;
};

/// The net, and the blocks within each other whose calls led to where it is being run.
class Frames {
 public:
  /// Blocks within blocks.
  static constexpr std::size_t kMaxDepth = 64;

  Frames(const NetContent& content, const Problems& problems) noexcept : content_(content), problems_(problems) {}

  void enter(Frame frame) { frames_.push_back(std::move(frame)); }
  void leave() noexcept { frames_.pop_back(); }
  [[nodiscard]] Frame& now() noexcept { return frames_.back(); }
  [[nodiscard]] bool in_block() const noexcept { return frames_.size() > 1; }
  [[nodiscard]] bool is_full() const noexcept { return frames_.size() >= kMaxDepth; }
  [[nodiscard]] bool is_running(const Definition& definition) const;
  /// Where the innermost blocks were called.
  [[nodiscard]] std::vector<Note> calls() const;

  /// Null for a name that stands for nothing here.
  [[nodiscard]] const Variable* find(std::string_view name) const;
  /// A name that stands for nothing is a word. \throws Mistake for one that has a value an index
  [[nodiscard]] Datum value_of(const Expression& name) const;
  /// \pre it is indexed \throws Mistake where nothing is at the index
  [[nodiscard]] const Datum& element_of(const Variable& variable, const Expression& index, std::int64_t at) const;
  /// A bare name that stands for nothing, and is no word that is known anywhere: it was meant to be something else.
  [[nodiscard]] bool is_stray(const Expression& expression, const Datum& datum) const;
  /// \throws Mistake, always
  [[noreturn]] void fail_unknown(const Expression& name) const;

  /// \throws Mistake where a layer or block has the name
  void check_name(const Word& name) const;
  void bind(const Word& name, Datum datum);
  void bind_element(const Expression& target, std::int64_t index, Datum datum);

 private:
  const NetContent& content_;
  const Problems& problems_;
  std::vector<Frame> frames_;
};

}  // namespace macroscope::dsl
